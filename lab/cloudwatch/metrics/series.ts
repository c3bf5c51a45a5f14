/** The data of one metric in one unit: buckets of one second or one minute, in order of time. */
import { merge } from "./samples.ts";
import type { Samples } from "./samples.ts";

interface Bucket {
  readonly startMs: number;
  samples: Samples;
}

export class Series {
  #buckets: Bucket[] = [];

  get empty(): boolean {
    return this.#buckets.length === 0;
  }

  add(startMs: number, samples: Samples): void {
    const index = this.#from(startMs);
    const bucket = this.#buckets[index];
    if (bucket?.startMs === startMs) bucket.samples = merge(bucket.samples, samples);
    else this.#buckets.splice(index, 0, { startMs, samples });
  }

  /**
   * The samples of each of `count` periods that start at `startMs`, oldest first; undefined where
   * nothing was measured.
   */
  periods(startMs: number, periodMs: number, count: number): (Samples | undefined)[] {
    const result = Array.from<Samples | undefined>({ length: count });
    const endMs = startMs + periodMs * count;
    for (let index = this.#from(startMs); index < this.#buckets.length; index++) {
      const bucket = this.#buckets[index];
      if (!bucket || bucket.startMs >= endMs) break;
      const at = Math.floor((bucket.startMs - startMs) / periodMs);
      const before = result[at];
      result[at] = before ? merge(before, bucket.samples) : bucket.samples;
    }
    return result;
  }

  dropBefore(ms: number): void {
    const index = this.#from(ms);
    if (index > 0) this.#buckets.splice(0, index);
  }

  /** The index of the first bucket that starts at or after `ms`. */
  #from(ms: number): number {
    let low = 0;
    let high = this.#buckets.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#buckets[middle]?.startMs ?? Infinity) < ms) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
