/** What a comparison of so many runs could have shown at all: said beside every test, passed or not. */
import { normalQuantile } from "./normal.ts";
import { LEVEL, type Observation } from "./observation.ts";
import { countBelow, countUpTo } from "./sorted.ts";

/** A change that is there is found in so many of all cases. */
const POWER = 0.8;
/** Ten times as slow. */
const MOST_SHARE = 9;
/** What a person would like to see. */
const WISHED_SHARE = 0.1;
/** More values than these know no more of how much they differ. */
const MOST_VALUES = 2_000;

export interface Power {
  /** As a share of the time: 0.5 is half as slow again; null when not even ten times as slow is found. */
  readonly detectableShare: number | null;
  /** A sentence. */
  readonly says: string;
}

/**
 * The least slow-down that a Wilcoxon-Mann-Whitney test of so many runs before and after finds in 80 %
 * of cases at a two-sided level of 5 %: G. E. Noether, JASA 82 (1987), with the spread that the runs
 * themselves show in place of a distribution.
 *
 * @param like runs that show how much recovery differs from run to run, all of one release
 */
export function detectableChange(
  nBefore: number,
  nAfter: number,
  like: readonly Observation[],
): Power {
  const needed = neededShare(nBefore, nAfter);
  const values = spread(like.flatMap(({ ms, censored }) => (censored ? [] : [ms])));
  const detectableShare = needed === null || values.length < 2 ? null : leastFactor(values, needed);
  return { detectableShare, says: sentence(nBefore, nAfter, detectableShare) };
}

/** How often the later one of two runs must be the slower one; null when no share is enough. */
function neededShare(nBefore: number, nAfter: number): number | null {
  if (leastP(nBefore, nAfter) > LEVEL) return null;
  const n = nBefore + nAfter;
  const split = nAfter / n;
  const z = normalQuantile(LEVEL / 2) + normalQuantile(1 - POWER);
  const needed = 0.5 + z / Math.sqrt(12 * split * (1 - split) * n);
  return needed >= 1 ? null : needed;
}

/** The test's least p-value: when every run after is slower than every run before. */
function leastP(nBefore: number, nAfter: number): number {
  if (nBefore === 0 || nAfter === 0) return 1;
  let ways = 1;
  for (let i = 1; i <= nAfter && ways < 1e6; i++) ways *= (nBefore + i) / i;
  return Math.min(1, 2 / ways);
}

/** The least slow-down at which a slowed run is slower than another one so often. */
function leastFactor(values: readonly number[], needed: number): number | null {
  const slower = (share: number): number => {
    let count = 0;
    for (const value of values) {
      const slowed = value * (1 + share);
      count += countBelow(values, slowed);
      count += (countUpTo(values, slowed) - countBelow(values, slowed)) / 2;
    }
    return count / values.length ** 2;
  };
  if (slower(MOST_SHARE) < needed) return null;
  let low = 0;
  let high = MOST_SHARE;
  while (high - low > 1e-4) {
    const middle = (low + high) / 2;
    if (slower(middle) < needed) low = middle;
    else high = middle;
  }
  return high;
}

function spread(values: readonly number[]): number[] {
  const rising = values.toSorted((a, b) => a - b);
  const every = Math.max(1, rising.length / MOST_VALUES);
  return Array.from(
    { length: Math.min(rising.length, MOST_VALUES) },
    (_, index) => rising[Math.floor(index * every)],
  ).flatMap((value) => value ?? []);
}

function sentence(nBefore: number, nAfter: number, share: number | null): string {
  const n = nBefore === nAfter ? `n = ${nBefore} each` : `n = ${nBefore} and ${nAfter}`;
  if (share === null) return `${n} cannot show any change`;
  const least = `${Math.max(1, Math.ceil(100 * share))} %`;
  return share > WISHED_SHARE
    ? `${n} cannot show a 10 % change: the least that they show 4 times in 5 is ${least}`
    : `${n} show a change of ${least} 4 times in 5`;
}
