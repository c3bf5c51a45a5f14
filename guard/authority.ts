/**
 * The traffic authority: every deliberate move of weights. Read live, write with a deadline, read
 * back, re-read the record, and give way to a reversion that came in between. ELBv2 has no
 * conditional write, so the record says until when a write may still land.
 */
import { environmentError, usageError } from "../base/errors.ts";
import {
  type EnvironmentRecord,
  Phase,
  shiftAbandoned,
  shiftBegun,
  shiftDone,
  unlatched,
} from "./record.ts";
import type { RecordStore } from "./recordStore.ts";
import { allOn, otherSlot, sameWeights, type Slot, type Weights } from "./slot.ts";
import type { Traffic } from "./traffic.ts";

/** A weight write is given up after this much wall time; one attempt, no retry behind its back. */
export const WRITE_TIMEOUT_MS = 5_000;

export interface AuthorityPorts {
  readonly store: RecordStore;
  readonly traffic: Traffic;
  /** Wall time, milliseconds since the epoch. */
  readonly now: () => number;
}

/** A slot's guard alarm, as far as a shift must know it. */
export interface GuardAlarmState {
  /** `OK`, `ALARM` or `INSUFFICIENT_DATA`. */
  readonly state: string;
  /** Since when, in CloudWatch's clock (milliseconds); null when CloudWatch does not say. */
  readonly transitionedMs: number | null;
}

export interface ShiftPorts extends AuthorityPorts {
  readonly guardAlarm: (slot: Slot) => Promise<GuardAlarmState>;
}

/**
 * Moves all traffic to `candidate` and leaves it there under watch (phase `baking`).
 *
 * An alarm's actions fire once per transition, so the candidate's must be OK, and still be so once
 * the record says that its alarm reverts: one that came in between was only told to people.
 *
 * @throws BackoutError `latched`, `rollout-in-progress`, `not-healthy`, `candidate-is-stable`,
 *   `alarm-not-ok` before any weight is written; `lost-race` when a reversion or another rollout
 *   won, after the weights were put back on the stable slot.
 */
export async function shiftTraffic(ports: ShiftPorts, candidate: Slot): Promise<void> {
  const { store, traffic, now } = ports;
  const record = await store.read();
  refuseShift(record, candidate);
  for (const slot of [candidate, record.stable]) {
    await refuseUnhealthy(traffic, slot, record.environment);
  }
  const armed = await armedAlarm(ports, candidate);
  const openWriteUntil = new Date(now() + WRITE_TIMEOUT_MS).toISOString();
  const armedAt =
    armed.transitionedMs === null ? null : new Date(armed.transitionedMs).toISOString();
  const begun = await store.replace(
    record,
    shiftBegun(record, candidate, { openWriteUntil, armedAt }),
  );
  if (!begun) throw lostRace(record.environment);
  try {
    await armedAlarm(ports, candidate, armed);
  } catch (error) {
    await store.replace(begun, shiftAbandoned(begun));
    throw error;
  }

  await writeAndReadBack(traffic, allOn(candidate));
  const done = await store.replace(begun, shiftDone(begun));
  if (done) return;
  // Somebody wrote the record since. After a reversion ours is taken back; the weights of a newer
  // rollout are that rollout's business.
  const winner = await store.read();
  if (winner.phase === Phase.Idle) await writeAndReadBack(traffic, allOn(winner.stable));
  throw lostRace(record.environment);
}

/**
 * Brings all traffic to the stable slot and ends the rollout; keeps a latch that is there.
 *
 * @throws BackoutError `not-healthy` when the stable slot could not take the traffic
 */
export async function returnTraffic(ports: AuthorityPorts): Promise<Weights> {
  const { store, traffic } = ports;
  const record = await store.read();
  await refuseUnhealthy(traffic, record.stable, record.environment);
  const home = allOn(record.stable);
  await writeAndReadBack(traffic, home);
  await writeRecord(store, shiftAbandoned);
  return home;
}

/**
 * Clears the latch.
 *
 * @throws BackoutError `alarm-not-ok` while an alarm of the latched slot is not OK: actions fire
 *   once per transition, so an alarm that is already in ALARM would never revert again.
 */
