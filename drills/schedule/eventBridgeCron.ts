/**
 * A schedule file's cron expression in the words of EventBridge Scheduler. There is a sixth field for
 * years, Sunday is 1, and of day of month and day of week one must be `?`: where either is enough, as
 * in every classic cron, it takes two expressions. Pure.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
 */
import { WEEKDAYS } from "./cronFields.ts";

const MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(" ");

const NICKNAMES: Readonly<Record<string, string>> = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@hourly": "0 * * * *",
};

/** Days that AWS has a word for, on their own only; AWS documents no last weekday of a month. */
const LAST_WEEKDAY = "LW";

/**
 * Expressions that are due together where `text` is, of which two may name the same time. Undefined
 * for the one thing that AWS has no word for: the month's last weekday, LW.
 *
 * @param text a sound expression (`cronSyntaxProblems` finds nothing)
 */
export function eventBridgeCrons(text: string): readonly string[] | undefined {
  const upper = text.trim().toUpperCase();
  const plain = NICKNAMES[upper.toLowerCase()] ?? upper;
  const [minute = "", hour = "", day = "", month = "", weekday = ""] = plain.split(/\s+/);
  if (day === LAST_WEEKDAY) return undefined;
  const [minutes, hours] = [numbers(minute, 0, 59), numbers(hour, 0, 23)];
  const months = numbers(month, 1, 12, MONTHS, 1);
  return dayFields(day, weekday).map(
    ([days, weekdays]) => `cron(${minutes} ${hours} ${days} ${months} ${weekdays} *)`,
  );
}

/** Pairs of which each is an expression's. */
function dayFields(day: string, weekday: string): [days: string, weekdays: string][] {
  const anyDay = day === "*" || day === "?";
  const anyWeekday = weekday === "*" || weekday === "?";
  if (anyDay && anyWeekday) return [["*", "?"]];
  const days = anyDay
    ? []
    : terms(
        day,
        (item) => /[LW]$/.test(item),
        (plain) => numbers(plain, 1, 31),
      );
  const weekdays = anyWeekday
    ? []
    : terms(weekday, (item) => /L$|#/.test(item), weekdaysOf).map(awsWeekday);
  return [
    ...days.map((one): [string, string] => [one, "?"]),
    ...weekdays.map((one): [string, string] => ["?", one]),
  ];
}

/** What stands beside numbers in a list is an expression of its own: AWS takes it on its own only. */
function terms(
  field: string,
  isSpecial: (item: string) => boolean,
  render: (plain: string) => string,
): string[] {
  const items = field.split(",");
  const plain = items.filter((item) => !isSpecial(item)).join(",");
  return [...(plain === "" ? [] : [render(plain)]), ...items.filter(isSpecial)];
}

/** Every number by itself, which needs none of the dialect's ranges and steps; `*` for all. */
function numbers(
  field: string,
  low: number,
  high: number,
  names: readonly string[] = [],
  firstName = 0,
): string {
  const found = expand(field, low, high, names, firstName);
  return found.size > high - low ? "*" : [...found].sort((a, b) => a - b).join(",");
}

/** By name: numbers begin at another one there. */
function weekdaysOf(field: string): string {
  const found = new Set([...expand(field, 0, 7, WEEKDAYS, 0)].map((day) => day % 7));
  if (found.size === 7) return "*";
  return [...found]
    .sort((a, b) => a - b)
    .map((day) => WEEKDAYS[day])
    .join(",");
}

function expand(
  field: string,
  low: number,
  high: number,
  names: readonly string[],
  firstName: number,
): Set<number> {
  const found = new Set<number>();
  const valueOf = (word: string): number => {
    const named = names.indexOf(word);
    return named < 0 ? Number(word) : named + firstName;
  };
  for (const item of field.split(",")) {
    const [span = "", step = "1"] = item.split("/");
    const [first = "", last = first] = span.split("-");
    const from = span === "*" ? low : valueOf(first);
    // "SAT-SUN" ends with the Sunday after that Saturday.
    const to = span === "*" ? high : last === "SUN" && first !== "SUN" ? 7 : valueOf(last);
    for (let value = from; value <= to; value += Number(step)) found.add(value);
  }
  return found;
}

/** `FRIL` and `5L` become `6L`, `MON#2` becomes `2#2`; lists of names stay. */
function awsWeekday(term: string): string {
  const [, day = "", rest = ""] = /^([0-7]|[A-Z]{3})(L|#[1-5])$/.exec(term) ?? [];
  if (rest === "") return term;
  const named = WEEKDAYS.indexOf(day);
  return `${((named < 0 ? Number(day) : named) % 7) + 1}${rest}`;
}
