/** The syntax of a cron expression's five fields: every mistake named with its field. Pure. */
import type { Problem } from "../../base/errors.ts";

interface Field {
  readonly name: string;
  readonly low: number;
  readonly high: number;
  /** Upper case; the first means `firstName`. */
  readonly names: readonly string[];
  readonly firstName: number;
  readonly allowed: string;
  /** Values that are neither numbers, names, ranges nor steps. */
  readonly special?: RegExp;
}

const MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(" ");
export const WEEKDAYS = "SUN MON TUE WED THU FRI SAT".split(" ");
const FORMS = "lists (1,15), ranges (1-5), steps (*/15, 10-50/10)";

const FIELDS: readonly Field[] = [
  { name: "minute", low: 0, high: 59, names: [], firstName: 0, allowed: `0 to 59, *, ${FORMS}` },
  { name: "hour", low: 0, high: 23, names: [], firstName: 0, allowed: `0 to 23, *, ${FORMS}` },
  {
    name: "day of month",
    low: 1,
    high: 31,
    names: [],
    firstName: 0,
    allowed:
      `1 to 31, *, ?, ${FORMS}, L (the last day), 15W (the weekday nearest to the 15th), ` +
      "LW (the last weekday, on its own)",
    special: /^(?:L|(?:[1-9]|[12]\d|3[01])W)$/,
  },
  {
    name: "month",
    low: 1,
    high: 12,
    names: MONTHS,
    firstName: 1,
    allowed: `1 to 12 or JAN to DEC, *, ${FORMS}`,
  },
  {
    name: "day of week",
    low: 0,
    high: 7,
    names: WEEKDAYS,
    firstName: 0,
    allowed:
      `0 to 7 or SUN to SAT (0 and 7 are Sunday), *, ?, ${FORMS}, ` +
      "FRIL (the last Friday), MON#2 (the second Monday)",
    special: new RegExp(`^(?:[0-7]|${WEEKDAYS.join("|")})(?:L|#[1-5])$`),
  },
];

const NICKNAMES = new Set([
  "@yearly",
  "@annually",
  "@monthly",
  "@weekly",
  "@daily",
  "@midnight",
  "@hourly",
]);

export const CRON_ALLOWED =
  "five fields: minute, hour, day of month, month, day of week; " +
  `or one of ${[...NICKNAMES].join(", ")}`;

/** What is wrong with `text`, each problem's field being `at` and the name of the cron field. */
export function cronSyntaxProblems(text: string, at: string): Problem[] {
  const trimmed = text.trim();
  if (NICKNAMES.has(trimmed.toLowerCase())) return [];
  const fields = trimmed.split(/\s+/).filter((field) => field !== "");
  if (fields.length !== FIELDS.length) {
    const fix =
      fields.length === 6 || fields.length === 7
        ? { fix: "leave out seconds and years: a drill is due on a whole minute of any year" }
        : {};
    return [{ field: at, value: text, allowed: CRON_ALLOWED, ...fix }];
  }
  return FIELDS.flatMap((field, index): Problem[] => {
    const value = fields[index] ?? "";
    const fix = fieldMistake(value.toUpperCase(), field);
    if (fix === undefined) return [];
    return [{ field: `${at}: ${field.name}`, value, allowed: field.allowed, fix }];
  });
}

/** How to mend the first item of a field that is wrong; undefined for a sound field. */
function fieldMistake(value: string, field: Field): string | undefined {
  const isDay = field.special !== undefined;
  if (isDay && value === "?") return undefined;
  if (field.name === "day of month" && value === "LW") return undefined;
  for (const item of value.split(",")) {
    if (item === "") return "take out the comma that has nothing beside it";
    const mistake = field.special?.test(item) ? undefined : itemMistake(item, field);
    if (mistake !== undefined) return mistake;
  }
  return undefined;
}

function itemMistake(item: string, field: Field): string | undefined {
  const [, range = "", step] = /^([^/]+)(?:\/(\d+))?$/.exec(item) ?? [];
  if (range === "") return `"${item}" is none of these`;
  const span = field.high - field.low + 1;
  if (step !== undefined && (Number(step) < 1 || Number(step) > span)) {
    return `the step of "${item}" must be from 1 to ${span}`;
  }
  if (range === "*") return undefined;
  const [first = "", last, ...more] = range.split("-");
  if (more.length > 0) return `"${item}" is none of these`;
  const low = numberOf(first, field);
  const high = last === undefined ? low : numberOf(last, field);
  if (low === undefined || high === undefined) return `"${item}" is none of these`;
  if (last === undefined && step !== undefined) {
    return `write "${item}" as ${first}-${field.high}/${step}`;
  }
  // "SAT-SUN" ends with the Sunday after that Saturday.
  const end = last === "SUN" ? 7 : high;
  if (low > end) return `"${item}" runs backwards: write it as a list of two ranges`;
  return undefined;
}

function numberOf(text: string, { low, high, names, firstName }: Field): number | undefined {
  const named = names.indexOf(text);
  if (named >= 0) return named + firstName;
  const number = /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  return number >= low && number <= high ? number : undefined;
}
