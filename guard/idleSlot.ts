/**
 * The idle slot's size: as large as the stable slot before a rollout, small again once nobody may
 * need it. Nothing in here lowers the count of a slot that carries traffic, and no reversion waits for
 * it. Where Application Auto Scaling has the slot, its minimum capacity is what is set, and not a count
 * that its policies would undo.
 */
import {
  allowedTasks,
  holdAtRest,
  holdsForRollout,
  lookAtBounds,
  settleMinimum,
  withHolds,
} from "./autoscaling/hold.ts";
import type { Bounds, ScalableTargets } from "./autoscaling/scalableTargets.ts";
import { formatDuration } from "../base/duration.ts";
import { environmentError, messageOf } from "../base/errors.ts";
import type { GuardAlarmState } from "./authority.ts";
import { type EnvironmentRecord, Phase } from "./record.ts";
import type { RecordStore } from "./recordStore.ts";
import { otherSlot, type Slot, type Weights } from "./slot.ts";
import type { SlotServices } from "./slotServices.ts";
import type { Traffic } from "./traffic.ts";

export interface IdlePorts {
  /** Left out where both slots always have the same size. */
  readonly idle?: {
    /** Tasks of a slot that nobody needs. */
    readonly count: number;
    readonly services: Pick<SlotServices, "look" | "scale">;
    /** Whoever else scales the slots; without it nobody does. */
    readonly targets?: ScalableTargets;
  };
  readonly store: RecordStore;
  readonly traffic: Traffic;
  readonly log: (line: string) => void;
}

/**
 * Whether the idle slot may be made small. A latched one stays as it is: its release is looked into,
 * and its latch is cleared only while its alarm is OK, which needs healthy targets.
 *
 * @param nowMs the environment's clock
 */
export function mayRest(record: EnvironmentRecord, weights: Weights, nowMs: number): boolean {
  const { latch, previous } = record;
  return isSettled(record, weights, nowMs) && latch === null && past(previous?.warmUntil, nowMs);
}

/** Nobody moves traffic, or is about to, and the stable slot has all of it. */
function isSettled(record: EnvironmentRecord, weights: Weights, nowMs: number): boolean {
  const { phase, rollback, preparing, stable } = record;
  return (
    phase === Phase.Idle &&
    rollback === null &&
    past(preparing?.until, nowMs) &&
    weights[otherSlot(stable)] === 0 &&
    weights[stable] > 0
  );
}

function past(at: string | undefined, nowMs: number): boolean {
  return at === undefined || Date.parse(at) <= nowMs;
}

/**
 * Makes the idle slot small. The record says first that there is no quick way back any more; whoever
 * wrote it or moved traffic meanwhile gets the slot's tasks back.
 */
export async function restIdle(
  record: EnvironmentRecord,
  weights: Weights,
  nowMs: number,
  { idle, store, traffic, log }: IdlePorts,
): Promise<void> {
  if (!idle || !isSettled(record, weights, nowMs)) return;
  const { count, services, targets } = idle;
  const settle = async (which: Slot, atMost: number): Promise<void> => {
    if (!targets) return;
    await settleMinimum(record, which, atMost, { targets, look: services.look, store, log });
  };
  await settle(record.stable, Infinity);
  if (!mayRest(record, weights, nowMs)) return;
  const slot = otherSlot(record.stable);
  try {
    const { desired } = await services.look(slot);
    if (desired <= count) return await settle(slot, count);
    const bounds = (await lookAtBounds(targets))[slot];
    const hold = bounds && holdAtRest(record, slot, count, desired, bounds);
    const next = { ...record, previous: null, preparing: null };
    const written = await store.replace(record, withHolds(next, hold ? [hold] : []));
    if (!written) return;
    log(`slot ${slot} is idle: from ${desired} to ${count} tasks`);
    // First the minimum: a count below it would not last.
    if (hold) await targets?.setMinimum(slot, hold.min);
    await services.scale(slot, count);
    const [now, live] = await Promise.all([store.read(), traffic.read()]);
    if (now.version === written.version && live.weights[slot] === 0) return;
    log(`slot ${slot} is needed after all: ${desired} tasks again`);
    if (bounds) await targets?.setMinimum(slot, Math.min(desired, bounds.max));
    else await services.scale(slot, desired);
  } catch (error) {
    log(`the idle slot ${slot} could not be made small: ${messageOf(error)}`);
  }
}

