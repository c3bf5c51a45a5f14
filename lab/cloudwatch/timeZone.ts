/** Clocks of time zones: the offset from UTC at a moment, and the moment of a clock's reading. */
import { isZone, offsetAt } from "../../base/zone.ts";
import { validationError } from "./validation.ts";

export interface Zone {
  /** Whether the offset never changes. */
  readonly fixed: boolean;
  /** What to add to UTC for the zone's clock, in milliseconds. */
  offsetMs(utcMs: number): number;
}

export const UTC: Zone = fixedZone(0);

/**
 * The moment at which the zone's clock shows `localMs` (read as if it were UTC). A reading that
 * comes twice means the first; one that the clock leaves out means that much after the gap's begin.
 */
export function utcOf(zone: Zone, localMs: number): number {
  // The earlier offset is the one in force a day before: no zone changes twice in two days.
  const early = localMs - zone.offsetMs(localMs - DAY_MS);
  if (early + zone.offsetMs(early) === localMs) return early;
  const late = localMs - zone.offsetMs(localMs + DAY_MS);
  return late + zone.offsetMs(late) === localMs ? late : early;
}

const DAY_MS = 86_400_000;

/** `America/New_York`, `UTC`. Throws `ValidationError` for a name that is none. */
export function namedZone(member: string, name: string): Zone {
  if (!isZone(name)) throw unknownZone(member, name);
  if (/^(?:Etc\/)?(?:UTC|GMT|UCT|Zulu)$/i.test(name)) return UTC;
  const offsetMs = (utcMs: number): number => offsetAt(utcMs, name);
  return { fixed: isFixed(offsetMs), offsetMs };
}

/**
 * As an evaluation window takes it: also `+05:30` and `UTC+05:30`. "The offset must be aligned to a
 * multiple of 5 minutes."
 */
export function windowZone(member: string, name: string): Zone {
  const offset = /^(?:UTC|GMT)?([+-])(\d{2}):(\d{2})$/.exec(name);
  if (!offset) return namedZone(member, name);
  const [hours, minutes] = [Number(offset[2]), Number(offset[3])];
  if (hours > 18 || minutes > 59 || minutes % 5 !== 0) throw unknownZone(member, name);
  return fixedZone((offset[1] === "-" ? -1 : 1) * (hours * 60 + minutes) * 60_000);
}

function fixedZone(ms: number): Zone {
  return { fixed: true, offsetMs: () => ms };
}

function unknownZone(member: string, name: string): Error {
  return validationError(`The value ${name} for parameter ${member} is not a valid time zone.`);
}

/** Zones that gave up daylight saving before 2020 count as fixed. */
function isFixed(offsetMs: (utcMs: number) => number): boolean {
  const first = offsetMs(Date.UTC(2020, 0, 1));
  for (let month = 1; month < 12 * 20; month++)
    if (offsetMs(Date.UTC(2020, month, 1)) !== first) return false;
  return true;
}
