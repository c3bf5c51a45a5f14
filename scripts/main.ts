/** The `backout` command: one file per noun, one exit code per outcome. */
import { createRequire } from "node:module";
import { Command, CommanderError } from "commander";
import { z } from "zod";
import { environmentError } from "../base/errors.ts";
import { outliveReaders } from "./closedOutput.ts";
import { errorDocument, ExitCode, printJson, reportError } from "./output.ts";
import { commandLine } from "./paths.ts";

type Finish = (code: ExitCode) => void;

/** By noun, loaded when it is asked for: nobody waits for the SDK clients of another command. */
const NOUNS: Record<string, (finish: Finish) => Promise<Command>> = {
  demo: async (finish) => (await import("./demo.ts")).demoCommand(finish),
  lab: async (finish) => (await import("./lab.ts")).labCommand(finish),
  up: async (finish) => (await import("./stack.ts")).stackCommand("up", finish),
  preview: async (finish) => (await import("./stack.ts")).stackCommand("preview", finish),
  destroy: async (finish) => (await import("./stack.ts")).stackCommand("destroy", finish),
  env: async (finish) => (await import("./env.ts")).envCommand(finish),
  rollout: async (finish) => (await import("./rollout.ts")).rolloutCommand(finish),
  drill: async (finish) => (await import("./drill.ts")).drillCommand(finish),
  journal: async (finish) => (await import("./journal.ts")).journalCommand(finish),
  report: async (finish) => (await import("./report.ts")).reportCommand(finish),
};

/** Runs the command and returns the process's exit code. */
export async function main(args: readonly string[]): Promise<number> {
  outliveReaders();
  const onExit = (): void => endedEarly(args.includes("--json"));
  process.once("exit", onExit);
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
  ${commandLine("demo").padEnd(32)} break a guarded release on purpose and watch it revert
  ${commandLine("lab start --detach").padEnd(32)} an embedded AWS that stays, then
  ${commandLine("up").padEnd(32)} the stack of this project in it, and
  ${commandLine("drill run --all").padEnd(32)} every drill against it`,
    );
  const asked = Object.entries(NOUNS).filter(([noun]) => noun === args[0]);
  for (const [, load] of asked.length > 0 ? asked : Object.entries(NOUNS)) {
    program.addCommand(await load(finish));
  }
  everyCommand(program, (each) => each.exitOverride());
  try {
    await program.parseAsync([...args], { from: "user" });
    return code;
  } catch (error) {
    const json = args.includes("--json");
    if (!(error instanceof CommanderError)) return reportError(error, json);
    if (error.exitCode === 0) return ExitCode.Passed;
    // Commander has said it on stderr; with --json stdout must hold one document all the same.
    if (json) printJson(errorDocument("usage", error.message));
    return ExitCode.Usage;
  } finally {
    process.off("exit", onExit);
  }
}

/** A module of a user's may end the process, or wait for what never comes: neither is a drill that passed. */
function endedEarly(json: boolean): void {
  const ending = environmentError(
    "ended-early",
    "the process ended before the command did",
    "see what a module that it loaded does: process.exit(), or an await that nothing ends",
  );
  process.exitCode = reportError(ending, json);
}

function everyCommand(root: Command, act: (each: Command) => void): void {
  act(root);
  for (const child of root.commands) everyCommand(child, act);
}

function packageVersion(): string {
  const manifest: unknown = createRequire(import.meta.url)("backout/package.json");
  return z.object({ version: z.string() }).parse(manifest).version;
}
