/**
 * Evidence of several tests as one. Logarithms of e-values in, one out; `null` is a test that has
 * not reported, which stands at 1, where every test begins, so that it never adds anything.
 *
 * Reports must go out by the clock and say what *is*, not only when it looks bad: a value that is
 * kept from its last report is a test that stopped, but a choice of the best ones would be no
 * e-value.
 */

/**
 * The mean over all tests, valid however they depend on each other (Vovk and Wang, "E-values:
 * calibration, combination and applications", Annals of Statistics 49, 2021, proposition 3.1). It
 * is right for sidecars that compare with the same stable traffic, and for errors beside latency of
 * the same responses. One test alone reaches it at `tests` times the bar.
 */
export function logMean(logEValues: readonly (number | null)[]): number {
  const values = logEValues.map((value) => value ?? 0);
  const most = Math.max(...values);
  const sum = values.reduce((total, value) => total + Math.exp(value - most), 0);
  return most + Math.log(sum / values.length);
}

/**
 * The product: much faster, but only for tests over disjoint traffic of *both* slots, each of which
 * is fair whatever the others have seen (Vovk and Wang 2021, section 4). Sidecars that share the
 * stable counts would count one lucky stable batch several times. Summing their counts into the
 * batches of one test is as fast, and needs no such care.
 */
export function logProduct(logEValues: readonly (number | null)[]): number {
  return logEValues.reduce<number>((total, value) => total + (value ?? 0), 0);
}
