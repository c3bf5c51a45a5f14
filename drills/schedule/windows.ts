/** Windows of the local day in which a drill may or may not start, and dates on which none does. Pure. */
import { localTime, utcOf } from "../../base/zone.ts";
import { WEEKDAYS } from "./cronFields.ts";
import { DAY_MS } from "./zoneDays.ts";

/** Begins on `days` at `fromMinute` of the local clock; an end at or before it lies on the next day. */
export interface Window {
  /** 0 is Sunday. */
  readonly days: ReadonlySet<number>;
  /** Minutes since midnight, 0 to 1439. */
  readonly fromMinute: number;
  /** Exclusive, 1 to 1440. */
  readonly toMinute: number;
  /** As it was written. */
  readonly text: string;
}

/** Local dates, both included, as the milliseconds at which UTC begins them. */
export interface DateRange {
  readonly fromMs: number;
  readonly toMs: number;
  readonly text: string;
}

const TIME = "(?:[01]\\d|2[0-3]):[0-5]\\d";
export const WINDOW_PATTERN = new RegExp(`^${TIME}-(?:${TIME}|24:00)$`);
const DATE = "\\d{4}-\\d{2}-\\d{2}";
export const DATES_PATTERN = new RegExp(`^${DATE}(?:/${DATE})?$`);

/** Undefined unless `time` is HH:MM-HH:MM and no empty window, and `days` names weekdays or ranges. */
export function parseWindow(time: string, days = "sun-sat"): Window | undefined {
  const set = parseDays(days);
  if (!set || !WINDOW_PATTERN.test(time)) return undefined;
  const [fromMinute = 0, toMinute = 0] = time.split("-").map(minuteOf);
  if (fromMinute === toMinute) return undefined;
  return { days: set, fromMinute, toMinute, text: days === "sun-sat" ? time : `${days} ${time}` };
}

function minuteOf(text: string): number {
  const [hour, minute] = text.split(":").map(Number);
  return (hour ?? 0) * 60 + (minute ?? 0);
}

/** `mon-fri,sun`; a range may run over the week's end. Undefined for anything else. */
export function parseDays(text: string): ReadonlySet<number> | undefined {
  const days = new Set<number>();
  for (const item of text.toUpperCase().split(",")) {
    const [first = -1, last = first, ...more] = item
      .trim()
      .split("-")
      .map((name) => WEEKDAYS.indexOf(name));
    if (first < 0 || last < 0 || more.length > 0) return undefined;
    for (let day = first; days.add(day) && day !== last; day = (day + 1) % 7);
  }
  return days;
}

/** `2026-12-24` or `2026-12-24/2027-01-02`. Undefined for dates that no calendar has. */
export function parseDates(text: string): DateRange | undefined {
  if (!DATES_PATTERN.test(text)) return undefined;
  const [first = "", last = first] = text.split("/");
  const [fromMs, toMs] = [dateMs(first), dateMs(last)];
  if (fromMs === undefined || toMs === undefined || fromMs > toMs) return undefined;
  return { fromMs, toMs, text };
}

function dateMs(text: string): number | undefined {
  const ms = Date.parse(`${text}T00:00:00Z`);
  // 30 February would become 1 or 2 March.
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text) ? ms : undefined;
}

/** The window that is open at `atMs`; undefined when none is. The end of a window is outside it. */
export function openWindow(
  windows: readonly Window[],
  atMs: number,
  zone: string,
): Window | undefined {
  const { wallMs, dayMs } = localDay(atMs, zone);
  const minute = Math.floor((wallMs - dayMs) / 60_000);
  const today = new Date(dayMs).getUTCDay();
  const yesterday = (today + 6) % 7;
  return windows.find(({ days, fromMinute, toMinute }) => {
    if (fromMinute < toMinute) {
      return days.has(today) && minute >= fromMinute && minute < toMinute;
    }
    return (days.has(today) && minute >= fromMinute) || (days.has(yesterday) && minute < toMinute);
  });
}

/** The blocked dates that `atMs` falls on, by the zone's calendar. */
export function blockedBy(
  dates: readonly DateRange[],
  atMs: number,
  zone: string,
): DateRange | undefined {
  const { dayMs } = localDay(atMs, zone);
  return dates.find(({ fromMs, toMs }) => dayMs >= fromMs && dayMs <= toMs);
}

function localDay(atMs: number, zone: string): { readonly wallMs: number; readonly dayMs: number } {
  const wallMs = utcOf(localTime(atMs, zone));
  return { wallMs, dayMs: Math.floor(wallMs / DAY_MS) * DAY_MS };
}