export interface PreparePorts extends IdlePorts {
  readonly guardAlarm: (slot: Slot) => Promise<GuardAlarmState>;
  /** The environment's clock, milliseconds. */
  readonly environmentNow: () => number;
  readonly sleep: (wallMs: number) => Promise<void>;
  /** Tells a person how far it is; the same line may come again. */
  readonly say: (line: string) => void;
}

/** Wall milliseconds between two looks. */
const LOOK_MS = 1_000;

/**
 * Gives the candidate as many tasks as carry the traffic now, and waits until they are healthy and
 * its alarm is OK: without targets it was in ALARM. Returns at once where there is nothing to do, and
 * where a rollout would be refused anyway.
 *
 * @param withinMs of the environment's clock; so long nobody makes the slot small again
 * @throws BackoutError `scale-late`
 */
export async function prepareCandidate(
  candidate: Slot,
  withinMs: number,
  ports: PreparePorts,
): Promise<void> {
  const { idle, store, traffic, environmentNow, say } = ports;
  if (!idle) return;
  const record = await store.read();
  if (candidate === record.stable || record.phase !== Phase.Idle || record.latch) return;
  if (record.rollback) return;
  const deadlineMs = environmentNow() + withinMs;
  const [before, beside, bounds] = await Promise.all([
    idle.services.look(candidate),
    idle.services.look(record.stable),
    lookAtBounds(idle.targets),
  ]);
  const limits = bounds[candidate];
  const needed = Math.max(before.desired, beside.desired, beside.running);
  const wanted = allowedTasks(needed, limits);
  const holds = holdsForRollout(record, candidate, wanted, beside.desired, bounds);
  const until = new Date(deadlineMs).toISOString();
  if (before.desired < wanted || holds.length > 0) {
    // Said before it is done: a tick would make the slot small again.
    const next = { ...record, preparing: { slot: candidate, until } };
    const written = await store.replace(record, withHolds(next, holds));
    if (!written) return prepareCandidate(candidate, withinMs, ports);
    for (const { slot, min } of holds) await idle.targets?.setMinimum(slot, min);
  }
  if (wanted < needed) say(`slot ${candidate} may have ${wanted} tasks, its maximum capacity`);
  if (before.desired < wanted) {
    say(
      `slot ${candidate} is being scaled from ${before.desired} to ${wanted} task${wanted === 1 ? "" : "s"}; its alarm is OK ` +
        "once targets were healthy for up to two periods of 60 s",
    );
  }
  for (;;) {
    const { desired, running } = await idle.services.look(candidate);
    if (desired < wanted) await grow(candidate, wanted, limits, idle);
    const healthy = await traffic.healthyTargets(candidate);
    const { state } = await ports.guardAlarm(candidate);
    if (desired >= wanted && healthy >= wanted && state === "OK") return;
    const seen = `${running} of ${wanted} tasks run, ${healthy} are healthy, its alarm is ${state}`;
    say(`slot ${candidate}: ${seen}`);
    if (environmentNow() >= deadlineMs) throw late(record, candidate, seen, withinMs);
    await ports.sleep(LOOK_MS);
  }
}

/** The record has what is held already: once more, should somebody have been quicker. */
async function grow(
  slot: Slot,
  wanted: number,
  limits: Bounds | null,
  { services, targets }: NonNullable<IdlePorts["idle"]>,
): Promise<void> {
  if (limits) await targets?.setMinimum(slot, Math.max(wanted, limits.min));
  else await services.scale(slot, wanted);
}

function late(
  { environment }: EnvironmentRecord,
  slot: Slot,
  seen: string,
  withinMs: number,
): Error {
  return environmentError(
    "scale-late",
    `slot ${slot} of environment "${environment}" was not ready within ${formatDuration(withinMs)}: ${seen}`,
    "no rollout was begun. Look at the release in that slot; `--decide-within` gives it more time",
  );
}
