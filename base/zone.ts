/** Local times of IANA time zones, by Intl's tables. Pure. */

/** What a clock on the wall shows; months from 1. */
export interface LocalTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

export const UTC = "UTC";
const DAY_MS = 86_400_000;

const formatters = new Map<string, Intl.DateTimeFormat>();

export function isZone(zone: string): boolean {
  // Intl takes offsets too; AWS takes names of the IANA database alone.
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    formatterOf(zone);
    return true;
  } catch {
    return false;
  }
}

export function localTime(ms: number, zone: string): LocalTime {
  const parts: Record<string, number> = {};
  for (const { type, value } of formatterOf(zone).formatToParts(ms)) parts[type] = Number(value);
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = parts;
  return { year, month, day, hour, minute, second };
}

/**
 * The instants at which `zone` shows `local`, earliest first: none in the hour that is skipped when
 * daylight saving time begins, two in the one that is repeated when it ends.
 */
export function instantsOf(local: LocalTime, zone: string): readonly number[] {
  const asUtc = utcOf(local);
  if (zone === UTC) return [asUtc];
  const offsets = new Set([-DAY_MS, DAY_MS].map((far) => offsetAt(asUtc + far, zone)));
  return [...offsets]
    .map((offset) => asUtc - offset)
    .filter((instant) => utcOf(localTime(instant, zone)) === asUtc)
    .sort((a, b) => a - b);
}

/** The instant that a time in a skipped hour means by the offset that held before: one hour later. */
export function afterGap(local: LocalTime, zone: string): number {
  const asUtc = utcOf(local);
  return asUtc - offsetAt(asUtc - DAY_MS, zone);
}

/** The instant at which UTC shows `local`. */
export function utcOf({ year, month, day, hour, minute, second }: LocalTime): number {
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** What to add to UTC for the zone's clock at that moment, in milliseconds. */
export function offsetAt(ms: number, zone: string): number {
  return utcOf(localTime(ms, zone)) - Math.floor(ms / 1000) * 1000;
}

function formatterOf(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  formatters.set(zone, made);
  return made;
}
