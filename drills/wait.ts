/** Waiting on the injected clock for spans given in wall time, and polling with a bound. */
import { type Clock, sleep } from "../base/clock.ts";

/** Waits `wallMs` of wall time; an aborted signal rejects with its reason. */
export function sleepWall(clock: Clock, wallMs: number, signal?: AbortSignal): Promise<void> {
  return sleep(clock, clock.toNominal(clock.wall() + wallMs) - clock.now(), signal);
}

/** Nominal milliseconds that pass in `wallMs` of wall time, at least 1. */
export function nominalSpan(clock: Clock, wallMs: number): number {
  const start = clock.wall();
  return Math.max(1, clock.toNominal(start + wallMs) - clock.toNominal(start));
}

export interface PollOptions {
  readonly clock: Clock;
  readonly pollWallMs: number;
  /** Nominal time at which the last look is taken. */
  readonly untilMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Calls `look` until it returns something, or undefined once the time is up. */
export async function pollUntil<T>(
  options: PollOptions,
  look: () => Promise<T | undefined>,
): Promise<T | undefined> {
  for (;;) {
    options.signal?.throwIfAborted();
    const isLast = options.clock.now() >= options.untilMs;
    const found = await look();
    if (found !== undefined || isLast) return found;
    await sleepWall(options.clock, options.pollWallMs, options.signal);
  }
}

/** Wall time and waiting in it, as the guard's traffic authority asks for them. */
export function wallOf(clock: Clock): {
  readonly now: () => number;
  readonly sleep: (wallMs: number) => Promise<void>;
} {
  return { now: () => clock.wall(), sleep: (wallMs) => sleepWall(clock, wallMs) };
}
