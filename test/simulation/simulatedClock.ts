/**
 * The hand-moved clock of a simulation: it jumps to the next timer as soon as everything that the
 * last one set going has come to rest. Wall and nominal time are the same.
 */
import type { Cancel, Clock } from "../../base/clock.ts";
import { TimerQueue } from "../../base/timerQueue.ts";

export class SimulatedClock implements Clock {
  readonly speed = 0;
  #nowMs: number;
  readonly #timers = new TimerQueue();

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  now(): number {
    return this.#nowMs;
  }

  wall(): number {
    return this.#nowMs;
  }

  toNominal(wallMs: number): number {
    return wallMs;
  }

  toWall(nominalMs: number): number {
    return nominalMs;
  }

  schedule(nominalMs: number, callback: () => void | Promise<void>): Cancel {
    return this.#timers.add(nominalMs, callback);
  }

  hold<T>(_name: string, work: Promise<T>): Promise<T> {
    return work;
  }

  /**
   * Moves on until `work` has settled, and returns what it became.
   *
   * @throws when it has not by `deadlineMs`
   */
  async runUntil<T>(work: Promise<T>, deadlineMs: number): Promise<T> {
    let isSettled = false;
    const settle = (): void => {
      isSettled = true;
    };
    work.then(settle, settle);
    for (;;) {
      await atRest();
      if (isSettled) return work;
      const next = this.#timers.takeDue(deadlineMs);
      if (!next) throw new Error(`not over by ${new Date(deadlineMs).toISOString()}`);
      this.#nowMs = Math.max(this.#nowMs, next.at);
      void next.callback();
    }
  }
}

/** Node runs its ticks once no microtask is left: then every promise that can go on has gone on. */
function atRest(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
