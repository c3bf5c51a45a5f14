/** Counts what the slot answered, between two readings and since the process began. */

/** One request that was not a health check, and what became of it. */
export interface Answer {
  /** A server error, or no answer at all. */
  readonly failed: boolean;
  /** Wall seconds from the request's arrival to the answer's head; null when none came. */
  readonly seconds: number | null;
}

/** What was answered since the last reading. */
export interface Interval {
  readonly requests: number;
  readonly errors: number;
  /** How often each response time was seen: wall seconds with three significant digits. */
  readonly seconds: ReadonlyMap<number, number>;
}

export class Responses {
  #requests = 0;
  #errors = 0;
  #seconds = new Map<number, number>();

  count({ failed, seconds }: Answer): void {
    this.#requests++;
    if (failed) this.#errors++;
    if (seconds === null) return;
    const rounded = Number(seconds.toPrecision(3));
    this.#seconds.set(rounded, (this.#seconds.get(rounded) ?? 0) + 1);
  }

  /** The interval that ends now; the next one begins. */
  take(): Interval {
    const taken = { requests: this.#requests, errors: this.#errors, seconds: this.#seconds };
    this.#requests = 0;
    this.#errors = 0;
    this.#seconds = new Map();
    return taken;
  }
}
