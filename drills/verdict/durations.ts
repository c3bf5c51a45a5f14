/** Recovery in four parts, from a drill's timeline: pure arithmetic over nominal stamps. */
import type { Durations, TimelineEvent, TimelineEventName } from "./record.ts";

/** Pairs of which the first causes the second, so that no honest pair of clocks shows them turned. */
const CAUSES: readonly (readonly [TimelineEventName, TimelineEventName])[] = [
  ["baseline.healthy", "fault.injected"],
  ["fault.injected", "impact.first"],
  ["fault.injected", "alarm.transitioned"],
  ["impact.first", "impact.last"],
  ["alarm.transitioned", "reversion.decided"],
  // Also where no transition was seen: a reversion from before the fault is none of its.
  ["fault.injected", "reversion.decided"],
  ["reversion.decided", "weights.written"],
  ["weights.written", "weights.verified"],
  ["weights.verified", "recovery.sustained"],
  ["impact.last", "recovery.sustained"],
  ["recovery.sustained", "fault.removed"],
  ["fault.injected", "fault.removed"],
  ["fault.removed", "residue.none"],
];

/**
 * Detect: fault active -> alarm's transition. Decide: -> the guard's decision. Revert: -> weights
 * read back. Recover: -> the last bad response before sustained recovery, 0 if it came earlier.
 * Null where an end was not reached; the total only when all four are known, and then their sum.
 *
 * @param needsImpact false for a fault that breaks no response for sure: where none was bad, and that
 *   was sustained, there was nothing to recover
 */
export function durations(
  timeline: readonly TimelineEvent[],
  { needsImpact = true }: { readonly needsImpact?: boolean } = {},
): Durations {
  const injected = stampOf(timeline, "fault.injected");
  const transitioned = stampOf(timeline, "alarm.transitioned");
  const decided = stampOf(timeline, "reversion.decided");
  const verified = stampOf(timeline, "weights.verified");
  const last = stampOf(timeline, "impact.last");
  const detect = between(injected, transitioned);
  const decide = between(transitioned, decided);
  const revert = between(decided, verified);
  const late = between(verified, last);
  const nothingToRecover =
    !needsImpact &&
    stampOf(timeline, "impact.first") === null &&
    verified !== null &&
    stampOf(timeline, "recovery.sustained") !== null;
  const recover = late === null ? (nothingToRecover ? 0 : null) : Math.max(0, late);
  const known = detect !== null && decide !== null && revert !== null && recover !== null;
  return {
    detect,
    decide,
    revert,
    recover,
    total: known ? detect + decide + revert + recover : null,
  };
}

/**
 * Every pair of stamps that shows an effect before its cause, as a sentence: an error of clocks,
 * never a duration of zero. Empty when there is none.
 */
export function clockErrors(timeline: readonly TimelineEvent[]): string[] {
  return CAUSES.flatMap(([cause, effect]) => {
    const difference = between(stampOf(timeline, cause), stampOf(timeline, effect));
    return difference !== null && difference < 0
      ? [`${effect} is stamped ${-difference} ms before ${cause}`]
      : [];
  });
}

/** Nominal time of an event, milliseconds since the epoch; null when it was not reached. */
export function stampOf(
  timeline: readonly TimelineEvent[],
  event: TimelineEventName,
): number | null {
  const found = timeline.find((entry) => entry.event === event);
  return found ? Date.parse(found.at) : null;
}

function between(start: number | null, end: number | null): number | null {
  return start === null || end === null ? null : end - start;
}
