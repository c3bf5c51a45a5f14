/** By how much one sample lies above another: J. L. Hodges, E. L. Lehmann, Ann. Math. Stat. 34 (1963). */
import type { Observation } from "./observation.ts";

/**
 * The median of all differences (after less before), nominal milliseconds; of an even number the lower
 * of the two in the middle. Null when a side is empty or holds a run that did not recover.
 */
export function medianShift(
  before: readonly Observation[],
  after: readonly Observation[],
): number | null {
  if (before.length === 0 || after.length === 0) return null;
  if ([...before, ...after].some(({ censored }) => censored)) return null;
  const x = before.map(({ ms }) => ms).sort((a, b) => a - b);
  const y = after.map(({ ms }) => ms).sort((a, b) => a - b);
  const half = Math.ceil((x.length * y.length) / 2);
  // The pairs themselves may be too many to list; milliseconds are whole, so the answer is searched for.
  let low = Math.floor((y[0] ?? 0) - (x.at(-1) ?? 0));
  let high = Math.ceil((y.at(-1) ?? 0) - (x[0] ?? 0));
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (pairsUpTo(x, y, middle) >= half) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** How many differences are at most `bound`. Both rise, so one pass does. */
function pairsUpTo(x: readonly number[], y: readonly number[], bound: number): number {
  let count = 0;
  let upTo = 0;
  for (const value of x) {
    while (upTo < y.length && (y[upTo] ?? 0) <= value + bound) upTo++;
    count += upTo;
  }
  return count;
}
