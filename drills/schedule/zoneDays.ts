/** The stretches of one UTC day in which a zone's clocks run evenly. Pure. */
import { offsetAt } from "../../base/zone.ts";

export const DAY_MS = 86_400_000;

/** From `fromMs` to before `toMs` the zone's clock shows UTC plus `offsetMs`. */
export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
  readonly offsetMs: number;
  /** What held just before `fromMs`: less than `offsetMs` where local times are skipped there. */
  readonly offsetBeforeMs: number;
}

const KEPT_DAYS = 4_000;
const days = new Map<string, readonly Stretch[]>();

/**
 * Of the day that begins at `dayMs`. No zone has changed its clocks twice within one day: the two
 * closest changes in the IANA database, Freetown's of 1939, are four days apart.
 */
export function stretchesOf(dayMs: number, zone: string): readonly Stretch[] {
  const key = `${zone} ${dayMs}`;
  const known = days.get(key);
  if (known) return known;
  if (days.size >= KEPT_DAYS) days.clear();
  const made = split(dayMs, zone);
  days.set(key, made);
  return made;
}

function split(fromMs: number, zone: string): Stretch[] {
  const toMs = fromMs + DAY_MS;
  const offsetBeforeMs = offsetAt(fromMs - 1000, zone);
  const offsetMs = offsetAt(fromMs, zone);
  const offsetAfterMs = offsetAt(toMs - 1000, zone);
  const first = { fromMs, toMs, offsetMs, offsetBeforeMs };
  if (offsetAfterMs === offsetMs) return [first];
  const changeMs = changeBetween(fromMs, toMs - 1000, zone);
  return [
    { ...first, toMs: changeMs },
    { fromMs: changeMs, toMs, offsetMs: offsetAfterMs, offsetBeforeMs: offsetMs },
  ];
}

/** The first second at which the offset is no longer that of `evenMs`; changes fall on whole seconds. */
function changeBetween(evenMs: number, changedMs: number, zone: string): number {
  const offset = offsetAt(evenMs, zone);
  let [even, changed] = [evenMs, changedMs];
  while (changed - even > 1000) {
    const middle = even + Math.floor((changed - even) / 2000) * 1000;
    if (offsetAt(middle, zone) === offset) even = middle;
    else changed = middle;
  }
  return changed;
}
