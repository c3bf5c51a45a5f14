/** Runs the command as a user would, each caller with files and a temporary directory of its own. */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const COMMAND = join(import.meta.dirname, "..", "..", "scripts", "backout.js");

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly pid: number;
  /** Resolves with the whole output once it matches. */
  saw(pattern: RegExp): Promise<string>;
  kill(signal: NodeJS.Signals): void;
  /** As `| head` does once it has seen enough. */
  closeOutput(): void;
  readonly finished: Promise<Finished>;
}

export interface Sandbox {
  /** Backout's own files: the running lab, states, journals. */
  readonly directory: string;
  /** Where labs put what they must remove again. */
  readonly temporary: string;
  start(...args: string[]): Running;
  run(...args: string[]): Promise<Finished>;
  remove(): void;
}

export function sandbox(): Sandbox {
  const root = mkdtempSync(join(tmpdir(), "backout-test-"));
  const directory = join(root, "own");
  const temporary = mkdtempSync(join(root, "tmp-"));
  const { AWS_ENDPOINT_URL: _, ...inherited } = process.env;
  const env = { ...inherited, BACKOUT_DIRECTORY: directory, TMPDIR: temporary, NO_COLOR: "1" };
  const start = (...args: string[]): Running => {
    const child = spawn(process.execPath, [COMMAND, ...args], {
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    const watchers = new Set<() => void>();
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      for (const watch of watchers) watch();
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    const finished = new Promise<Finished>((resolve) => {
      child.once("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
    });
    return {
      pid: child.pid ?? 0,
      saw: (pattern) =>
        new Promise((resolve, reject) => {
          const watch = (): void => {
            if (!pattern.test(stdout)) return;
            watchers.delete(watch);
            resolve(stdout);
          };
          watchers.add(watch);
          watch();
          void finished.then((end) =>
            reject(new Error(`ended before ${pattern}: ${JSON.stringify(end)}`)),
          );
        }),
      kill: (signal) => void child.kill(signal),
      closeOutput: () => void child.stdout.destroy(),
      finished,
    };
  };
  return {
    directory,
    temporary,
    start,
    run: (...args) => start(...args).finished,
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** Command lines of processes that were started for the lab at `endpoint` (Linux only). */
export function processesOf(endpoint: string): string[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => {
      try {
        const environment = readFileSync(`/proc/${pid}/environ`, "utf8");
        if (!environment.includes(endpoint)) return [];
        return [readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim()];
      } catch {
        return [];
      }
    });
}

/** Waits (wall time, at most `patienceMs`) until `condition` holds; returns whether it did. */
export async function eventually(
  condition: () => boolean | Promise<boolean>,
  patienceMs = 15_000,
): Promise<boolean> {
  const deadline = Date.now() + patienceMs;
  while (!(await condition())) {
    if (Date.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return true;
}
