/**
 * The traffic authority: every deliberate move of weights. Read live, write with a deadline, read
 * back, re-read the record, and give way to a reversion that came in between. ELBv2 has no
 * conditional write, so the record says until when a write may still land.
 */
import { environmentError, usageError } from "../base/errors.ts";
import { sortableId } from "../base/ids.ts";
import type { Waiting } from "./attempts.ts";
import type { Homecoming } from "./homecoming.ts";
import { keepHome, OPEN_WRITE_MS, shows, WRITE_TIMEOUT_MS } from "./move.ts";
import {
  type EnvironmentRecord,
  latched,
  Phase,
  promoted,
  promotionUndone,
  shiftAbandoned,
  shiftBegun,
  shiftDone,
  stepBegun,
  unlatched,
} from "./record.ts";
import type { RecordStore } from "./recordStore.ts";
import { endedSince, rollbackUndone } from "./rollback/transitions.ts";
import type { Deployed } from "./releases.ts";
import { currentStep, type Rollout, weightsAt } from "./rollout/rollout.ts";
import { allOn, otherSlot, type Slot, type Weights } from "./slot.ts";
import type { Traffic } from "./traffic.ts";

export interface AuthorityPorts extends Waiting {
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

/** The environment's clock beside the wall: what bakes, bakes by it. Milliseconds. */
type EnvironmentClock = () => number;

/**
 * Moves traffic to `candidate` and leaves it there under watch (phase `baking`): the share of a
 * rollout's first step or, without a rollout, all of it.
 *
 * An alarm's actions fire once per transition, so the candidate's must be OK, and still be so once
 * the record says that its alarm reverts: one that came in between was only told to people.
 *
 * @throws BackoutError `latched`, `rollout-in-progress`, `not-healthy`, `candidate-is-stable`,
 *   `alarm-not-ok` before any weight is written; `stalled` when too much time went by before the
 *   write; `lost-race` when a reversion or another rollout won, after the weights were put back on
 *   the stable slot.
 */
export async function shiftTraffic(
  ports: ShiftPorts,
  candidate: Slot,
  rollout: Rollout | null = null,
  environmentNow: EnvironmentClock = ports.now,
): Promise<EnvironmentRecord> {
  const { store, traffic } = ports;
  const record = await store.read();
  refuseShift(record, candidate);
  await refuseUnhealthy(traffic, candidate, record.environment);
  await refuseUnhealthy(traffic, record.stable, record.environment);
  const armed = await armedAlarm(ports, candidate);
  const armedAt = armed.transitionedMs === null ? null : iso(armed.transitionedMs);
  const openWriteUntil = iso(ports.now() + OPEN_WRITE_MS);
  const begun = await store.replace(
    record,
    shiftBegun(record, candidate, { openWriteUntil, armedAt, rollout }),
  );
  if (!begun) throw lostRace(record.environment);
  try {
    await armedAlarm(ports, candidate, armed);
  } catch (error) {
    const why = "the alarm was not OK any more";
    await store.replace(begun, shiftAbandoned(begun, why, iso(ports.now())));
    throw error;
  }
  return writeCandidate(ports, begun, environmentNow);
}

/**
 * Sets the weight of a rollout's step (the next one, or the same again).
 *
 * @param record as it was read when the step was decided: whatever was written since wins
 * @throws BackoutError as `shiftTraffic`
 */
export async function stepTraffic(
  ports: ShiftPorts,
  record: EnvironmentRecord,
  step: number,
  environmentNow: EnvironmentClock,
): Promise<EnvironmentRecord> {
  const { candidate, stable, environment } = record;
  if (!candidate || record.latch) throw lostRace(environment);
  await refuseUnhealthy(ports.traffic, candidate, environment);
  await refuseUnhealthy(ports.traffic, stable, environment);
  await armedAlarm(ports, candidate);
  const next = stepBegun(record, step, iso(ports.now() + OPEN_WRITE_MS));
  const begun = await ports.store.replace(record, next);
  if (!begun) throw lostRace(environment);
  return writeCandidate(ports, begun, environmentNow);
}

/** The one place where a candidate gets traffic: `begun` says so in the record already. */
export async function writeCandidate(
  ports: ShiftPorts,
  begun: EnvironmentRecord,
  environmentNow: EnvironmentClock,
): Promise<EnvironmentRecord> {
  const { store } = ports;
  const { candidate, rollout, environment } = begun;
  if (!candidate) throw new Error("a shift without a candidate");
  const weights = rollout ? weightsAt(currentStep(rollout).weight, candidate) : allOn(candidate);
  // A reversion waits for writes that are open, not for one that begins after it looked.
  const leftMs = Date.parse(begun.openWriteUntil ?? "") - ports.now();
  if (!(leftMs > OPEN_WRITE_MS - WRITE_TIMEOUT_MS)) throw stalled(environment);
  await writeAndReadBack(ports, weights);
  const done = await store.replace(begun, shiftDone(begun, iso(environmentNow())));
  if (done) return done;
  // Somebody wrote the record since. After a reversion ours is taken back; the weights of a newer
  // rollout are that rollout's business.
  const winner = await store.read();
  if (winner.phase === Phase.Idle) await writeAndReadBack(ports, allOn(winner.stable), "hand");
  throw lostRace(environment);
}

/**
 * Makes the candidate, which has all traffic, the stable slot.
 *
 * @throws BackoutError `lost-race` when the record changed since it was read
 */
export async function promoteCandidate(
  ports: AuthorityPorts,
  record: EnvironmentRecord,
  previousRelease: string | null,
  warmUntil: string,
  deployed: Readonly<Record<Slot, Deployed>> | null = null,
): Promise<EnvironmentRecord> {
  const next = promoted(record, previousRelease, warmUntil, iso(ports.now()), deployed);
  const written = await ports.store.replace(record, next);
  if (!written) throw lostRace(record.environment);
  return written;
}

/**
 * Brings all traffic to the stable slot and ends the rollout; keeps a latch that is there.
 *
 * @throws BackoutError `not-healthy` when the stable slot could not take the traffic
 */
export async function returnTraffic(
  ports: AuthorityPorts,
  why = "ended by hand",
): Promise<Weights> {
  const { store, traffic } = ports;
  const record = await store.read();
  await refuseUnhealthy(traffic, record.stable, record.environment);
  const home = allOn(record.stable);
  await writeAndReadBack(ports, home, "hand");
  const after = await writeRecord(store, (current) => {
    const at = iso(ports.now());
    if (endedSince(current, record)) return rollbackUndone(current, record);
    if (isSameShift(current, record)) return shiftAbandoned(current, why, at);
    return isPromotionOf(current, record) ? promotionUndone(current, record, why, at) : current;
  });
  // Another rollout began meanwhile: its traffic stays guarded by its record.
  if (after.candidate !== null) throw lostRace(record.environment);
  await keepHome(after, home, ports, "hand");
  return home;
}

/**
 * Brings all traffic back to the release that was stable before the last promotion, and latches the
 * promoted one's slot: whoever rolls back says that it is bad.
 *
 * @throws BackoutError `no-previous` when nothing was promoted since; `not-healthy`
 */
export async function rollBack(ports: AuthorityPorts, why: string): Promise<Weights> {
  const { store, traffic, now } = ports;
  const record = await store.read();
  const { previous, environment, stable } = record;
  if (!previous) {
    throw environmentError(
      "no-previous",
      `environment "${environment}" knows no release before the one in slot ${stable}`,
      "put the release that you want into the idle slot with `pulumi up`, and roll it out",
    );
  }
  await refuseUnhealthy(traffic, previous.slot, environment);
  const home = allOn(previous.slot);
  await writeAndReadBack(ports, home, "hand");
  const at = iso(now());
  const after = await writeRecord(store, (current) =>
    current.stable === stable && current.previous?.slot === previous.slot
      ? latched(current, stable, previous.slot, { id: sortableId(now()), reason: why, at })
      : current,
  );
  if (after.stable !== previous.slot) throw lostRace(environment);
  await keepHome(after, home, ports, "hand");
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
export async function armedAlarm(
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

export async function refuseUnhealthy(
  traffic: Traffic,
  slot: Slot,
  environment: string,
): Promise<void> {
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
  refuseRollback(record);
  if (candidate === record.stable) {
    throw usageError(
      "candidate-is-stable",
      `slot ${candidate} is the stable slot of environment "${record.environment}"`,
      `the candidate must be ${otherSlot(candidate)}`,
    );
  }
}

/** The idle slot is being filled with an older release: it is nobody's candidate until that is done. */
function refuseRollback({ environment, rollback }: EnvironmentRecord): void {
  if (!rollback) return;
  throw environmentError(
    "rollback-in-progress",
    `environment "${environment}" is being rolled back to ${rollback.release} since ${rollback.startedAt}`,
    `finish it with \`backout env rollback ${environment} --to ${rollback.release}\`, or give it up ` +
      `with \`backout env rollback ${environment}\``,
  );
}

function isSameShift(a: EnvironmentRecord, b: EnvironmentRecord): boolean {
  return a.candidate === b.candidate && a.armedAt === b.armedAt && a.rollout?.id === b.rollout?.id;
}

/** It was promoted since, and nothing else happened: its traffic has left it by then. */
function isPromotionOf(current: EnvironmentRecord, before: EnvironmentRecord): boolean {
  return (
    current.phase === Phase.Idle &&
    current.stable === before.candidate &&
    current.previous?.slot === before.stable &&
    current.lastRollout?.id === before.rollout?.id
  );
}

/** Writes weights and throws when the listener does not come to show them. */
async function writeAndReadBack(
  ports: AuthorityPorts,
  weights: Weights,
  homecoming: Homecoming | null = null,
): Promise<void> {
  await ports.traffic.write(weights, WRITE_TIMEOUT_MS, homecoming);
  if (await shows(weights, ports)) return;
  throw environmentError(
    "weights-not-taken",
    `the listener does not show ${JSON.stringify(weights)} after they were written`,
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

function stalled(environment: string): Error {
  return environmentError(
    "stalled",
    `the shift of environment "${environment}" was held up for so long that it was not begun`,
    "nothing was moved: try again",
  );
}

export function lostRace(environment: string): Error {
  return environmentError(
    "lost-race",
    `a reversion or another rollout of environment "${environment}" came first`,
    `see \`backout env status ${environment}\``,
  );
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
