/**
 * Quantiles and their intervals from the order of the values alone: no distribution is assumed.
 * H. A. David, H. N. Nagaraja, Order Statistics, 3rd ed. (2003), section 7.1.
 */
import { binomialCdf } from "./binomial.ts";

/** Ranks from 1, of the sorted values. */
export interface RankInterval {
  readonly low: number;
  readonly high: number;
}

/** Below this rounding two shares are one: 1 - 0.9 is not 0.1. */
const ROUNDING = 1e-9;

/** The rank of the least value that a share `share` (above 0, up to 1) of `n` values does not exceed. */
export function quantileRank(n: number, share: number): number {
  return Math.max(1, Math.ceil(n * share - ROUNDING));
}

/**
 * The narrowest pair of ranks between which the quantile lies with at least `confidence`; of equally
 * narrow ones the surest. Null when all n values together are not sure enough.
 */
export function rankInterval(n: number, share: number, confidence: number): RankInterval | null {
  if (n < leastForInterval(share, confidence)) return null;
  const below = Array.from({ length: n + 1 }, (_, count) => binomialCdf(count - 1, n, share));
  /** That at least `low` and fewer than `high` values lie below the quantile. */
  const coverage = (low: number, high: number): number => (below[high] ?? 1) - (below[low] ?? 0);
  let best: RankInterval | null = null;
  let high = 2;
  for (let low = 1; low < n; low++) {
    high = Math.max(high, low + 1);
    while (high <= n && coverage(low, high) < confidence) high++;
    if (high > n) break;
    const width = best ? best.high - best.low : Number.POSITIVE_INFINITY;
    const isSurer =
      best !== null &&
      high - low === width &&
      coverage(low, high) > coverage(best.low, best.high) + ROUNDING;
    if (high - low < width || isSurer) best = { low, high };
  }
  return best;
}

/** The least n of which any pair of ranks holds the quantile with `confidence`: 6 for the median at 95 %. */
export function leastForInterval(share: number, confidence: number): number {
  let n = 2;
  while (1 - share ** n - (1 - share) ** n < confidence - ROUNDING) n++;
  return n;
}
