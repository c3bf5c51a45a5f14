/** The load balancer's minutes and the sidecars' ten seconds, as an alarm's datapoints. */
import type { Clock } from "../../base/clock.ts";
import type { AlarmDatapoint } from "../../lab/cloudwatch/alarms/decide.ts";
import { type AnySignal, FAST_SIGNALS } from "../../guard/signals.ts";
import { otherSlot, type Slot, SLOTS } from "../../guard/slot.ts";

interface Bucket {
  requests: number;
  errors: number;
  slow: number;
  slowMs: number;
}

/** As the environments' own alarms have them. */
const LEAST_REQUESTS = 20;
const SAMPLES_FOR_P99 = 100;
/** A tenth of the limit of 1 s: below that nothing is compared. */
const LEAST_RATIO_SECONDS = 0.1;
const ANSWER_SECONDS = 0.02;

export class Metrics {
  readonly #clock: Clock;
  readonly #delayMs: number;
  readonly #buckets = new Map<string, Bucket>();
  readonly #leastHealthy = new Map<string, number>();
  readonly #healthy: (slot: Slot) => number;

  constructor(clock: Clock, delayMs: number, healthy: (slot: Slot) => number) {
    this.#clock = clock;
    this.#delayMs = delayMs;
    this.#healthy = healthy;
  }

  count(slot: Slot, requests: number, errors: number, slow: number, slowMs: number): void {
    this.#add([60_000, 10_000], slot, requests, errors, slow, slowMs);
  }

  /** Failures that are put into the sidecars' own metrics, and no load balancer has seen. */
  putFailures(slot: Slot, count: number): void {
    this.#add([10_000], slot, count, count, 0, 0);
  }

  #add(
    periods: readonly number[],
    slot: Slot,
    requests: number,
    errors: number,
    slow: number,
    slowMs: number,
  ): void {
    for (const periodMs of periods) {
      const key = `${slot} ${periodMs} ${Math.floor(this.#clock.now() / periodMs)}`;
      const bucket = this.#buckets.get(key) ?? { requests: 0, errors: 0, slow: 0, slowMs: 0 };
      bucket.requests += requests;
      bucket.errors += errors;
      bucket.slow += slow;
      bucket.slowMs = Math.max(bucket.slowMs, slow > 0 ? slowMs : 0);
      this.#buckets.set(key, bucket);
    }
  }

  /** Whenever it changes, and once in each minute. */
  noteHealth(slot: Slot): void {
    const key = `${slot} ${Math.floor(this.#clock.now() / 60_000)}`;
    const least = this.#leastHealthy.get(key) ?? Infinity;
    this.#leastHealthy.set(key, Math.min(least, this.#healthy(slot)));
  }

  /** Before the simulation began. */
  wasHealthy(atMs: number): void {
    for (const slot of SLOTS) this.#leastHealthy.set(`${slot} ${Math.floor(atMs / 60_000)}`, 1);
  }

  /** Requests that the slot answered from one time to another, by whole minutes that are out. */
  requests(slot: Slot, fromMs: number, toMs: number): number {
    let sum = 0;
    for (let minute = Math.floor(fromMs / 60_000); minute * 60_000 < toMs; minute++) {
      if (this.#isOut(minute, 60_000)) sum += this.#bucket(slot, minute, 60_000)?.requests ?? 0;
    }
    return sum;
  }

  /** Oldest first, the newest one that has ended last. */
  datapoints(slot: Slot, signal: AnySignal, count: number): AlarmDatapoint[] {
    const periodMs = FAST_SIGNALS.some((fast) => fast === signal) ? 10_000 : 60_000;
    const last = Math.floor(this.#clock.now() / periodMs) - 1;
    return Array.from({ length: count }, (_, index) => {
      const period = last - count + 1 + index;
      const startMs = period * periodMs;
      return this.#isOut(period, periodMs)
        ? { startMs, value: this.#value(slot, signal, period, periodMs) }
        : { startMs };
    });
  }

  /** What sidecars publish is there at once. */
  #isOut(period: number, periodMs: number): boolean {
    const delayMs = periodMs === 60_000 ? this.#delayMs : 0;
    return (period + 1) * periodMs + delayMs <= this.#clock.now();
  }

  #bucket(slot: Slot, period: number, periodMs: number): Bucket | undefined {
    return this.#buckets.get(`${slot} ${periodMs} ${period}`);
  }

  #value(slot: Slot, signal: AnySignal, period: number, periodMs: number): number | undefined {
    if (signal === "unhealthy") return this.#leastHealthy.get(`${slot} ${period}`);
    const bucket = this.#bucket(slot, period, periodMs);
    if (!bucket || bucket.requests < LEAST_REQUESTS) return undefined;
    if (signal === "errors" || signal === "fastErrors") {
      return (100 * bucket.errors) / bucket.requests;
    }
    if (signal === "latency" || signal === "fastLatency") {
      return slowest(bucket, bucket.requests >= SAMPLES_FOR_P99 ? 0.01 : 0.1);
    }
    const other = this.#bucket(otherSlot(slot), period, periodMs);
    const isComparable =
      bucket.requests >= SAMPLES_FOR_P99 && (other?.requests ?? 0) >= SAMPLES_FOR_P99;
    if (!other || !isComparable) return undefined;
    const p99 = slowest(bucket, 0.01);
    return p99 >= LEAST_RATIO_SECONDS ? p99 / slowest(other, 0.01) : undefined;
  }
}

/** Seconds that all but this share of the answers need at most. */
function slowest({ requests, slow, slowMs }: Bucket, tail: number): number {
  return slow > tail * requests ? slowMs / 1000 : ANSWER_SECONDS;
}
