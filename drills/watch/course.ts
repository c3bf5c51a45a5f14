/** Whether a watched drill has ended, and how: a pure function of what has been seen so far. */

/** Nominal milliseconds since the epoch; null for what has not been seen. */
export interface Watched {
  readonly nowMs: number;
  readonly injectedMs: number;
  readonly holdMs: number;
  readonly sustainMs: number;
  /** Since when the live weights have been all on the stable slot. */
  readonly homeSinceMs: number | null;
  /** When the guard had read its weights back. */
  readonly verifiedMs: number | null;
  /** When it was first seen that the fault no longer acts. */
  readonly faultEndedMs: number | null;
  readonly lastBadMs: number | null;
  readonly lastFromCandidateMs: number | null;
  readonly lastGoodMs: number | null;
}

export type Course =
  | { readonly over: false }
  | {
      readonly over: true;
      /** When recovery had been sustained; null when the hold ran out without it. */
      readonly sustainedMs: number | null;
    };

/**
 * Recovery is sustained by good responses that span the whole sustain time after the last thing that
 * was not right: silence sustains nothing. With the weights home, nothing may come from the
 * candidate either. Without a reversion the fault's end, or else the end of the hold, decides. A
 * reversion inside the hold gets twice the sustain time beyond it to show that it holds.
 */
export function courseOf(watched: Watched): Course {
  const { nowMs, injectedMs, holdMs, sustainMs, homeSinceMs, faultEndedMs } = watched;
  const sustainedFrom = (quietMs: number): number | null =>
    watched.lastGoodMs !== null && watched.lastGoodMs - quietMs >= sustainMs
      ? watched.lastGoodMs
      : null;
  const holdEndMs = injectedMs + holdMs;

  if (homeSinceMs !== null) {
    const quietMs = latest(
      watched.lastBadMs,
      watched.lastFromCandidateMs,
      watched.verifiedMs ?? homeSinceMs,
    );
    const sustainedMs = sustainedFrom(quietMs);
    if (sustainedMs !== null) return { over: true, sustainedMs };
    const cameInTime = homeSinceMs <= holdEndMs;
    const endMs = cameInTime ? holdEndMs + 2 * sustainMs : holdEndMs;
    return nowMs >= endMs ? { over: true, sustainedMs: null } : { over: false };
  }
  if (faultEndedMs !== null) {
    const sustainedMs = sustainedFrom(latest(watched.lastBadMs, faultEndedMs));
    if (sustainedMs !== null) return { over: true, sustainedMs };
  }
  if (nowMs < holdEndMs) return { over: false };
  return { over: true, sustainedMs: sustainedFrom(latest(watched.lastBadMs, injectedMs)) };
}

function latest(...times: readonly (number | null)[]): number {
  return Math.max(...times.filter((time) => time !== null));
}
