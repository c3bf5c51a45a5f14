/**
 * Did recovery change from one release to the next? E. A. Gehan's generalization of the
 * Wilcoxon-Mann-Whitney test, Biometrika 52 (1965), by permutation (N. Mantel, Biometrics 23 (1967)):
 * no distribution is assumed, and a run that was given up counts as slower than what had recovered by
 * then, and as comparable with nothing else.
 */
import { normalTail } from "./normal.ts";
import type { Observation } from "./observation.ts";
import { countBelow, countUpTo } from "./sorted.ts";

export interface Comparison {
  /** Share of the pairs that can be compared in which the later one is slower, ties as half; null without any. */
  readonly slowerShare: number | null;
  /** Two-sided; null when either side is empty. Exact up to 25,000 ways to deal the runs out. */
  readonly pValue: number | null;
}

const MOST_ENUMERATED = 25_000;

export function compareSamples(
  before: readonly Observation[],
  after: readonly Observation[],
): Comparison {
  if (before.length === 0 || after.length === 0) return { slowerShare: null, pValue: null };
  const scores = gehanScores([...before, ...after]);
  const sum = scores.slice(before.length).reduce((total, score) => total + score, 0);
  return {
    slowerShare: slowerShare(before, after),
    pValue:
      waysToDeal(scores.length, after.length) <= MOST_ENUMERATED
        ? exactP(scores, after.length, sum)
        : normalP(scores, after.length, sum),
  };
}

/** Of each: how many it is surely slower than, less how many are surely slower than it. */
function gehanScores(all: readonly Observation[]): number[] {
  const rising = (censored: boolean): number[] =>
    all.flatMap((one) => (one.censored === censored ? [one.ms] : [])).sort((a, b) => a - b);
  const exact = rising(false);
  const given = rising(true);
  return all.map(({ ms, censored }) => {
    if (censored) return countUpTo(exact, ms);
    const slower = exact.length - countUpTo(exact, ms) + given.length - countBelow(given, ms);
    return countBelow(exact, ms) - slower;
  });
}

function slowerShare(before: readonly Observation[], after: readonly Observation[]): number | null {
  const [x, y] = [split(before), split(after)];
  let slower = 0;
  let comparable = 0;
  for (const ms of y.exact) {
    const below = countBelow(x.exact, ms);
    const equal = countUpTo(x.exact, ms) - below;
    slower += below + equal / 2;
    comparable += x.exact.length + x.given.length - countBelow(x.given, ms);
  }
  for (const ms of y.given) {
    const surely = countUpTo(x.exact, ms);
    slower += surely;
    comparable += surely;
  }
  return comparable === 0 ? null : slower / comparable;
}

function split(sample: readonly Observation[]): { exact: number[]; given: number[] } {
  const rising = (censored: boolean): number[] =>
    sample.flatMap((one) => (one.censored === censored ? [one.ms] : [])).sort((a, b) => a - b);
  return { exact: rising(false), given: rising(true) };
}

/** The share of all ways to deal the scores out in which the sum lies as far from 0. */
function exactP(scores: readonly number[], taken: number, sum: number): number {
  let all = 0;
  let asFar = 0;
  const deal = (from: number, left: number, so: number): void => {
    if (left === 0) {
      all++;
      // Whole numbers: their sums are exact.
      if (Math.abs(so) >= Math.abs(sum)) asFar++;
      return;
    }
    for (let index = from; index <= scores.length - left; index++) {
      deal(index + 1, left - 1, so + (scores[index] ?? 0));
    }
  };
  deal(0, taken, 0);
  return asFar / all;
}

function normalP(scores: readonly number[], taken: number, sum: number): number {
  const n = scores.length;
  const squares = scores.reduce((total, score) => total + score * score, 0);
  const variance = (taken * (n - taken) * squares) / (n * (n - 1));
  if (variance === 0) return 1;
  return Math.min(1, 2 * normalTail(Math.abs(sum) / Math.sqrt(variance)));
}

function waysToDeal(n: number, taken: number): number {
  let ways = 1;
  // Of either side alike, and on the way there never more than at its end.
  const fewer = Math.min(taken, n - taken);
  for (let i = 1; i <= fewer && ways <= MOST_ENUMERATED; i++) ways *= (n + 1 - i) / i;
  return ways;
}
