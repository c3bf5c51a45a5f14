/** The instants of a cron expression in a zone, with a policy for the hours that clocks skip or repeat. Pure. */
import { instantsOf, localTime } from "../../base/zone.ts";
import { CALENDAR_CYCLE_MS, type Cron } from "./cron.ts";
import { DAY_MS, type Stretch, stretchesOf } from "./zoneDays.ts";

/**
 * A local time that the clocks skip: `skip` leaves it out; `next` fires at the first instant after the
 * gap, once for however many local times lie in it.
 */
export const Gap = { Skip: "skip", Next: "next" } as const;
export type Gap = (typeof Gap)[keyof typeof Gap];

/** A local time that the clocks repeat: `once` fires at its first instant, `twice` at both. */
export const Overlap = { Once: "once", Twice: "twice" } as const;
export type Overlap = (typeof Overlap)[keyof typeof Overlap];

export interface Timing {
  readonly cron: Cron;
  /** An IANA zone. */
  readonly zone: string;
  readonly gap: Gap;
  readonly overlap: Overlap;
}

export interface Occurrence {
  /** For a local time in a gap: the end of the gap. */
  readonly atMs: number;
  /** The local time that the expression names, as the milliseconds at which UTC shows it. */
  readonly wallMs: number;
  /** `gap`: clocks never show it. `overlap`: they show it for the second time. Null: it fires. */
  readonly skipped: "gap" | "overlap" | null;
}

/** No clock has been further from UTC: Manila before 1844, by 15 h 56 min. */
const FURTHEST_OFFSET_MS = 16 * 3_600_000;
/** Years of four digits are the last that ISO 8601 writes without further agreement. */
const LAST_MS = Date.UTC(9999, 11, 31);

/**
 * Everything that `timing` names strictly after `afterMs`, earliest first. It ends with the year
 * 9999, or after 400 years without a fire: by then the calendar has been through all its years, and
 * a zone's rules, of which the last stand for ever, have been met with every one of them.
 */
export function* occurrences(timing: Timing, afterMs: number): Generator<Occurrence, void> {
  let lastFireMs = afterMs;
  let dayMs = Math.floor(afterMs / DAY_MS) * DAY_MS;
  while (dayMs < LAST_MS && dayMs - lastFireMs <= CALENDAR_CYCLE_MS) {
    const next = timing.cron.nextAtOrAfter(dayMs - FURTHEST_OFFSET_MS);
    const reachable = Math.floor((next - FURTHEST_OFFSET_MS) / DAY_MS) * DAY_MS;
    if (reachable > dayMs) {
      dayMs = reachable;
      continue;
    }
    for (const stretch of stretchesOf(dayMs, timing.zone)) {
      for (const found of inStretch(timing, stretch)) {
        if (found.atMs <= afterMs) continue;
        if (found.skipped === null) lastFireMs = found.atMs;
        yield found;
      }
    }
    dayMs += DAY_MS;
  }
}

/** Those that fire. */
export function* fires(timing: Timing, afterMs: number): Generator<number, void> {
  for (const { atMs, skipped } of occurrences(timing, afterMs)) if (skipped === null) yield atMs;
}

function* inStretch(timing: Timing, stretch: Stretch): Generator<Occurrence, void> {
  const { zone, overlap } = timing;
  const { fromMs, toMs, offsetMs } = stretch;
  yield* inGapBefore(timing, stretch);
  for (const wallMs of walls(timing.cron, fromMs + offsetMs, toMs + offsetMs)) {
    const atMs = wallMs - offsetMs;
    const isRepeat = overlap === Overlap.Once && firstShown(wallMs, zone) !== atMs;
    yield { atMs, wallMs, skipped: isRepeat ? "overlap" : null };
  }
}

function* inGapBefore(timing: Timing, stretch: Stretch): Generator<Occurrence, void> {
  const { fromMs, offsetMs, offsetBeforeMs } = stretch;
  if (offsetMs <= offsetBeforeMs) return;
  const [begin, end] = [fromMs + offsetBeforeMs, fromMs + offsetMs];
  // What follows the gap at once fires there anyhow.
  let fired = timing.cron.nextAtOrAfter(end) === end;
  for (const wallMs of walls(timing.cron, begin, end)) {
    if (firstShown(wallMs, timing.zone) !== undefined) continue;
    if (timing.gap === Gap.Skip) yield { atMs: fromMs, wallMs, skipped: "gap" };
    else if (!fired) yield { atMs: fromMs, wallMs, skipped: null };
    fired = true;
  }
}

function* walls(cron: Cron, fromMs: number, toMs: number): Generator<number, void> {
  for (let wallMs = fromMs; ; wallMs += 60_000) {
    wallMs = cron.nextAtOrAfter(wallMs);
    if (wallMs >= toMs) return;
    yield wallMs;
  }
}

/** The first instant at which the zone's clocks show it; undefined when they never do. */
function firstShown(wallMs: number, zone: string): number | undefined {
  return instantsOf(localTime(wallMs, "UTC"), zone)[0];
}
