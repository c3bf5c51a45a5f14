/** What a rollout does next: a pure function of everything that one tick could see. */
import { formatDuration } from "../../base/duration.ts";
import { signalsOf, type SlotAlarms } from "../alarms.ts";
import { type EnvironmentRecord, Phase } from "../record.ts";
import { otherSlot, type Slot, type Weights } from "../slot.ts";
import type { LiveTraffic } from "../traffic.ts";
import { shortVotes } from "../verdict.ts";
import { type WayBack, wayBackDoubt } from "../verification/wayBack.ts";
import type { HookRun } from "./hooks.ts";
import { awaitedHook, badHook } from "./hooksDue.ts";
import { leftUnwritten } from "./unwritten.ts";
import { currentStep, OnBad, OnDeadline, type Rollout, weightsAt } from "./rollout.ts";

/** Read anew at each tick. */
export interface Sight {
  readonly record: EnvironmentRecord;
  readonly live: LiveTraffic;
  readonly healthyTargets: Readonly<Record<Slot, number>>;
  /** Of the candidate; null when they could not be read. */
  readonly candidate: SlotAlarms | null;
  /** Requests that the candidate has answered since the step's weight was set; null when unknown. */
  readonly requests: number | null;
  /** Whether traffic could go home now; left out where nobody looked. */
  readonly wayBack?: WayBack;
  /** The environment's clock, milliseconds. */
  readonly nowMs: number;
  /** Wall time, milliseconds. */
  readonly wallMs: number;
}

export type Move =
  /** No rollout, or nothing to do until `untilMs` (the environment's clock; null when open). */
  | { readonly move: "wait"; readonly why: string; readonly untilMs: number | null }
  | { readonly move: "set"; readonly step: number; readonly why: string }
  | { readonly move: "promote"; readonly why: string }
  /** Home, and the candidate's slot is latched: it was judged bad, by its alarm or by that hook. */
  | { readonly move: "revert"; readonly why: string; readonly hook?: string }
  /** To ask the first of these hooks that whoever ticks can ask; else to wait until `untilMs`. */
  | {
      readonly move: "hook";
      readonly hooks: readonly string[];
      readonly why: string;
      readonly untilMs: number;
    }
  /** It is home already, and nobody wrote that down: latches the slot that was left. */
  | { readonly move: "latch"; readonly why: string }
  /** Home without a latch: nothing is known to be wrong with the release. */
  | { readonly move: "abort"; readonly why: string }
  /** Stays as it is until a person decides. */
  | { readonly move: "pause"; readonly why: string };

/**
 * The order is the order of safety: what is bad goes before what is late, and nothing rises on what
 * is not known. A paused rollout still reverts.
 */
export function nextMove(sight: Sight): Move {
  const { record, healthyTargets } = sight;
  const { rollout, candidate } = record;
  if (record.latch) return strayed(sight, record.latch) ?? wait(latchedWhy(record.latch));
  if (!candidate) return unwritten(sight) ?? wait("there is no rollout");
  if (!rollout) return overlooked(sight, candidate) ?? wait(`all traffic is on slot ${candidate}`);
  const alarms = sight.candidate;
  if (alarms?.guard.state === "ALARM") return judgedBad(alarms, sight, rollout, candidate);
  const failed = badHook(rollout);
  if (failed) return failedHook(failed, sight, rollout, candidate);
  const unfinished = unfinishedWrite(sight, rollout);
  if (unfinished) return unfinished;
  const drifted = drift(sight, rollout, candidate);
  if (drifted) return drifted;

  const stable = otherSlot(candidate);
  if (rollout.paused) return wait(`paused: ${rollout.paused.why}`);
  if (healthyTargets[stable] === 0) {
    return pause(`the stable slot ${stable} has no healthy target: there is no way back`);
  }
  return afterBake(sight, rollout, candidate);
}

type Latch = NonNullable<EnvironmentRecord["latch"]>;

function latchedWhy({ slot, reason }: Latch): string {
  return `slot ${slot} is latched: ${reason}`;
}

/** A latched slot that has traffic: a late write landed after the reversion. */
function strayed({ live, healthyTargets }: Sight, { slot }: Latch): Move | null {
  if (live.weights[slot] === 0 || healthyTargets[otherSlot(slot)] === 0) return null;
  return { move: "revert", why: `slot ${slot} is latched and carries traffic` };
}

