/** The windows of a mute rule: which holds at a moment, and when that may change. Pure. */
import { utcOf } from "../timeZone.ts";
import type { Zone } from "../timeZone.ts";
import type { CronExpression, MuteExpression } from "./expression.ts";

export interface MuteSchedule {
  readonly expression: MuteExpression;
  readonly durationMs: number;
  readonly zone: Zone;
  /** The windows are cut to what lies between these. */
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

export interface MuteWindow {
  readonly startMs: number;
  /** Exclusive. */
  readonly endMs: number;
}

export type MuteStatus = "SCHEDULED" | "ACTIVE" | "EXPIRED";

const DAY_MS = 86_400_000;
/** 29 February may be eight years away. */
const DAYS_AHEAD = 8 * 366;

/** The last window that has begun at `atMs` and not ended. */
export function windowAt(schedule: MuteSchedule, atMs: number): MuteWindow | undefined {
  const { durationMs, notBeforeMs, notAfterMs } = schedule;
  if (atMs < notBeforeMs || atMs >= notAfterMs) return undefined;
  const startMs = lastStart(schedule, atMs);
  if (startMs === undefined || startMs + durationMs <= atMs) return undefined;
  return {
    startMs: Math.max(startMs, notBeforeMs),
    endMs: Math.min(startMs + durationMs, notAfterMs),
  };
}

/** When to look again after `atMs`: a window may end or begin. undefined: none will. */
export function nextChange(schedule: MuteSchedule, atMs: number): number | undefined {
  const window = windowAt(schedule, atMs);
  if (window) return window.endMs;
  if (atMs < schedule.notBeforeMs) return schedule.notBeforeMs;
  const startMs = nextStart(schedule, atMs);
  return startMs !== undefined && startMs < schedule.notAfterMs ? startMs : undefined;
}

export function statusAt(schedule: MuteSchedule, atMs: number): MuteStatus {
  if (windowAt(schedule, atMs)) return "ACTIVE";
  if (atMs >= schedule.notAfterMs) return "EXPIRED";
  const { expression, zone, durationMs } = schedule;
  const over = expression.kind === "at" && utcOf(zone, expression.localMs) + durationMs <= atMs;
  return over ? "EXPIRED" : "SCHEDULED";
}

function lastStart(
  { expression, zone, durationMs }: MuteSchedule,
  atMs: number,
): number | undefined {
  if (expression.kind === "at") {
    const startMs = utcOf(zone, expression.localMs);
    return startMs <= atMs ? startMs : undefined;
  }
  const today = dayOf(atMs + zone.offsetMs(atMs));
  for (let day = today; day >= today - durationMs - 2 * DAY_MS; day -= DAY_MS) {
    const found = startsOn(expression, zone, day).findLast((startMs) => startMs <= atMs);
    if (found !== undefined) return found;
  }
  return undefined;
}

function nextStart({ expression, zone }: MuteSchedule, atMs: number): number | undefined {
  if (expression.kind === "at") {
    const startMs = utcOf(zone, expression.localMs);
    return startMs > atMs ? startMs : undefined;
  }
  const today = dayOf(atMs + zone.offsetMs(atMs));
  for (let index = 0; index <= DAYS_AHEAD; index++) {
    const starts = startsOn(expression, zone, today + index * DAY_MS);
    const found = starts.find((startMs) => startMs > atMs);
    if (found !== undefined) return found;
  }
  return undefined;
}

function dayOf(localMs: number): number {
  return Math.floor(localMs / DAY_MS) * DAY_MS;
}

/** Ascending. */
function startsOn(cron: CronExpression, zone: Zone, dayMs: number): readonly number[] {
  const day = new Date(dayMs);
  if (!cron.matches(day.getUTCDate(), day.getUTCMonth() + 1, day.getUTCDay())) return [];
  const locals = cron.hours.flatMap((hour) =>
    cron.minutes.map((minute) => dayMs + (hour * 60 + minute) * 60_000),
  );
  // Reading a zone's clock is slow: on most days one offset holds.
  const offsetMs = zone.offsetMs(dayMs - DAY_MS);
  return offsetMs === zone.offsetMs(dayMs + 2 * DAY_MS)
    ? locals.map((localMs) => localMs - offsetMs)
    : locals.map((localMs) => utcOf(zone, localMs)).sort((a, b) => a - b);
}
