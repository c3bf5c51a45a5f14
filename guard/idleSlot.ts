/**
 * The idle slot's size: as large as the stable slot before a rollout, small again once nobody may
 * need it. Nothing in here touches a slot that carries traffic, and no reversion waits for it.
 */
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
  const { phase, latch, rollback, previous, preparing, stable } = record;
  const past = (at: string | undefined): boolean => at === undefined || Date.parse(at) <= nowMs;
  return (
    phase === Phase.Idle &&
    latch === null &&
    rollback === null &&
    past(previous?.warmUntil) &&
    past(preparing?.until) &&
    weights[otherSlot(stable)] === 0 &&
    weights[stable] > 0
  );
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
  if (!idle || !mayRest(record, weights, nowMs)) return;
  const slot = otherSlot(record.stable);
  try {
    const { desired } = await idle.services.look(slot);
    if (desired <= idle.count) return;
    const written = await store.replace(record, { ...record, previous: null, preparing: null });
    if (!written) return;
    log(`slot ${slot} is idle: from ${desired} to ${idle.count} tasks`);
    await idle.services.scale(slot, idle.count);
    const [now, live] = await Promise.all([store.read(), traffic.read()]);
    if (now.version === written.version && live.weights[slot] === 0) return;
    log(`slot ${slot} is needed after all: ${desired} tasks again`);
    await idle.services.scale(slot, desired);
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
  const [before, beside] = await Promise.all([
    idle.services.look(candidate),
    idle.services.look(record.stable),
  ]);
  const wanted = Math.max(before.desired, beside.desired, beside.running, 1);
  const until = new Date(deadlineMs).toISOString();
  if (before.desired < wanted) {
    // Said before it is done: a tick would make the slot small again.
    const written = await store.replace(record, {
      ...record,
      preparing: { slot: candidate, until },
    });
    if (!written) return prepareCandidate(candidate, withinMs, ports);
    say(
      `slot ${candidate} is being scaled from ${before.desired} to ${wanted} task${wanted === 1 ? "" : "s"}; its alarm is OK ` +
        "once targets were healthy for up to two periods of 60 s",
    );
  }
  for (;;) {
    const { desired, running } = await idle.services.look(candidate);
    if (desired < wanted) await idle.services.scale(candidate, wanted);
    const healthy = await traffic.healthyTargets(candidate);
    const { state } = await ports.guardAlarm(candidate);
    if (desired >= wanted && healthy >= wanted && state === "OK") return;
    const seen = `${running} of ${wanted} tasks run, ${healthy} are healthy, its alarm is ${state}`;
    say(`slot ${candidate}: ${seen}`);
    if (environmentNow() >= deadlineMs) throw late(record, candidate, seen, withinMs);
    await ports.sleep(LOOK_MS);
  }
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
