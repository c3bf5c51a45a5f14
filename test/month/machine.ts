/** The machine that the schedule's daemon runs on: a clock moved by hand, which a lid can suspend. */
import { type Clock, ManualClock } from "../../base/clock.ts";
import type { Reading } from "../../drills/schedule/state.ts";

export class Machine {
  /** Runs while the machine is awake. */
  readonly #awake = new ManualClock(0);
  readonly #startMs: number;
  #suspendedMs = 0;

  constructor(startMs: number) {
    this.#startMs = startMs;
  }

  /** Nominal milliseconds since the epoch. */
  now(): number {
    return this.#startMs + this.#awake.now() + this.#suspendedMs;
  }

  advance(ms: number): Promise<void> {
    return this.#awake.advance(ms);
  }

  /** Work that takes none of its time: the clock stands still until it ends. */
  hold<T>(name: string, work: Promise<T>): Promise<T> {
    return this.#awake.hold(name, work);
  }

  /** Time passes, and nothing runs. */
  suspend(ms: number): void {
    this.#suspendedMs += ms;
  }

  read(): Reading {
    const awakeMs = this.#awake.now();
    return { nowMs: this.now(), wallMs: this.now(), upMs: awakeMs + this.#suspendedMs, awakeMs };
  }

  clock(): Clock {
    const now = (): number => this.now();
    return {
      speed: 0,
      now,
      wall: now,
      toNominal: (ms) => ms,
      toWall: (ms) => ms,
      // As timers do, it waits for a span of waking time.
      schedule: (atMs, callback) =>
        this.#awake.schedule(this.#awake.now() + Math.max(0, atMs - now()), callback),
      hold: (name, work) => this.hold(name, work),
    };
  }
}
