/**
 * What the slot answered, by whole stretches of the wall clock. Two slots are compared stretch by
 * stretch: what befalls both at once then counts on both sides of the same comparison.
 */
import { z } from "zod";
import type { Answer } from "./responses.ts";

const whole = z.int().min(0);
export const countsSchema = z.object({
  requests: whole,
  errors: whole,
  /** Answered, but later than the limit. */
  slow: whole,
});
export type Counts = z.infer<typeof countsSchema>;

export const NO_COUNTS: Counts = { requests: 0, errors: 0, slow: 0 };

export function plus(a: Counts, b: Counts): Counts {
  return { requests: a.requests + b.requests, errors: a.errors + b.errors, slow: a.slow + b.slow };
}

/** Ten minutes, with stretches of a second. */
const KEPT = 600;

export class CountHistory {
  readonly #stretchMs: number;
  readonly #slowSeconds: number;
  readonly #stretches = new Map<number, Counts>();

  /**
   * @param stretchMs wall milliseconds, the same for all sidecars of an environment
   * @param slowSeconds above this an answer is slow
   */
  constructor(stretchMs: number, slowSeconds: number) {
    this.#stretchMs = stretchMs;
    this.#slowSeconds = slowSeconds;
  }

  /** The number of the stretch that `wallMs` (since the epoch) lies in. */
  stretchAt(wallMs: number): number {
    return Math.floor(wallMs / this.#stretchMs);
  }

  count({ failed, seconds }: Answer, wallMs: number): void {
    const stretch = this.stretchAt(wallMs);
    const slow = seconds !== null && seconds > this.#slowSeconds;
    const one = { requests: 1, errors: failed ? 1 : 0, slow: slow ? 1 : 0 };
    this.#stretches.set(stretch, plus(this.at(stretch), one));
    for (const old of this.#stretches.keys()) {
      if (old > stretch - KEPT) break;
      this.#stretches.delete(old);
    }
  }

  at(stretch: number): Counts {
    return this.#stretches.get(stretch) ?? NO_COUNTS;
  }

  /** Of the last ten minutes' stretches, those up to `last`. */
  sumUpTo(last: number): Counts {
    return [...this.#stretches]
      .filter(([stretch]) => stretch <= last && stretch > last - KEPT)
      .reduce((sum, [, counts]) => plus(sum, counts), NO_COUNTS);
  }
}
