/** Which hook a rollout waits for, and what its answers say: pure. */
import { formatDuration } from "../../base/duration.ts";
import { type Hook, HookOutcome, type HookRun, HookWhen } from "./hooks.ts";
import { currentStep, type Rollout, type Step } from "./rollout.ts";

/** Of the environment's clock, after an answer that says nothing. */
const ASK_AGAIN_MS = 30_000;

/** The steps of a rollout that has hooks: those before any traffic need a step without any. */
export function withHookStep(steps: readonly Step[], hooks: readonly Hook[]): Step[] {
  const needed = hooks.some(({ when }) => when === HookWhen.Before) && steps[0]?.weight !== 0;
  return needed ? [{ weight: 0, bakeMs: 0, gate: false }, ...steps] : [...steps];
}

/** Which hooks are asked once the current step has baked. */
export function whenOf(rollout: Rollout): HookWhen {
  if (currentStep(rollout).weight === 0) return HookWhen.Before;
  return rollout.step === rollout.steps.length - 1 ? HookWhen.After : HookWhen.Between;
}

/** An answer that speaks against the candidate, also one that came when its step was over. */
export function badHook({ hooks }: Rollout): HookRun | null {
  return hooks.runs.find(({ outcome }) => outcome === HookOutcome.Bad) ?? null;
}

export interface HookDoubt {
  readonly why: string;
  /** Answered, and it cannot tell: unjudged, not blind. */
  readonly mayProceed: boolean;
  /** What is to be asked now, in this order; none while somebody asks, or has just asked. */
  readonly ask: readonly string[];
}

/**
 * What the hooks of this step leave open; null when all of them are good. One that cannot tell keeps
 * none of the others from being asked. A person's word passes those that answered and cannot tell,
 * never one that was not asked.
 */
export function awaitedHook(rollout: Rollout, nowMs: number, wallMs: number): HookDoubt | null {
  const when = whenOf(rollout);
  const due = rollout.hooks.named.filter((hook) => hook.when === when);
  const doubts = due.flatMap((hook) => doubtOf(hook, rollout, nowMs, wallMs) ?? []);
  const first = doubts.find(({ ask }) => ask.length > 0) ?? doubts[0];
  if (!first) return null;
  const mayProceed = doubts.every((doubt) => doubt.mayProceed);
  return { ...first, mayProceed, ask: doubts.flatMap(({ ask }) => ask) };
}

function doubtOf(hook: Hook, rollout: Rollout, nowMs: number, wallMs: number): HookDoubt | null {
  const { name, kind, when } = hook;
  const run = runOf(rollout, name);
  if (run?.outcome === HookOutcome.Good || (run && rollout.approved)) return null;
  const who = `the ${kind} hook "${name}" (${when})`;
  const doubt = { mayProceed: run?.outcome === HookOutcome.Inconclusive, ask: [] };
  const { claim } = rollout.hooks;
  if (claim?.step === rollout.step && wallMs < Date.parse(claim.until)) {
    return {
      ...doubt,
      why: claim.name === name ? `${who} is asked` : `${who} comes after another`,
    };
  }
  if (!run) return { ...doubt, why: `${who} is to be asked${byWhom(hook)}`, ask: [name] };
  const againMs = Date.parse(run.at) + ASK_AGAIN_MS;
  const why = `${who} gave no verdict (${run.outcome}: ${run.why})`;
  if (nowMs >= againMs) return { ...doubt, why: `${why}${byWhom(hook)}`, ask: [name] };
  return { ...doubt, why: `${why} and is asked again in ${formatDuration(againMs - nowMs)}` };
}

function byWhom(hook: Hook): string {
  if (hook.kind !== "command") return "";
  return ` by whoever waits with --wait --hook '${hook.when}:${hook.name}=${hook.command}'`;
}

export function runOf({ hooks, step }: Rollout, name: string): HookRun | undefined {
  return hooks.runs.find((run) => run.name === name && run.step === step);
}