/** A stable slot that was left by a reversion whose latch could not be written. */
function unwritten({ record, live, healthyTargets }: Sight): Move | null {
  const slot = leftUnwritten(record, live.weights);
  if (!slot || healthyTargets[otherSlot(slot)] === 0) return null;
  const why =
    `slot ${slot} had lost all traffic to slot ${otherSlot(slot)}, which was stable before, and ` +
    "nobody had written that down: a reversion whose latch failed";
  return { move: "latch", why };
}

/** An ALARM of a candidate without a rollout that nobody acted upon. */
function overlooked({ candidate: alarms, nowMs }: Sight, candidate: Slot): Move | null {
  if (alarms?.guard.state !== "ALARM" || isFresh(alarms, nowMs)) return null;
  return { move: "revert", why: `slot ${candidate} is bad, and its alarm's event was lost` };
}

/** A write that may be under way is waited for; one that is not finished by then is done again. */
function unfinishedWrite({ record, wallMs }: Sight, rollout: Rollout): Move | null {
  if (record.phase !== Phase.Shifting) return null;
  const openUntil = record.openWriteUntil === null ? 0 : Date.parse(record.openWriteUntil);
  if (wallMs < openUntil) return wait("the step's weight is being set");
  return { move: "set", step: rollout.step, why: "the last write of the weight was not finished" };
}

/** Somebody else moved the weights: up is taken back, down is a person's decision to respect. */
function drift({ live }: Sight, rollout: Rollout, candidate: Slot): Move | null {
  const { weight } = currentStep(rollout);
  const expected = weightsAt(weight, candidate);
  const actual = share(live.weights, candidate);
  if (actual === share(expected, candidate) && !live.sticky) return null;
  const seen = `the listener gives slot ${candidate} ${percent(actual)}, the rollout ${weight} %`;
  if (actual === null || actual * 100 < weight) {
    return rollout.paused ? null : pause(`${seen}: somebody else took traffic away`);
  }
  const why = live.sticky ? "the listener became sticky" : seen;
  return { move: "set", step: rollout.step, why: `${why}: taken back` };
}

function judgedBad(alarms: SlotAlarms, sight: Sight, rollout: Rollout, candidate: Slot): Move {
  const why = `slot ${candidate} is bad: ${explain(alarms)}`;
  const stays = staysBad(why, sight, rollout, candidate);
  if (stays) return stays;
  return isFresh(alarms, sight.nowMs)
    ? wait(`${why}; the guard is called`)
    : { move: "revert", why };
}

/** Before any traffic nobody was hurt: the release may be mended and tried again without a latch. */
function failedHook(
  { name, why: answer }: HookRun,
  sight: Sight,
  rollout: Rollout,
  candidate: Slot,
): Move {
  const why = `slot ${candidate} is bad: hook "${name}": ${answer}`;
  if (currentStep(rollout).weight === 0) return { move: "abort", why };
  return staysBad(why, sight, rollout, candidate) ?? { move: "revert", why, hook: name };
}

/** A bad candidate that is not left: it was told to hold, or there is nowhere to go. */
function staysBad(why: string, sight: Sight, rollout: Rollout, candidate: Slot): Move | null {
  const stable = otherSlot(candidate);
  if (rollout.onBad === OnBad.Hold) {
    return rollout.paused ? wait(why) : pause(`${why}; it is held, not reverted, as it was told`);
  }
  if (sight.healthyTargets[stable] > 0) return null;
  const halted = `${why}; but the stable slot ${stable} has no healthy target either`;
  return rollout.paused ? wait(halted) : pause(halted);
}

/** An alarm's event comes within seconds. One that has not acted by then is lost, or fails. */
function isFresh({ guard }: SlotAlarms, nowMs: number): boolean {
  return nowMs - (guard.transitionedMs ?? nowMs) < EVENT_GRACE_MS;
}

const EVENT_GRACE_MS = 30_000;