export async function clearLatch(
  ports: Pick<AuthorityPorts, "store">,
  alarmStateOf: (slot: Slot) => Promise<string>,
): Promise<void> {
  const record = await ports.store.read();
  if (record.latch === null) return;
  const state = await alarmStateOf(record.latch.slot);
  if (state !== "OK") {
    throw environmentError(
      "alarm-not-ok",
      `the alarm of slot ${record.latch.slot} is ${state}: a rollout now would not be guarded`,
      "wait until it is OK, or mend the release in that slot, then clear the latch",
    );
  }
  const examined = record.latch.reversionId;
  await writeRecord(ports.store, (current) =>
    current.latch?.reversionId === examined ? unlatched(current) : current,
  );
}

/** The candidate's alarm, OK; with `before`, OK without a break since then. */
async function armedAlarm(
  ports: ShiftPorts,
  candidate: Slot,
  before?: GuardAlarmState,
): Promise<GuardAlarmState> {
  const alarm = await ports.guardAlarm(candidate);
  const unbroken = !before || alarm.transitionedMs === before.transitionedMs;
  if (alarm.state === "OK" && unbroken) return alarm;
  throw environmentError(
    "alarm-not-ok",
    alarm.state === "OK"
      ? `the alarm of slot ${candidate} left OK while the shift began`
      : `the alarm of slot ${candidate} is ${alarm.state}: a rollout now would not be guarded`,
    "wait until it is OK, or mend the release in that slot",
  );
}

async function refuseUnhealthy(traffic: Traffic, slot: Slot, environment: string): Promise<void> {
  if ((await traffic.healthyTargets(slot)) > 0) return;
  throw environmentError(
    "not-healthy",
    `slot ${slot} of environment "${environment}" has no healthy target`,
    "wait until its health checks pass; without two healthy slots there is no way back",
  );
}

function refuseShift(record: EnvironmentRecord, candidate: Slot): void {
  if (record.latch) {
    throw environmentError(
      "latched",
      `environment "${record.environment}" is latched since ${record.latch.at}: ${record.latch.reason}`,
      `clear it with \`backout env unlatch ${record.environment}\` once its alarms are OK`,
    );
  }
  if (record.phase !== Phase.Idle) {
    throw environmentError(
      "rollout-in-progress",
      `slot ${record.candidate} of environment "${record.environment}" is ${record.phase}`,
      `finish it, or return to the stable slot with \`backout env rollback ${record.environment}\``,
    );
  }
  if (candidate === record.stable) {
    throw usageError(
      "candidate-is-stable",
      `slot ${candidate} is the stable slot of environment "${record.environment}"`,
      `the candidate must be ${otherSlot(candidate)}`,
    );
  }
}

/** Writes weights, reads the listener once and throws when it shows others. */
async function writeAndReadBack(traffic: Traffic, weights: Weights): Promise<void> {
  await traffic.write(weights, WRITE_TIMEOUT_MS);
  const live = await traffic.read();
  if (sameWeights(live.weights, weights) && !live.sticky) return;
  throw environmentError(
    "weights-not-taken",
    `the listener shows ${JSON.stringify(live.weights)} after ${JSON.stringify(weights)} was written`,
    "look for another writer of this listener's weights: only Backout may write them",
  );
}

/**
 * Applies a transition to whatever the record says by then; five tries against other writers.
 *
 * @param mayGoOn asked before each try: a caller that stopped waiting must not be obeyed later
 */
export async function writeRecord(
  store: RecordStore,
  transition: (record: EnvironmentRecord) => EnvironmentRecord,
  mayGoOn: () => boolean = () => true,
): Promise<EnvironmentRecord> {
  for (let attempt = 0; attempt < 5 && mayGoOn(); attempt++) {
    const current = await store.read();
    const written = await store.replace(current, transition(current));
    if (written) return written;
  }
  throw environmentError(
    "record-contended",
    "the environment's record was changed by someone else five times in a row",
    "end the other rollouts of this environment and try again",
  );
}

function lostRace(environment: string): Error {
  return environmentError(
    "lost-race",
    `a reversion or another rollout of environment "${environment}" came first`,
    `see \`backout env status ${environment}\``,
  );
}
