/** A command hook: a line for the shell of whoever waits, which answers by its exit code. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { formatDuration } from "../base/duration.ts";
import {
  type Hook,
  type HookAnswer,
  type HookContext,
  HookOutcome,
} from "../guard/rollout/hooks.ts";

/** EX_TEMPFAIL of sysexits.h: it could not tell, and may be asked again. */
const TEMPORARY_FAILURE = 75;
/** Wall milliseconds. */
const LOOK_MS = 1_000;
const TERM_GRACE_MS = 3_000;
/** A command that has ended may have left children that hold its output open. */
const LAST_OUTPUT_MS = 500;
const KEPT_OUTPUT = 4_096;

export interface CommandPlace {
  /** Aborted when the person who waits leaves. */
  readonly signal: AbortSignal;
  /** Keeps the claim; false once nobody wants the answer any more. */
  readonly stillWanted: () => Promise<boolean>;
}

/**
 * Exit code 0 is good, 1 bad, 75 inconclusive; any other, a signal, or no end in time is an error.
 * It is ended, with all that it started, when the rollout goes on or home without it.
 */
export async function runCommand(
  hook: Extract<Hook, { kind: "command" }>,
  context: HookContext,
  { signal, stillWanted }: CommandPlace,
): Promise<HookAnswer> {
  const env = { ...process.env, ...environmentOf(context) };
  const child = spawn(hook.command, {
    shell: true,
    // A process group of its own, so that it can be ended as a whole.
    detached: true,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output = `${output}${text}`.slice(-KEPT_OUTPUT);
    });
  }
  let cut: string | null = null;
  const cutShort = (why: string): void => {
    cut ??= why;
    end(child);
  };
  const onAbort = (): void => cutShort("whoever ran it was interrupted");
  signal.addEventListener("abort", onAbort, { once: true });
  const tooLong = setTimeout(
    () => cutShort(`it had not ended within ${formatDuration(hook.timeoutMs)}`),
    hook.timeoutMs,
  );
  const watch = setInterval(() => {
    // A record that cannot be read now says nothing: the claim outlives it.
    stillWanted().then(
      (wanted) => wanted || cutShort("the rollout went on without it"),
      () => {},
    );
  }, LOOK_MS);
  if (signal.aborted) onAbort();
  try {
    const [code, killed] = await ended(child);
    if (cut !== null) return { outcome: HookOutcome.Error, why: cut };
    const how = code === null ? `signal ${killed}` : `exit code ${code}`;
    const said = output.trim().split("\n").at(-1) ?? "";
    return { outcome: outcomeOf(code), why: said === "" ? how : `${how}: ${said}` };
  } finally {
    clearTimeout(tooLong);
    clearInterval(watch);
    signal.removeEventListener("abort", onAbort);
  }
}

function outcomeOf(code: number | null): HookOutcome {
  if (code === 0) return HookOutcome.Good;
  if (code === 1) return HookOutcome.Bad;
  return code === TEMPORARY_FAILURE ? HookOutcome.Inconclusive : HookOutcome.Error;
}

/** What a hook's command finds in its environment. */
function environmentOf(context: HookContext): Record<string, string> {
  const { hook, when, environment, slot, release, url, testUrl, testHeader } = context;
  return {
    BACKOUT_HOOK: hook,
    BACKOUT_WHEN: when,
    BACKOUT_ENVIRONMENT: environment,
    BACKOUT_SLOT: slot,
    BACKOUT_RELEASE: release,
    BACKOUT_URL: url,
    BACKOUT_TEST_URL: testUrl,
    BACKOUT_HEADER: testHeader === "" ? "" : `${testHeader}: ${slot}`,
    BACKOUT_STEP: String(context.step),
    BACKOUT_WEIGHT: String(context.weight),
  };
}

async function ended(child: ChildProcess): Promise<[number | null, string | null]> {
  const closed = new Promise((resolve) => child.once("close", resolve));
  await once(child, "exit");
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise((resolve) => (timer = setTimeout(resolve, LAST_OUTPUT_MS)));
  await Promise.race([closed, patience]);
  clearTimeout(timer);
  child.stdout?.destroy();
  child.stderr?.destroy();
  return [child.exitCode, child.signalCode];
}

function end(child: ChildProcess): void {
  const kill = (signal: NodeJS.Signals): void => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    try {
      process.kill(-child.pid, signal);
    } catch {
      // It has ended by itself meanwhile.
    }
  };
  kill("SIGTERM");
  setTimeout(() => kill("SIGKILL"), TERM_GRACE_MS).unref();
}
