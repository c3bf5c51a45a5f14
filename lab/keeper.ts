/**
 * Starts the lab's child processes and makes sure that none outlives the lab: each is the leader of
 * a process group that is killed as one, and a watchdog ends the groups if the lab itself is killed.
 *
 * A process that leaves its group on purpose (setsid, a daemon) is beyond its reach.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { PassThrough, type Readable } from "node:stream";
import { defect } from "../base/errors.ts";
import { findExecutable } from "./keeper/executable.ts";
import { LineSplitter } from "./keeper/lines.ts";
import { REPORT_AND_EXEC, startWatchdog, type Watchdog } from "./keeper/watchdog.ts";
import type { Keeper, KeptProcess, SpawnOptions } from "./service.ts";

/** Wall time between SIGTERM and SIGKILL when the lab stops. */
const STOP_GRACE_MS = 1000;
/** Wall time for the last lines after a process has ended; only an escaped grandchild needs it. */
const LAST_LINES_MS = 500;
/** Output is read no faster than this (wall time); who prints more waits, as at a full pipe. */
const OUTPUT_BYTES_PER_SECOND = 1024 * 1024;
/** Bytes that are read at once before the reader rests. */
const OUTPUT_BURST_BYTES = 128 * 1024;

type Ending = Awaited<KeptProcess["exited"]>;

export class ProcessKeeper implements Keeper {
  readonly #directory: string;
  readonly #kept = new Set<KeptProcess>();
  #watchdog: Watchdog;
  #stopped: Promise<void> | undefined;

  /**
   * `directory` is removed when the keeper stops and when the lab is killed; an empty string
   * removes nothing.
   */
  constructor(directory: string) {
    this.#directory = directory;
    this.#watchdog = this.#guard();
  }

  spawn(command: readonly string[], options: SpawnOptions): KeptProcess {
    const [name, ...args] = command;
    if (name === undefined) throw defect("a process needs a command");
    if (this.#stopped) return neverStarted(new Error(`spawn ${name}: the lab is stopping`));
    const cwd = options.cwd ?? process.cwd();
    const file = findExecutable(name, options.env["PATH"] ?? "", cwd);
    if (file instanceof Error) return neverStarted(file);
    const child = spawn("/bin/sh", ["-c", REPORT_AND_EXEC, "sh", file, ...args], {
      cwd,
      env: { ...options.env },
      detached: true,
      stdio: ["pipe", "pipe", "pipe", this.#watchdog.pipe],
    });
    const kept = keep(child, options);
    this.#kept.add(kept);
    void this.#forget(kept);
    return kept;
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #forget(kept: KeptProcess): Promise<void> {
    await kept.exited;
    this.#kept.delete(kept);
    if (kept.pid !== undefined) this.#watchdog.pipe.write(`- ${kept.pid}\n`);
  }

  async #stop(): Promise<void> {
    for (const kept of this.#kept) kept.kill("SIGTERM");
    const late = setTimeout(() => {
      for (const kept of this.#kept) kept.kill("SIGKILL");
    }, STOP_GRACE_MS);
    await Promise.all([...this.#kept].map((kept) => kept.exited));
    clearTimeout(late);
    const { process: watchdog, pipe } = this.#watchdog;
    if (watchdog.exitCode !== null || watchdog.signalCode !== null) return;
    watchdog.ref();
    const ended = new Promise((resolve) => watchdog.once("exit", resolve));
    pipe.end();
    await ended;
  }

  /** A watchdog that somebody killed is replaced, and told of every group again. */
  #guard(): Watchdog {
    const watchdog = startWatchdog(this.#directory);
    watchdog.process.once("exit", () => {
      if (this.#stopped) return;
      this.#watchdog = this.#guard();
      for (const { pid } of this.#kept) {
        if (pid !== undefined) this.#watchdog.pipe.write(`+ ${pid}\n`);
      }
    });
    return watchdog;
  }
}

function keep(child: ChildProcess, options: SpawnOptions): KeptProcess {
  const { pid } = child;
  // After the end the number may be another group's.
  let ended = false;
  const kill = (signal: NodeJS.Signals): void => {
    if (!ended && pid !== undefined) signalGroup(pid, signal);
  };
  const output = Promise.all([
    drain(child.stdout!, (line) => options.onLine?.(line, "stdout")),
    drain(child.stderr!, (line) => options.onLine?.(line, "stderr")),
  ]);
  child.stdin!.on("error", () => {});
  const exited = new Promise<Ending>((resolve) => {
    child.once("error", (error) => {
      ended = true;
      resolve({ code: null, signal: null, error });
    });
    child.once("exit", (code, signal) => {
      // What it forked ends with it, as in a container whose first process ends.
      kill("SIGKILL");
      ended = true;
      const late = setTimeout(() => {
        child.stdout?.destroy();
        child.stderr?.destroy();
      }, LAST_LINES_MS);
      const afterLastLine = async (): Promise<Ending> => {
        await output;
        clearTimeout(late);
        return { code, signal };
      };
      resolve(afterLastLine());
    });
  });
  return { pid, exited, kill, stdin: child.stdin! };
}

/** Reads a stream to its end whether anybody listens or not: a full pipe would stop the child. */
function drain(stream: Readable, onLine: (line: string) => void): Promise<void> {
  const lines = new LineSplitter(onLine);
  let burst = 0;
  stream.on("data", (chunk: Buffer) => {
    lines.write(chunk);
    burst += chunk.length;
    if (burst < OUTPUT_BURST_BYTES) return;
    stream.pause();
    setTimeout(() => stream.resume(), (burst / OUTPUT_BYTES_PER_SECOND) * 1000).unref();
    burst = 0;
  });
  return new Promise((resolve) => {
    stream.once("close", () => {
      lines.end();
      resolve();
    });
  });
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // Nobody is left in the group (ESRCH), or only zombies are (EPERM on macOS).
  }
}

function neverStarted(reason: Error): KeptProcess {
  const stdin = new PassThrough().resume();
  return {
    pid: undefined,
    exited: Promise.resolve({ code: null, signal: null, error: reason }),
    kill: () => {},
    stdin,
  };
}
