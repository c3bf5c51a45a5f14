/**
 * What CloudWatch keeps of a set of measurements, and the statistics it can tell of them. Sets
 * merge, so a minute's data become an hour's without being read again.
 */
export interface Samples {
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  /** How often each value was seen; missing when only a statistic set was published. */
  readonly values?: ReadonlyMap<number, number>;
}

/**
 * Distinct values kept exactly; a set with more keeps them to four significant digits, so that a
 * busy latency metric stays small (percentiles are then within 0.05 %).
 */
const MOST_EXACT_VALUES = 2_000;

/** The samples of raw values and how often each was seen; values seen zero times are left out. */
export function samplesOf(values: readonly number[], counts: readonly number[]): Samples {
  const seen = new Map<number, number>();
  let count = 0;
  let sum = 0;
  let min = Infinity;
  let max = -Infinity;
  for (const [index, value] of values.entries()) {
    const times = counts[index] ?? 1;
    if (times <= 0) continue;
    seen.set(value, (seen.get(value) ?? 0) + times);
    count += times;
    sum += value * times;
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return { count, sum, min, max, values: coarsen(seen) };
}

/**
 * The samples of a statistic set. Its raw values are known only when all of them are the same:
 * "If you publish data using a statistic set instead, you can only retrieve percentile statistics
 * [if] the SampleCount is 1 and Min, Max and Sum are all equal, [or] Min and Max are equal and Sum
 * is equal to Min multiplied by SampleCount" (PutMetricData).
 */
export function samplesOfSet(count: number, sum: number, min: number, max: number): Samples {
  const uniform = min === max && sum === min * count;
  return { count, sum, min, max, ...(uniform ? { values: new Map([[min, count]]) } : {}) };
}

export function merge(a: Samples, b: Samples): Samples {
  const joined = {
    count: a.count + b.count,
    sum: a.sum + b.sum,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
  };
  if (!a.values || !b.values) return joined;
  const values = new Map(a.values);
  for (const [value, times] of b.values) values.set(value, (values.get(value) ?? 0) + times);
  return { ...joined, values: coarsen(values) };
}

function coarsen(values: Map<number, number>): Map<number, number> {
  if (values.size <= MOST_EXACT_VALUES) return values;
  const coarse = new Map<number, number>();
  for (const [value, times] of values) {
    const rounded = Number(value.toPrecision(4));
    coarse.set(rounded, (coarse.get(rounded) ?? 0) + times);
  }
  return coarse;
}
