/** The binomial distribution's lower tail, and the exact upper bound on a rate that follows from it. */

/** The probability of at most `count` of `n` when each happens with probability `share` (0 to 1). */
export function binomialCdf(count: number, n: number, share: number): number {
  if (count < 0) return 0;
  if (count >= n || share <= 0) return 1;
  if (share >= 1) return 0;
  const odds = Math.log(share) - Math.log1p(-share);
  // In logarithms, scaled by the greatest so far: the first term alone may be below the least number.
  let log = n * Math.log1p(-share);
  let greatest = log;
  let sum = 1;
  for (let i = 1; i <= count; i++) {
    log += Math.log((n - i + 1) / i) + odds;
    if (log > greatest) {
      sum = sum * Math.exp(greatest - log) + 1;
      greatest = log;
    } else {
      sum += Math.exp(log - greatest);
    }
  }
  return Math.min(1, sum * Math.exp(greatest));
}

/**
 * The greatest rate that `count` of `n` do not rule out, one-sided: C. J. Clopper, E. S. Pearson,
 * Biometrika 26 (1934). Null with n = 0, of which nothing follows.
 *
 * @param confidence above 0, below 1
 */
export function rateAtMost(count: number, n: number, confidence: number): number | null {
  if (n === 0) return null;
  if (count >= n) return 1;
  let low = count / n;
  let high = 1;
  while (high - low > 1e-12) {
    const middle = (low + high) / 2;
    if (binomialCdf(count, n, middle) > 1 - confidence) low = middle;
    else high = middle;
  }
  return high;
}
