/** The `backout` command: one file per noun, one exit code per outcome. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, CommanderError } from "commander";
import { demoCommand } from "./demo.ts";
import { drillCommand } from "./drill.ts";
import { envCommand } from "./env.ts";
import { labCommand } from "./lab.ts";
import { ExitCode, reportError } from "./output.ts";
import { packageDirectory } from "./paths.ts";
import { reportCommand } from "./report.ts";
import { stackCommands } from "./stack.ts";

/** Every command's action ends by saying how the process ends. */
export type Action = (finish: (code: ExitCode) => void) => void;

/** Runs the command and returns the process's exit code. */
export async function main(args: readonly string[]): Promise<number> {
  let code: number = ExitCode.Passed;
  const finish = (ending: ExitCode): void => {
    code = ending;
  };
  const program = new Command("backout")
    .description("Every deployment ships with a rollback that has already been rehearsed.")
    .version(packageVersion())
    .showHelpAfterError("(add --help for what is allowed)")
    .addHelpText(
      "after",
      `
Start here:
  backout demo                 break a guarded release on purpose and watch it revert
  backout lab start --detach   an embedded AWS that stays, then
  backout up                   the stack of this project in it, and
  backout drill run --all      every drill against it`,
    );
  for (const command of [
    demoCommand(finish),
    labCommand(finish),
    ...stackCommands(finish),
    envCommand(finish),
    drillCommand(finish),
    reportCommand(finish),
  ]) {
    program.addCommand(command);
  }
  everyCommand(program, (command) => command.exitOverride());
  try {
    await program.parseAsync([...args], { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : ExitCode.Usage;
    return reportError(error, args.includes("--json"));
  }
}

function everyCommand(command: Command, act: (command: Command) => void): void {
  act(command);
  for (const child of command.commands) everyCommand(child, act);
}

function packageVersion(): string {
  const text = readFileSync(join(packageDirectory, "package.json"), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
