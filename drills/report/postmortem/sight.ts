/** Everything that is known of a real reversion, and where its stamps lie in the environment's clock. */
import type { SlotAlarms } from "../../../guard/alarms.ts";
import type { EnvironmentRecord } from "../../../guard/record.ts";
import type { Reversion } from "../../../guard/reversion.ts";
import type { Verification } from "../../../guard/verification/verification.ts";
import type { Minute } from "./minutes.ts";

interface Unread {
  /** Why it could not be read. */
  readonly problem: string;
}

export interface ReversionSight {
  readonly reversion: Reversion;
  /** All of the environment, oldest first. */
  readonly all: readonly Reversion[];
  readonly record: EnvironmentRecord;
  /** Of this reversion; null when none is kept. */
  readonly verification: Verification | null;
  readonly minutes: readonly Minute[] | Unread;
  /** Of the slot that was left, as they are configured now. */
  readonly alarms: SlotAlarms | Unread;
  /** From the end of a period until alarms see its datapoint; null when nobody knows. */
  readonly deliveryDelayMs: number | null;
  readonly clock: EnvironmentClock;
}

export interface EnvironmentClock {
  /** Nominal milliseconds per wall millisecond; 0: moved by hand, so that no wall time has a place in it. */
  readonly speed: number;
  readonly toNominal: (wallMs: number) => number;
}

/** In the environment's clock; null where a stamp is missing or has no place in it. */
export interface Stamps {
  readonly alarmMs: number | null;
  readonly receivedMs: number | null;
  readonly decidedMs: number | null;
  readonly writtenMs: number | null;
  readonly verifiedMs: number | null;
}

export function stampsOf({
  reversion,
  clock,
}: Pick<ReversionSight, "reversion" | "clock">): Stamps {
  const { alarm, path, receivedAt, decidedAt, writtenAt, verifiedAt } = reversion;
  const placed = (iso: string | null): number | null =>
    iso === null || clock.speed === 0 ? null : clock.toNominal(Date.parse(iso));
  const stateMs = millisecondsOf(alarm.stateAt);
  // A sentinel, a hook and the watchdog stamp in wall time, CloudWatch in its own.
  const isWall = path === "sentinel" || path === "watchdog" || path === "hook";
  const alarmMs =
    stateMs === null ? null : isWall ? placed(new Date(stateMs).toISOString()) : stateMs;
  return {
    alarmMs,
    receivedMs: placed(receivedAt),
    decidedMs: placed(decidedAt),
    writtenMs: placed(writtenAt),
    verifiedMs: placed(verifiedAt),
  };
}

/** CloudWatch writes `2019-10-02T17:04:40.989+0000`, without the colon that ISO 8601 asks for. */
function millisecondsOf(timestamp: string): number | null {
  const ms = Date.parse(timestamp.replace(/([+-]\d\d)(\d\d)$/, "$1:$2"));
  return Number.isNaN(ms) ? null : ms;
}

/** The rollout that this reversion ended, where the record still tells of it. */
export function rolloutOf({ record, reversion }: Pick<ReversionSight, "record" | "reversion">) {
  const { lastRollout } = record;
  const isIts = lastRollout?.ended === "reverted" && lastRollout.at === reversion.decidedAt;
  return isIts ? lastRollout : null;
}

/** What ran in the slot that was left, as far as the record still says. */
export function releaseOf(sight: Pick<ReversionSight, "record" | "reversion">): string | null {
  const bad = sight.record.history.find((one) => one.bad?.at === sight.reversion.decidedAt);
  return rolloutOf(sight)?.release ?? bad?.release ?? null;
}

/** Whether the slot is still shut by it. */
export function isStillLatched({
  record,
  reversion,
}: Pick<ReversionSight, "record" | "reversion">): boolean {
  return record.latch?.reversionId === reversion.id;
}

/** Calls about the same slot that moved nothing, in the hour before. */
export function failedBefore({
  reversion,
  all,
}: Pick<ReversionSight, "reversion" | "all">): Reversion[] {
  const untilMs = Date.parse(reversion.decidedAt);
  return all.filter((one) => {
    const atMs = Date.parse(one.decidedAt);
    const isBefore = atMs < untilMs && untilMs - atMs <= 3_600_000;
    const isFailed = one.outcome === "refused" || one.outcome === "failed";
    return isBefore && isFailed && one.alarm.slot === reversion.alarm.slot;
  });
}
