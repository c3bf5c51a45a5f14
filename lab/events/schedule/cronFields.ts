/**
 * The six fields of an AWS cron expression, parsed: minutes, hours, day of month, month, day of
 * week, year.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 */
export interface Cron {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  /** Days of a month that has `days` days and begins on weekday `first` (0 is Sunday). */
  readonly daysOf: (days: number, first: number) => readonly number[];
  readonly months: ReadonlySet<number>;
  readonly years: ReadonlySet<number>;
}

const MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(" ");
/** From 1, as AWS counts. */
const WEEKDAYS = "SUN MON TUE WED THU FRI SAT".split(" ");
const SATURDAY = 7;

interface Range {
  readonly low: number;
  readonly high: number;
  /** In the place of the numbers from `low`. */
  readonly names?: readonly string[];
}

const MINUTE: Range = { low: 0, high: 59 };
const HOUR: Range = { low: 0, high: 23 };
const DAY: Range = { low: 1, high: 31 };
const MONTH: Range = { low: 1, high: 12, names: MONTHS };
const WEEKDAY: Range = { low: 1, high: 7, names: WEEKDAYS };
const YEAR: Range = { low: 1970, high: 2199 };

type Days = (days: number, first: number) => readonly number[];

/** Undefined for what AWS refuses; `fields` is what stands between the parentheses. */
export function parseCron(fields: string): Cron | undefined {
  const parts = fields.trim().split(/\s+/);
  const [minute = "", hour = "", day = "", month = "", weekday = "", year = ""] = parts;
  // "If you specify a value or a * in one of the fields, you must use a ? in the other."
  if (parts.length !== 6 || (day === "?") === (weekday === "?")) return undefined;
  const minutes = numbers(minute, MINUTE);
  const hours = numbers(hour, HOUR);
  const months = numbers(month, MONTH);
  const years = numbers(year, YEAR);
  const daysOf = day === "?" ? byWeekday(weekday) : byDay(day);
  if (!minutes || !hours || !months || !years || !daysOf) return undefined;
  return { minutes, hours, daysOf, months: new Set(months), years: new Set(years) };
}

/** `5`, `1-5`, `*`, `1/10`, `MON-FRI`, and lists of these, sorted. */
function numbers(field: string, range: Range, increments = true): readonly number[] | undefined {
  const found = new Set<number>();
  for (const item of field.split(",")) {
    const [span = "", step, ...rest] = item.split("/");
    const [from, to] = spanOf(span, step !== undefined, range) ?? [];
    const by = step === undefined ? 1 : increments ? whole(step) : undefined;
    if (rest.length > 0 || from === undefined || to === undefined || !by) return undefined;
    for (let value = from; value <= to; value += by) found.add(value);
  }
  return [...found].sort((a, b) => a - b);
}

/** An increment counts from its start to the field's end. */
function spanOf(span: string, stepped: boolean, range: Range): [number, number] | undefined {
  if (span === "*") return [range.low, range.high];
  const [low = "", high, ...rest] = span.split("-");
  const from = valueOf(low, range);
  const to = high === undefined ? (stepped ? range.high : from) : valueOf(high, range);
  if (rest.length > 0 || from === undefined || to === undefined || from > to) return undefined;
  return [from, to];
}

function valueOf(text: string, { low, high, names }: Range): number | undefined {
  const named = names?.indexOf(text.toUpperCase()) ?? -1;
  const value = named >= 0 ? named + low : whole(text);
  return value !== undefined && value >= low && value <= high ? value : undefined;
}

function whole(text: string): number | undefined {
  return /^\d{1,4}$/.test(text) ? Number(text) : undefined;
}

/** `L` is the month's last day, `3W` the weekday nearest to the third. */
function byDay(field: string): Days | undefined {
  if (field === "L") return (days) => [days];
  const nearest = /^(\d{1,2})W$/.exec(field);
  if (nearest) {
    const wanted = valueOf(nearest[1] ?? "", DAY);
    return wanted === undefined
      ? undefined
      : (days, first) => (wanted > days ? [] : [nearestWeekday(wanted, days, first)]);
  }
  const wanted = numbers(field, DAY);
  return wanted && ((days) => wanted.filter((day) => day <= days));
}

/** Never in another month: the Saturday 1st goes to Monday the 3rd. */
function nearestWeekday(day: number, days: number, first: number): number {
  const weekday = (first + day - 1) % 7;
  if (weekday === 6) return day === 1 ? 3 : day - 1;
  if (weekday === 0) return day === days ? day - 2 : day + 1;
  return day;
}

/** `L` is Saturday, `5L` the month's last Thursday, `3#2` its second Tuesday. */
function byWeekday(field: string): Days | undefined {
  if (field === "L") return onWeekdays([SATURDAY]);
  const last = /^([A-Z]{3}|\d)L$/i.exec(field);
  if (last) return nthWeekday(last[1] ?? "", -1);
  const nth = /^([A-Z]{3}|\d)#([1-5])$/i.exec(field);
  if (nth) return nthWeekday(nth[1] ?? "", Number(nth[2]) - 1);
  // The slash is documented for every field but this one.
  const wanted = numbers(field, WEEKDAY, false);
  return wanted && onWeekdays(wanted);
}

function onWeekdays(wanted: readonly number[]): Days {
  return (days, first) =>
    Array.from({ length: days }, (_, index) => index + 1).filter((day) =>
      wanted.includes(((first + day - 1) % 7) + 1),
    );
}

function nthWeekday(name: string, index: number): Days | undefined {
  const wanted = valueOf(name, WEEKDAY);
  if (wanted === undefined) return undefined;
  const all = onWeekdays([wanted]);
  return (days, first) => {
    const day = all(days, first).at(index);
    return day === undefined ? [] : [day];
  };
}
