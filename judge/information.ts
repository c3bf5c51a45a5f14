/** How fast evidence can come in at best: the yardstick for a sequential test's delay. */

/**
 * Nats per observation that tell a Bernoulli rate `p` from `q` (Kullback and Leibler 1951); both in
 * [0, 1], Infinity when q excludes what p allows.
 */
export function divergence(p: number, q: number): number {
  return term(p, q) + term(1 - p, 1 - q);
}

function term(p: number, q: number): number {
  return p === 0 ? 0 : p * Math.log(p / q);
}

export interface Flow {
  /** Failures per request. */
  readonly rate: number;
  readonly requestsPerSecond: number;
}

/**
 * Nats per second against `candidate <= stable + tolerance` when both rates are unknown: the least
 * that any point of the null gives, over the common rate s, of `n_c KL(candidate || s + tolerance)
 * + n_s KL(stable || s)`. A test that reverts a good candidate with probability at most alpha needs
 * about log(1/alpha) nats (Wald 1947; Lorden 1971), so its mean delay is about `log(1/alpha)` over
 * this. 0 for a candidate within the tolerance.
 */
export function twoSampleInformation(candidate: Flow, stable: Flow, tolerance: number): number {
  if (candidate.rate <= stable.rate + tolerance) return 0;
  const at = (s: number): number =>
    candidate.requestsPerSecond * divergence(candidate.rate, s + tolerance) +
    stable.requestsPerSecond * divergence(stable.rate, s);
  // Convex between the two rates: ternary search.
  let low = stable.rate;
  let high = candidate.rate - tolerance;
  for (let round = 0; round < 100; round += 1) {
    const third = (high - low) / 3;
    if (at(low + third) < at(high - third)) high -= third;
    else low += third;
  }
  return at((low + high) / 2);
}
