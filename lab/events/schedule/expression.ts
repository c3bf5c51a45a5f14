/**
 * Schedule expressions and when they are due: `rate(5 minutes)`, `cron(0 10 * * ? *)`,
 * `at(2026-11-20T13:00:00)`. Pure.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
import { parseCron } from "./cronFields.ts";
import type { Cron } from "./cronFields.ts";
import { afterGap, instantsOf, localTime, utcOf } from "../../../base/zone.ts";
import type { LocalTime } from "../../../base/zone.ts";

export type Expression =
  | { readonly kind: "rate"; readonly periodMs: number }
  | { readonly kind: "cron"; readonly cron: Cron }
  | { readonly kind: "at"; readonly local: LocalTime };

const UNIT_MS: Readonly<Record<string, number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};
const AT = /^at\((\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)\)$/;
const LAST_YEAR = 2199;
/** No zone has ever put its clocks back by more. */
const LONGEST_REPEAT_MS = 3 * 3_600_000;

/** Undefined for what AWS refuses. */
export function parseExpression(text: string): Expression | undefined {
  const rate = /^rate\((\d{1,9})\s+(minute|hour|day)(s?)\)$/.exec(text);
  if (rate) return rateOf(Number(rate[1]), rate[2] ?? "", rate[3] === "s");
  const fields = /^cron\((.*)\)$/.exec(text);
  if (fields) {
    const cron = parseCron(fields[1] ?? "");
    return cron && { kind: "cron", cron };
  }
  const at = AT.exec(text);
  return at ? atOf(at.slice(1).map(Number)) : undefined;
}

/** "If the value is equal to 1, then the unit must be singular": `rate(1 hours)` is refused. */
function rateOf(value: number, unit: string, plural: boolean): Expression | undefined {
  if (value < 1 || plural !== value > 1) return undefined;
  return { kind: "rate", periodMs: value * (UNIT_MS[unit] ?? 0) };
}

function atOf(numbers: readonly number[]): Expression | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = numbers;
  const local = { year, month, day, hour, minute, second };
  const date = new Date(utcOf(local));
  // 31 June would become 1 July.
  const real = date.getUTCMonth() + 1 === month && date.getUTCDate() === day;
  return real && hour < 24 && minute < 60 && second < 60 ? { kind: "at", local } : undefined;
}

/**
 * The first time after `afterMs` at which `expression` is due; undefined when there is none. A rate
 * is counted from `anchorMs`, which is itself one of its times.
 */
export function nextDue(
  expression: Expression,
  afterMs: number,
  { anchorMs, zone }: { readonly anchorMs: number; readonly zone: string },
): number | undefined {
  if (expression.kind === "rate") {
    const { periodMs } = expression;
    const passed = Math.floor((afterMs - anchorMs) / periodMs) + 1;
    return anchorMs + Math.max(0, passed) * periodMs;
  }
  if (expression.kind === "cron") return nextCron(expression.cron, afterMs, zone);
  const due = instantOf(expression.local, zone);
  return due > afterMs ? due : undefined;
}

/**
 * A time that comes twice is the first one. AWS does not say what a time that is skipped means;
 * java.time's reading, one hour later, is taken.
 */
function instantOf(local: LocalTime, zone: string): number {
  return instantsOf(local, zone)[0] ?? afterGap(local, zone);
}

/**
 * "Your schedule invocation is skipped if the cron expression falls on a non-existent date and
 * time. When time shifts backwards, your schedule runs only once" (EventBridge Scheduler User
 * Guide, daylight saving time). Taken at its word, a cron of every minute rests in the second of
 * two equal hours.
 */
function nextCron(cron: Cron, afterMs: number, zone: string): number | undefined {
  const start = localTime(afterMs, zone);
  const notBefore = utcOf(start) - LONGEST_REPEAT_MS;
  let { year, month } = start;
  for (let fromDay = start.day - 1; year <= LAST_YEAR; fromDay = 1) {
    if (cron.years.has(year) && cron.months.has(month)) {
      const due = nextOfMonth(cron, year, month, fromDay, { afterMs, notBefore, zone });
      if (due !== undefined) return due;
    }
    if (!cron.years.has(year)) month = 12;
    month = (month % 12) + 1;
    if (month === 1) year++;
  }
  return undefined;
}

function nextOfMonth(
  { minutes, hours, daysOf }: Cron,
  year: number,
  month: number,
  fromDay: number,
  after: { readonly afterMs: number; readonly notBefore: number; readonly zone: string },
): number | undefined {
  const days = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const first = new Date(Date.UTC(year, month - 1, 1)).getUTCDay();
  for (const day of daysOf(days, first)) {
    if (day < fromDay) continue;
    for (const hour of hours) {
      for (const minute of minutes) {
        const local = { year, month, day, hour, minute, second: 0 };
        if (utcOf(local) < after.notBefore) continue;
        const [due] = instantsOf(local, after.zone);
        if (due !== undefined && due > after.afterMs) return due;
      }
    }
  }
  return undefined;
}
