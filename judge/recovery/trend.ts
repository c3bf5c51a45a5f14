/**
 * Does recovery get slower with time? M. G. Kendall's rank correlation, Biometrika 30 (1938), tau-b; its
 * slope by P. K. Sen, JASA 63 (1968). No distribution is assumed.
 */
import { normalTail } from "./normal.ts";

export interface Point {
  /** When, in any unit. */
  readonly at: number;
  /** Infinity for a run that did not recover: it ranks as the slowest. */
  readonly value: number;
}

export interface RankCorrelation {
  /** -1 to 1; null with fewer than two different values on either side. */
  readonly tau: number | null;
  /** Two-sided; null where tau is. Exact up to 50 points without ties. */
  readonly pValue: number | null;
}

export function rankCorrelation(points: readonly Point[]): RankCorrelation {
  const n = points.length;
  const ties = {
    at: tieSizes(points.map(({ at }) => at)),
    value: tieSizes(points.map(({ value }) => value)),
    both: tieSizes(points.map(({ at, value }) => `${at} ${value}`)),
  };
  const pairs = (n * (n - 1)) / 2;
  const [atTied, valueTied] = [tiedPairs(ties.at), tiedPairs(ties.value)];
  if (atTied === pairs || valueTied === pairs) return { tau: null, pValue: null };
  const discordant = inversions(points);
  const score = pairs - atTied - valueTied + tiedPairs(ties.both) - 2 * discordant;
  const tau = score / Math.sqrt((pairs - atTied) * (pairs - valueTied));
  const isExact = n <= MOST_EXACT && atTied === 0 && valueTied === 0;
  const pValue = isExact ? exactP(n, discordant) : normalP(n, score, ties);
  return { tau: Math.max(-1, Math.min(1, tau)), pValue };
}

const MOST_EXACT = 50;
/** More pairs than these would take say no more. */
const MOST_SLOPED = 300;

/**
 * Value per unit of time: the median of the slopes between any two points; null without two instants
 * or when it is not finite. Of more than 300 points, so many spread evenly.
 */
export function medianSlope(points: readonly Point[]): number | null {
  const every = Math.max(1, points.length / MOST_SLOPED);
  const used = Array.from(
    { length: Math.min(points.length, MOST_SLOPED) },
    (_, index) => points[Math.floor(index * every)],
  ).flatMap((point) => point ?? []);
  const slopes: number[] = [];
  for (const [index, a] of used.entries()) {
    for (const b of used.slice(index + 1)) {
      if (a.at === b.at || (a.value === b.value && !Number.isFinite(a.value))) continue;
      slopes.push((b.value - a.value) / (b.at - a.at));
    }
  }
  slopes.sort((a, b) => a - b);
  const middle = slopes.length / 2;
  const [low, high] = [slopes[Math.ceil(middle) - 1], slopes[Math.floor(middle)]];
  if (low === undefined || high === undefined) return null;
  const slope = (low + high) / 2;
  return Number.isFinite(slope) ? slope : null;
}

/** Pairs that rise in time and fall in value: a merge sort's count (W. R. Knight, JASA 61 (1966)). */
function inversions(points: readonly Point[]): number {
  const values = points
    .toSorted((a, b) => a.at - b.at || compare(a.value, b.value))
    .map(({ value }) => value);
  let count = 0;
  for (let width = 1; width < values.length; width *= 2) {
    for (let start = 0; start < values.length; start += 2 * width) {
      const left = values.slice(start, start + width);
      const right = values.slice(start + width, start + 2 * width);
      let [l, r] = [0, 0];
      for (let index = start; index < start + left.length + right.length; index++) {
        const [a, b] = [left[l], right[r]];
        const takesRight = b !== undefined && (a === undefined || b < a);
        if (takesRight) count += left.length - l;
        values[index] = (takesRight ? b : a) ?? 0;
        if (takesRight) r++;
        else l++;
      }
    }
  }
  return count;
}

/** Infinity less infinity is no order. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}

function tieSizes(values: readonly (number | string)[]): number[] {
  const counts = new Map<number | string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts.values()].filter((count) => count > 1);
}

function tiedPairs(sizes: readonly number[]): number {
  return sizes.reduce((sum, size) => sum + (size * (size - 1)) / 2, 0);
}

/** From the number of orders of n values with so many inversions. */
function exactP(n: number, discordant: number): number {
  const most = (n * (n - 1)) / 2;
  const tail = Math.min(discordant, most - discordant);
  // Shares of all orders, not numbers of them: 50! is too great.
  let shares = [1];
  for (let size = 2; size <= n; size++) {
    const next = Array.from({ length: Math.min(tail, (size * (size - 1)) / 2) + 1 }, () => 0);
    let window = 0;
    for (let count = 0; count < next.length; count++) {
      window += shares[count] ?? 0;
      if (count >= size) window -= shares[count - size] ?? 0;
      next[count] = window / size;
    }
    shares = next;
  }
  return Math.min(1, 2 * shares.reduce((sum, share) => sum + share, 0));
}

/** M. G. Kendall, Rank Correlation Methods, 4th ed. (1970), section 4.4: with ties on both sides. */
function normalP(
  n: number,
  score: number,
  ties: { readonly at: readonly number[]; readonly value: readonly number[] },
): number {
  const both = (of: (size: number) => number): number => sumOf(ties.at, of) * sumOf(ties.value, of);
  const variance =
    (five(n) - sumOf(ties.at, five) - sumOf(ties.value, five)) / 18 +
    (n > 2 ? both(three) / (9 * three(n)) : 0) +
    both(two) / (2 * two(n));
  return Math.min(1, 2 * normalTail(Math.abs(score) / Math.sqrt(variance)));
}

function sumOf(sizes: readonly number[], of: (size: number) => number): number {
  return sizes.reduce((sum, size) => sum + of(size), 0);
}

function five(size: number): number {
  return size * (size - 1) * (2 * size + 5);
}

function three(size: number): number {
  return size * (size - 1) * (size - 2);
}

function two(size: number): number {
  return size * (size - 1);
}
