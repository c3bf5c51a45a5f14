/**
 * When a mute rule's windows begin, and how long they last: `cron(Minutes Hours Day-of-month Month
 * Day-of-week)`, `at(yyyy-MM-ddThh:mm)` and ISO 8601 durations. Pure.
 */
export type MuteExpression =
  /** The zone's clock shows `localMs`, read as if it were UTC. */
  { readonly kind: "at"; readonly localMs: number } | CronExpression;

export interface CronExpression {
  readonly kind: "cron";
  /** Ascending. */
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  /** Whether it begins on a day; `month` counts from 1, `weekDay` from Sunday, 0. */
  matches(monthDay: number, month: number, weekDay: number): boolean;
}

/** What is wrong, in words for the person who wrote it. */
export class ExpressionError extends Error {
  override name = "ExpressionError";
}

/** Throws ExpressionError. */
export function parseExpression(text: string): MuteExpression {
  const [, kind, inner = ""] = /^(cron|at)\((.*)\)$/.exec(text) ?? [];
  if (kind === "at") return { kind, localMs: parseMoment(inner) };
  if (kind === "cron") return parseCron(inner);
  throw new ExpressionError(`expected cron(...) or at(...) but found "${text}"`);
}

function parseMoment(text: string): number {
  const localMs = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(text) ? Date.parse(`${text}Z`) : NaN;
  // Date.parse lets 30 February pass, as 2 March.
  if (Number.isNaN(localMs) || new Date(localMs).toISOString().slice(0, 16) !== text)
    throw new ExpressionError(`expected at(yyyy-MM-ddThh:mm) but found "at(${text})"`);
  return localMs;
}

const MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(" ");
const WEEK_DAYS = "SUN MON TUE WED THU FRI SAT".split(" ");

function parseCron(text: string): CronExpression {
  const fields = text.trim().split(/\s+/);
  if (fields.length !== 5)
    throw new ExpressionError(`expected 5 fields but found ${fields.length} in "cron(${text})"`);
  const [minute = "", hour = "", monthDay = "", month = "", weekDay = ""] = fields;
  const monthDays = parseField("day of month", monthDay, 1, 31);
  const months = parseField("month", month, 1, 12, MONTHS, 1);
  // "0 or 7 is Sunday"
  const weekDays = new Set(
    parseField("day of week", weekDay, 0, 7, WEEK_DAYS).map((day) => day % 7),
  );
  return {
    kind: "cron",
    minutes: parseField("minute", minute, 0, 59),
    hours: parseField("hour", hour, 0, 23),
    matches(day, inMonth, ofWeek) {
      if (!months.includes(inMonth)) return false;
      // Standard cron: of two restricted fields for the day either suffices.
      if (monthDay !== "*" && weekDay !== "*")
        return monthDays.includes(day) || weekDays.has(ofWeek);
      return monthDays.includes(day) && weekDays.has(ofWeek);
    },
  };
}

/** `*`, `,` and `-` in all fields; names for months and week days. Ascending, each once. */
function parseField(
  field: string,
  text: string,
  least: number,
  most: number,
  names: readonly string[] = [],
  firstName = 0,
): readonly number[] {
  const fail = (part: string): never => {
    throw new ExpressionError(
      `the ${field} "${part}" is not among ${least} to ${most}; *, - and commas are supported`,
    );
  };
  const valueOf = (part: string): number => {
    const named = names.indexOf(part.toUpperCase());
    const value = named < 0 ? (/^\d{1,2}$/.test(part) ? Number(part) : NaN) : named + firstName;
    return value >= least && value <= most ? value : fail(part);
  };
  const values = text.split(",").flatMap((part) => {
    if (part === "*") return rangeOf(least, most);
    const [from = "", to, ...more] = part.split("-");
    if (more.length > 0) fail(part);
    const first = valueOf(from);
    if (to === undefined) return [first];
    const last = valueOf(to);
    // MON-SUN: Sunday ends a week too.
    const end = last === 0 && first > 0 && most === 7 ? 7 : last;
    return first <= end ? rangeOf(first, end) : fail(part);
  });
  return [...new Set(values)].sort((a, b) => a - b);
}

function rangeOf(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * `P2DT12H`: milliseconds, "minimum of 1 minute (PT1M) and maximum of 15 days (P15D)". Throws
 * ExpressionError, also for years and months, whose length is not fixed.
 */
export function parseDuration(text: string): number {
  const match =
    /^P(?=.)(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?=.)(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,8})S)?)?$/.exec(
      text,
    );
  if (!match) throw new ExpressionError(`the duration "${text}" is not in ISO 8601 format`);
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = match
    .slice(1)
    .map((part: string | undefined) => Number(part ?? 0));
  const ms = (weeks * 7 + days) * DAY_MS + (hours * 60 + minutes) * MINUTE_MS + seconds * 1000;
  if (ms < MINUTE_MS || ms > 15 * DAY_MS)
    throw new ExpressionError(`the duration "${text}" is not between PT1M and P15D`);
  return ms;
}
