/** The normal distribution: its upper tail and the quantile that belongs to one. */

/**
 * The probability of a value above `z`. W. J. Cody's kind of series below 3, a continued fraction
 * above: relative error below 1e-9 in either.
 */
export function normalTail(z: number): number {
  if (z < 0) return 1 - normalTail(-z);
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  if (z < 3) {
    // Abramowitz, Stegun, Handbook of Mathematical Functions, 26.2.11
    let term = z;
    let sum = z;
    for (let i = 3; Math.abs(term) > 1e-17 * sum; i += 2) {
      term *= (z * z) / i;
      sum += term;
    }
    return 0.5 - density * sum;
  }
  // The same, 26.2.14
  let fraction = z;
  for (let i = 100; i >= 1; i--) fraction = z + i / fraction;
  return density / fraction;
}

/** The z that a share of `tail` (above 0, below 1) lies above. */
export function normalQuantile(tail: number): number {
  let low = -40;
  let high = 40;
  while (high - low > 1e-12) {
    const middle = (low + high) / 2;
    if (normalTail(middle) > tail) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
