/**
 * Time as a parameter. *Nominal* milliseconds are the time that periods, cadences and delays are
 * written in; *wall* milliseconds are what the machine's clock says. On AWS both are the same. A
 * lab at speed 20 lets 20 nominal seconds pass per wall second: waiting is scaled, work is not.
 */
import { HeldWork, type HeldWorkOptions } from "./heldWork.ts";
import { TimerQueue } from "./timerQueue.ts";

export interface Clock {
  /** Nominal milliseconds per wall millisecond; 0 for a clock that is moved by hand. */
  readonly speed: number;
  /** Nominal time, milliseconds since the Unix epoch. */
  now(): number;
  /** Wall time, milliseconds since the Unix epoch. */
  wall(): number;
  /** The nominal time at which the wall showed `wallMs`. */
  toNominal(wallMs: number): number;
  /** The wall time at which this clock shows `nominalMs`. */
  toWall(nominalMs: number): number;
  /** Calls `callback` once, when this clock reaches `nominalMs` (at once if it has passed). */
  schedule(nominalMs: number, callback: () => void | Promise<void>): Cancel;
  /**
   * Names `work` that takes wall time and is due now: a clock moved by hand stands still until it
   * ends, a running one runs on. `work` must not wait for nominal time. Returns `work`.
   */
  hold<T>(name: string, work: Promise<T>): Promise<T>;
}

export type Cancel = () => void;

/** Node's timers hold at most 2^31-1 milliseconds; longer waits are taken in stretches. */
const LONGEST_TIMER_MS = 2_000_000_000;

/**
 * A clock that starts at `originNominalMs` when the wall shows `originWallMs` and runs `speed`
 * times as fast. Two processes given the same three numbers read the same nominal time.
 */
export class ScaledClock implements Clock {
  readonly speed: number;
  readonly originNominalMs: number;
  readonly originWallMs: number;

  constructor(speed = 1, originWallMs = Date.now(), originNominalMs = originWallMs) {
    this.speed = speed;
    this.originWallMs = originWallMs;
    this.originNominalMs = originNominalMs;
  }

  now(): number {
    return this.toNominal(Date.now());
  }

  wall(): number {
    return Date.now();
  }

  toNominal(wallMs: number): number {
    return Math.round(this.originNominalMs + (wallMs - this.originWallMs) * this.speed);
  }

  toWall(nominalMs: number): number {
    return Math.round(this.originWallMs + (nominalMs - this.originNominalMs) / this.speed);
  }

  schedule(nominalMs: number, callback: () => void | Promise<void>): Cancel {
    let timer: NodeJS.Timeout;
    const arm = (): void => {
      // Rounded up, so that a callback never reads a time before its own.
      const waitMs = Math.ceil((nominalMs - this.now()) / this.speed);
      timer =
        waitMs > LONGEST_TIMER_MS
          ? setTimeout(arm, LONGEST_TIMER_MS)
          : setTimeout(() => void callback(), Math.max(0, waitMs));
    };
    arm();
    return () => clearTimeout(timer);
  }

  hold<T>(_name: string, work: Promise<T>): Promise<T> {
    return work;
  }
}

/** The wall itself. */
export function wallClock(): Clock {
  return new ScaledClock(1, 0, 0);
}

/** A clock that stands still until `advance` moves it; timers run in order of time, then of age. */
export class ManualClock implements Clock {
  readonly speed = 0;
  #nowMs: number;
  readonly #timers = new TimerQueue();
  readonly #held: HeldWork;

  constructor(nowMs: number, options: HeldWorkOptions = {}) {
    this.#nowMs = nowMs;
    this.#held = new HeldWork(options);
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

  hold<T>(name: string, work: Promise<T>): Promise<T> {
    this.#held.hold(name, work);
    return work;
  }

  /**
   * Moves the clock by `ms` (0 allowed), running and awaiting every timer that falls due, and all
   * work that is held. A timer's callback must not wait for nominal time.
   */
  async advance(ms: number): Promise<void> {
    const target = this.#nowMs + ms;
    await this.#held.settled();
    for (;;) {
      const next = this.#timers.takeDue(target);
      if (!next) break;
      this.#nowMs = Math.max(this.#nowMs, next.at);
      const work = next.callback();
      await this.#held.settled(work instanceof Promise ? work : undefined);
    }
    this.#nowMs = target;
  }
}

/** Waits `nominalMs` of this clock; an aborted signal rejects with the signal's reason. */
export function sleep(clock: Clock, nominalMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(reasonOf(signal));
      return;
    }
    const cancel = clock.schedule(clock.now() + nominalMs, () => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    });
    const onAbort = (): void => {
      cancel();
      if (signal) reject(reasonOf(signal));
    };
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

function reasonOf(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  return reason instanceof Error ? reason : new Error(String(reason));
}

/**
 * Calls `tick` at every whole multiple of `periodMs` of nominal time (plus `offsetMs`), as AWS
 * evaluates on whole minutes. A tick that outlasts its period delays the next; none run at once.
 */
export function every(
  clock: Clock,
  periodMs: number,
  tick: (atMs: number) => void | Promise<void>,
  offsetMs = 0,
): Cancel {
  let cancelled = false;
  let cancel: Cancel | undefined;
  const arm = (): void => {
    const at = (Math.floor((clock.now() - offsetMs) / periodMs) + 1) * periodMs + offsetMs;
    cancel = clock.schedule(at, async () => {
      try {
        await tick(at);
      } finally {
        if (!cancelled) arm();
      }
    });
  };
  arm();
  return () => {
    cancelled = true;
    cancel?.();
  };
}
