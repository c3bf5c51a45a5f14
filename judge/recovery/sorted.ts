/** Counting in sorted numbers. */

/** How many of the rising `values` are below `bound`. */
export function countBelow(values: readonly number[], bound: number): number {
  return partition(values, (value) => value < bound);
}

/** How many of the rising `values` are at most `bound`. */
export function countUpTo(values: readonly number[], bound: number): number {
  return partition(values, (value) => value <= bound);
}

function partition(values: readonly number[], isIn: (value: number) => boolean): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isIn(values[middle] ?? Number.NaN)) low = middle + 1;
    else high = middle;
  }
  return low;
}
