/** Counts of a load that may run for days: totals, last times, and a ring of the newest responses. */
import type { Slot } from "../../guard/slot.ts";
import type { Split } from "../events.ts";

export interface LoadResponse {
  readonly startedWallMs: number;
  readonly completedWallMs: number;
  /** Null when there was no answer. */
  readonly status: number | null;
  /** Null when the answer does not say. */
  readonly slot: Slot | null;
  /** The socket's or client's error code (`ECONNRESET`, `UND_ERR_HEADERS_TIMEOUT`); null with an answer. */
  readonly error: string | null;
}

/** What a drill calls a bad response. Wall milliseconds: responses are work, not waiting. */
export interface LoadJudging {
  /** An answer that takes longer is slow: the threshold of the candidate's latency alarm. */
  readonly slowAfterMs: number;
  /**
   * What the drill's fault adds to a response. Above 0 a slow answer is as bad as a failed one, for
   * it is what the fault breaks; otherwise slow ones are only counted.
   */
  readonly slowsByMs: number;
}

export interface SlotCounts {
  readonly requests: number;
  /** Failed. */
  readonly errors: number;
  readonly lastWallMs: number | null;
}

/** Times are wall times of completion, milliseconds since the epoch. */
export interface LoadSnapshot {
  /** Completed, good or bad. */
  readonly requests: number;
  /** Failed: answers that are not 200 to 399, and requests without an answer. */
  readonly errors: number;
  /** Answered without failing, but late. */
  readonly slow: number;
  /** What the drill calls bad: the failed, and the slow where slowness is the fault. */
  readonly bad: number;
  readonly inFlight: number;
  /** Requests that were due but held back because too many were under way. */
  readonly notSent: number;
  readonly bySlot: Readonly<Record<Slot | "unknown", SlotCounts>>;
  readonly lastBadWallMs: number | null;
  readonly lastGoodWallMs: number | null;
  /** Of the newest bad response: its status, its kind of error, or how slow it was. */
  readonly lastBadWas: string | null;
}

export interface RecentCounts {
  readonly requests: number;
  readonly errors: number;
  readonly split: Split;
}

const RING_SIZE = 4096;

/**
 * Whatever is not 200 to 399. The requests are the runner's own and ask for what is there: a 404 to
 * them is the release's failure, not a client's.
 */
export function isFailed({ status }: Pick<LoadResponse, "status">): boolean {
  return status === null || status < 200 || status >= 400;
}

export class LoadRecorder {
  readonly #judging: LoadJudging;
  #inFlight = 0;
  #requests = 0;
  #errors = 0;
  #slow = 0;
  #badCount = 0;
  #notSent = 0;
  #bySlot = { blue: noCounts(), green: noCounts(), unknown: noCounts() };
  #lastBad: LoadResponse | null = null;
  #lastGoodWallMs: number | null = null;
  readonly #ring = new Ring<LoadResponse>();
  readonly #bad = new Ring<number>();

  constructor(judging: LoadJudging) {
    this.#judging = judging;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  sent(): void {
    this.#inFlight++;
  }

  notSent(): void {
    this.#notSent++;
  }

  completed(response: LoadResponse): void {
    this.#inFlight--;
    this.#requests++;
    const failed = isFailed(response);
    const slow = !failed && tookMs(response) > this.#judging.slowAfterMs;
    if (failed) this.#errors++;
    if (slow) this.#slow++;
    if (failed || (slow && this.#judging.slowsByMs > 0)) {
      this.#badCount++;
      this.#lastBad = response;
      this.#bad.push(response.completedWallMs);
    } else this.#lastGoodWallMs = response.completedWallMs;
    const counts = this.#bySlot[response.slot ?? "unknown"];
    counts.requests++;
    if (failed) counts.errors++;
    counts.lastWallMs = response.completedWallMs;
    this.#ring.push(response);
  }

  snapshot(): LoadSnapshot {
    return {
      requests: this.#requests,
      errors: this.#errors,
      slow: this.#slow,
      bad: this.#badCount,
      inFlight: this.#inFlight,
      notSent: this.#notSent,
      bySlot: {
        blue: { ...this.#bySlot.blue },
        green: { ...this.#bySlot.green },
        unknown: { ...this.#bySlot.unknown },
      },
      lastBadWallMs: this.#lastBad?.completedWallMs ?? null,
      lastGoodWallMs: this.#lastGoodWallMs,
      lastBadWas: this.#lastBad && whatWas(this.#lastBad),
    };
  }

  /** Responses completed at or after `sinceWallMs`, as far as the ring reaches back. */
  recent(sinceWallMs: number): RecentCounts {
    const split = { blue: 0, green: 0, unknown: 0 };
    let errors = 0;
    const found = this.#ring.newestWhile((response) => response.completedWallMs >= sinceWallMs);
    for (const response of found) {
      split[response.slot ?? "unknown"]++;
      if (isFailed(response)) errors++;
    }
    return { requests: found.length, errors, split };
  }

  /**
   * Wall milliseconds within which 99 of 100 answers came, by slot, of those completed at or after
   * `sinceWallMs` (nearest rank, so that of fewer than 100 it is the slowest); null when none was.
   */
  p99(sinceWallMs: number): Record<Slot, number | null> {
    const found = this.#ring.newestWhile((response) => response.completedWallMs >= sinceWallMs);
    const of = (slot: Slot): number | null => {
      const latencies = found
        .filter((response) => response.slot === slot && response.status !== null)
        .map(tookMs)
        .sort((a, b) => a - b);
      return latencies[Math.ceil(0.99 * latencies.length) - 1] ?? null;
    };
    return { blue: of("blue"), green: of("green") };
  }

  firstBadSince(wallMs: number): number | null {
    return this.#bad.newestWhile((at) => at >= wallMs).at(-1) ?? null;
  }
}

function tookMs(response: LoadResponse): number {
  return response.completedWallMs - response.startedWallMs;
}

function whatWas(bad: LoadResponse): string {
  if (isFailed(bad)) return String(bad.status ?? bad.error);
  return `${bad.status} after ${tookMs(bad)} ms`;
}

interface MutableCounts {
  requests: number;
  errors: number;
  lastWallMs: number | null;
}

function noCounts(): MutableCounts {
  return { requests: 0, errors: 0, lastWallMs: null };
}

class Ring<T> {
  readonly #items: T[] = [];
  #next = 0;

  push(item: T): void {
    this.#items[this.#next] = item;
    this.#next = (this.#next + 1) % RING_SIZE;
  }

  /** Newest first, until the first for which `keep` is false. */
  newestWhile(keep: (item: T) => boolean): T[] {
    const found: T[] = [];
    for (let back = 1; back <= this.#items.length; back++) {
      const item = this.#items[(this.#next - back + RING_SIZE) % RING_SIZE];
      if (item === undefined || !keep(item)) break;
      found.push(item);
    }
    return found;
  }
}
