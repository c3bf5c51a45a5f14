/** Statistics by their CloudWatch names: `Sum`, `Average`, …, and percentiles `p99`, `p99.9`. */
import type { Samples } from "./samples.ts";

const SIMPLE = ["SampleCount", "Average", "Sum", "Minimum", "Maximum"] as const;
type SimpleStatistic = (typeof SIMPLE)[number];

export type Statistic =
  | { readonly kind: SimpleStatistic }
  | { readonly kind: "percentile"; readonly percent: number };

/** CloudWatch's other extended statistics (trimmed means and the like), which the lab lacks. */
const OTHER_EXTENDED = /^(?:(?:tm|tc|ts|wm|TM|TC|TS|WM)\d|(?:TM|TC|TS|WM|PR)\(|IQM$)/;

export function simpleStatistic(name: string | undefined): SimpleStatistic | undefined {
  return SIMPLE.find((kind) => kind === name);
}

/** The statistic of that name, or undefined when it is none that the lab computes. */
export function parseStatistic(name: string): Statistic | undefined {
  const simple = simpleStatistic(name);
  if (simple) return { kind: simple };
  const match = /^p(\d{1,3}(?:\.\d{1,10})?)$/.exec(name);
  const percent = Number(match?.[1]);
  return match && percent <= 100 ? { kind: "percentile", percent } : undefined;
}

/** Whether AWS knows a statistic of that name that the lab does not compute. */
export function isUnsupportedStatistic(name: string): boolean {
  return OTHER_EXTENDED.test(name);
}

/** The statistic's value, or undefined when these samples cannot tell it (or there are none). */
export function valueOf(statistic: Statistic, samples: Samples): number | undefined {
  if (samples.count === 0) return undefined;
  switch (statistic.kind) {
    case "SampleCount":
      return samples.count;
    case "Average":
      return samples.sum / samples.count;
    case "Sum":
      return samples.sum;
    case "Minimum":
      return samples.min;
    case "Maximum":
      return samples.max;
    default:
      return percentile(samples, statistic.percent);
  }
}

/**
 * By nearest rank: the smallest value that at least `percent` % of the samples do not exceed. AWS
 * does not publish how it interpolates. None where a value is negative ("Percentile statistics are
 * not available for metrics when any of the metric values are negative numbers").
 */
function percentile(samples: Samples, percent: number): number | undefined {
  if (!samples.values || samples.min < 0) return undefined;
  // Without the rounding 99.9 % of 1000 samples would ask for more than 999 of them.
  const wanted = Number(((percent / 100) * samples.count).toPrecision(12));
  const { values, upTo } = ranked(samples.values);
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((upTo[middle] ?? 0) < wanted) low = middle + 1;
    else high = middle;
  }
  return values[low];
}

interface Ranking {
  /** Ascending. */
  readonly values: Float64Array;
  /** How many samples are at most the value of the same index. */
  readonly upTo: Float64Array;
}

/** Alarms ask the same minute for a percentile again and again: each set is ranked once. */
const rankings = new WeakMap<ReadonlyMap<number, number>, Ranking>();

function ranked(counts: ReadonlyMap<number, number>): Ranking {
  const known = rankings.get(counts);
  if (known) return known;
  const values = Float64Array.from(counts.keys()).sort();
  let seen = 0;
  const upTo = values.map((value) => (seen += counts.get(value) ?? 0));
  rankings.set(counts, { values, upTo });
  return { values, upTo };
}

/**
 * The samples below which a percentile is not significant: 10 / (1 - p) for p from 0.5 up to 1,
 * 10 / p below it ("Percentile-based CloudWatch alarms and low data samples"). None for p100 and
 * p0, for which AWS gives no rule.
 */
export function significantSamples(statistic: Statistic): number {
  if (statistic.kind !== "percentile") return 0;
  const { percent } = statistic;
  if (percent === 0 || percent === 100) return 0;
  const tail = percent >= 50 ? 100 - percent : percent;
  return Number((1000 / tail).toPrecision(12));
}
