/** What one load balancer did, minute by nominal minute, kept until it is published. */
import type { Clock } from "../../base/clock.ts";

export const MINUTE_MS = 60_000;

/** One target group's part of a minute. */
export interface GroupMinute {
  /** Requests for which a target of this group was chosen. */
  requests: number;
  /** Responses of targets by their first digit; index 2 is 2XX. */
  readonly codes: number[];
  connectionErrors: number;
  /** Seconds, three significant digits, to how often each was seen. */
  readonly responseTimes: Map<number, number>;
}

export interface BalancerMinute {
  readonly groups: Map<string, GroupMinute>;
  /** Responses that the load balancer made itself, by status. */
  readonly own: Map<number, number>;
  fixedResponses: number;
  redirects: number;
  /** Rules tried; default rules do not count. */
  ruleEvaluations: number;
  /** Requests for a sticky target group that had to be given a new target. */
  nonSticky: number;
}

export interface FinishedMinute {
  readonly startMs: number;
  readonly minute: BalancerMinute;
}

export class MinuteBook {
  readonly #clock: Clock;
  readonly #minutes = new Map<number, BalancerMinute>();
  #startMs = Number.NaN;
  #current: BalancerMinute | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The minute that runs now: a request belongs to the one in which its response completed. */
  current(): BalancerMinute {
    const startMs = Math.floor(this.#clock.now() / MINUTE_MS) * MINUTE_MS;
    if (this.#current === undefined || startMs !== this.#startMs) {
      this.#startMs = startMs;
      this.#current = this.#minutes.get(startMs) ?? newMinute();
      this.#minutes.set(startMs, this.#current);
    }
    return this.#current;
  }

  group(dimension: string): GroupMinute {
    const { groups } = this.current();
    let group = groups.get(dimension);
    if (group === undefined) {
      group = {
        requests: 0,
        codes: [0, 0, 0, 0, 0, 0],
        connectionErrors: 0,
        responseTimes: new Map(),
      };
      groups.set(dimension, group);
    }
    return group;
  }

  /** A response of the load balancer's own making; it has no target group. */
  own(status: number): void {
    const { own } = this.current();
    own.set(status, (own.get(status) ?? 0) + 1);
  }

  /** Takes out every minute that had ended by `endMs`, oldest first. */
  finished(endMs: number): readonly FinishedMinute[] {
    const done: FinishedMinute[] = [];
    for (const [startMs, minute] of this.#minutes) {
      if (startMs + MINUTE_MS > endMs) continue;
      done.push({ startMs, minute });
      this.#minutes.delete(startMs);
      if (startMs === this.#startMs) this.#current = undefined;
    }
    return done.sort((a, b) => a.startMs - b.startMs);
  }
}

function newMinute(): BalancerMinute {
  return {
    groups: new Map(),
    own: new Map(),
    fixedResponses: 0,
    redirects: 0,
    ruleEvaluations: 0,
    nonSticky: 0,
  };
}

/** Counts one response time, rounded to three significant digits so that a minute stays small. */
export function addResponseTime(times: Map<number, number>, ms: number): void {
  // Below a microsecond there is nothing to tell apart.
  const microseconds = Math.max(1, Math.round(ms * 1000));
  let unit = 1;
  while (microseconds >= 1000 * unit) unit *= 10;
  const seconds = (Math.round(microseconds / unit) * unit) / 1e6;
  times.set(seconds, (times.get(seconds) ?? 0) + 1);
}
