/** The program's own process: Pulumi's launcher, as its language host starts it. */
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { extname, resolve } from "node:path";
import { createInterface } from "node:readline";
import { usageError } from "../../base/errors.ts";
import type { ProgramError } from "./preload.ts";
import type { RunOptions } from "./run.ts";

export interface Program {
  /** Resolves when the process has ended: with the code, or null when a signal ended it. */
  readonly exited: Promise<number | null>;
  /** Ends the process at once. */
  kill(): void;
}

export interface ProgramEvents {
  error(error: ProgramError): void;
  line(stream: "stdout" | "stderr", line: string): void;
}

const PARALLEL = 16;

/** Starts the program with the addresses of the two servers. Throws when it is not there. */
export function startProgram(
  options: RunOptions,
  servers: { readonly monitor: string; readonly engine: string },
  events: ProgramEvents,
): Program {
  const main = resolve(options.program.cwd, options.program.main);
  if (!existsSync(main)) {
    throw usageError("no-program", `There is no Pulumi program at ${main}.`);
  }
  // The program's own SDK runs it, as it may differ from ours.
  const launcher = createRequire(main).resolve("@pulumi/pulumi/cmd/run");
  const preload = new URL(`./preload${extname(import.meta.url)}`, import.meta.url);
  const args = [
    ["monitor", servers.monitor],
    ["engine", servers.engine],
    ["organization", "organization"],
    ["project", options.program.projectName],
    ["root-directory", options.program.cwd],
    ["stack", options.stack],
    ["pwd", options.program.cwd],
    ["parallel", String(PARALLEL)],
  ].flatMap(([flag, value]) => [`--${flag}`, value ?? ""]);
  const child = spawn(
    process.execPath,
    [
      "--import",
      preload.href,
      launcher,
      ...args,
      ...(options.kind === "preview" ? ["--dry-run"] : []),
      main,
    ],
    {
      cwd: options.program.cwd,
      env: {
        ...process.env,
        NODE_NO_WARNINGS: "1",
        PULUMI_CONFIG: JSON.stringify(options.config),
        PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(options.secretConfig ?? []),
        PULUMI_NODEJS_TYPESCRIPT: "false",
      },
      // A group of its own: Ctrl-C reaches the engine alone, which then ends the program.
      detached: true,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    },
  );
  // Nothing but our own preload has the other end of this channel.
  child.on("message", (message: ProgramError) => {
    if (message.kind === "program-error") events.error(message);
  });
  readLines(child, "stdout", events);
  readLines(child, "stderr", events);
  const exited = new Promise<number | null>((done, failed) => {
    child.once("error", failed);
    child.once("close", (code) => done(code));
  });
  return { exited, kill: () => void child.kill("SIGKILL") };
}

function readLines(child: ChildProcess, stream: "stdout" | "stderr", events: ProgramEvents): void {
  const input = child[stream];
  if (!input) return;
  createInterface({ input }).on("line", (line) => events.line(stream, line));
}
