/** Slow start: a linearly growing share of traffic for targets that have just become healthy. */

interface Starter {
  readonly healthy: boolean;
  /** Nominal time at which slow start began; undefined outside it. */
  slowSinceMs: number | undefined;
  /** Whether its next pass may begin a slow start. */
  startsSlowly: boolean;
}

/**
 * Whether some target takes its full share: without one, nobody starts slowly ("Newly registered
 * targets enter slow start mode only when there is at least one healthy target that is not in slow
 * start mode", ALB guide, target group attributes).
 */
export function hasFullShare(peers: readonly Pick<Starter, "healthy" | "slowSinceMs">[]): boolean {
  return peers.some((peer) => peer.healthy && peer.slowSinceMs === undefined);
}

/** The part of a full share, 0 to 1, that a target gets at `nowMs`. */
export function slowShare(sinceMs: number, nowMs: number, durationMs: number): number {
  return Math.min(1, Math.max(0, (nowMs - sinceMs) / durationMs));
}

/**
 * For a target that has just become healthy among `peers`. One that was registered when nobody took
 * a full share starts at once the first time; one that falls ill and heals is always slow again.
 */
export function beginHealthy(
  target: Starter,
  peers: readonly Starter[],
  nowMs: number,
  durationMs: number,
): void {
  for (const peer of peers) {
    if (peer.slowSinceMs !== undefined && peer.slowSinceMs + durationMs <= nowMs) {
      peer.slowSinceMs = undefined;
    }
  }
  const slowly = durationMs > 0 && target.startsSlowly && hasFullShare(peers);
  target.slowSinceMs = slowly ? nowMs : undefined;
  target.startsSlowly = true;
}