function afterBake(sight: Sight, rollout: Rollout, candidate: Slot): Move {
  const { nowMs } = sight;
  const { bakeMs, weight } = currentStep(rollout);
  const stepAtMs = rollout.stepAt === null ? nowMs : Date.parse(rollout.stepAt);
  const bakedMs = stepAtMs + bakeMs;
  if (nowMs < bakedMs && !rollout.approved) {
    return wait(`bakes at ${weight} % for ${formatDuration(bakedMs - nowMs)} more`, bakedMs);
  }
  const doubt = doubtOf(sight, rollout, candidate);
  if (!doubt) return onwards(rollout);

  const deadlineMs = bakedMs + rollout.decideWithinMs;
  if (nowMs < deadlineMs) {
    const left = formatDuration(deadlineMs - nowMs);
    const why = `${doubt.why}; ${rollout.onDeadline} in ${left}`;
    const { ask = [] } = doubt;
    if (ask.length > 0) return { move: "hook", hooks: ask, why, untilMs: deadlineMs };
    return wait(why, deadlineMs);
  }
  const late = `${doubt.why}, and nothing changed within ${formatDuration(rollout.decideWithinMs)}`;
  if (doubt.staysPut) return pause(late);
  if (rollout.onDeadline === OnDeadline.Abort) return { move: "abort", why: late };
  // Unjudged may be asked for; blind may not.
  const proceeds = rollout.onDeadline === OnDeadline.Proceed && doubt.mayProceed;
  return proceeds ? onwards(rollout) : pause(late);
}

interface Doubt {
  readonly why: string;
  readonly mayProceed: boolean;
  /** Nor may traffic go home over it: home is what is in doubt. */
  readonly staysPut?: boolean;
  /** The hooks whose answer could end it. */
  readonly ask?: readonly string[];
}

function blind(why: string): Doubt {
  return { why, mayProceed: false };
}

/** Why a step that has baked cannot be left yet; null when it can. */
function doubtOf(
  { candidate: alarms, healthyTargets, requests, wayBack, nowMs, wallMs }: Sight,
  rollout: Rollout,
  candidate: Slot,
): Doubt | null {
  if (!alarms) return blind(`the alarms of slot ${candidate} cannot be read`);
  if (alarms.guard.state !== "OK") {
    return blind(`the guard alarm of slot ${candidate} is ${alarms.guard.state}`);
  }
  if (healthyTargets[candidate] === 0) return blind(`slot ${candidate} has no healthy target`);
  const { minimumRequests, approved } = rollout;
  const noWayBack = approved ? null : wayBackDoubt(wayBack);
  if (noWayBack !== null) return { ...blind(noWayBack), staysPut: true };
  const votes = approved ? null : shortVotes(alarms);
  if (votes !== null) return { why: `slot ${candidate}: ${votes}`, mayProceed: true };
  const { weight, bakeMs, gate } = currentStep(rollout);
  if (weight > 0 && bakeMs > 0 && minimumRequests > 0 && !approved) {
    if (requests === null) return blind(`the requests of slot ${candidate} cannot be counted`);
    if (requests < minimumRequests) {
      const seen = requests === 0 ? "no request" : `only ${requests} requests`;
      return {
        why: `slot ${candidate} got ${seen} in this step, ${minimumRequests} are needed to judge it`,
        mayProceed: true,
      };
    }
  }
  const hook = awaitedHook(rollout, nowMs, wallMs);
  if (hook) return hook;
  if (gate && !approved) {
    return { why: "the gate of this step waits for a person", mayProceed: true };
  }
  return null;
}

function onwards(rollout: Rollout): Move {
  const next = rollout.steps[rollout.step + 1];
  if (!next) return { move: "promote", why: "the last step baked and its alarms are OK" };
  const { weight } = currentStep(rollout);
  return { move: "set", step: rollout.step + 1, why: `good at ${weight} %` };
}

/** The signals that are in ALARM, with what CloudWatch says of them. */
function explain(alarms: SlotAlarms): string {
  const bad = signalsOf(alarms).filter(({ state }) => state === "ALARM");
  return bad.map(({ name, reason }) => `${name}: ${reason}`).join("; ") || alarms.guard.reason;
}

/** The candidate's share of new requests, 0 to 1; null when no slot has any weight. */
function share(weights: Weights, candidate: Slot): number | null {
  const total = weights.blue + weights.green;
  return total === 0 ? null : weights[candidate] / total;
}

function percent(part: number | null): string {
  return part === null ? "no weight" : `${Number((part * 100).toFixed(1))} %`;
}

function wait(why: string, untilMs: number | null = null): Move {
  return { move: "wait", why, untilMs };
}

function pause(why: string): Move {
  return { move: "pause", why };
}
