/** How often a test may be wrong by chance: the bound that the simulations are held to. */

/**
 * The most events that `n` runs of probability `p` show, but for one time in a thousand: the exact
 * binomial quantile. More than that refutes "the probability is at most p".
 */
export function mostAllowed(n: number, p: number): number {
  let probability = (1 - p) ** n;
  let sum = probability;
  let k = 0;
  while (sum < 0.999) {
    probability *= ((n - k) / (k + 1)) * (p / (1 - p));
    sum += probability;
    k += 1;
  }
  return k;
}

/**
 * The 95 % upper bound on a probability after `events` in `n` runs (Clopper and Pearson 1934): the
 * largest p under which so few events still happen one time in twenty.
 */
export function upperBound95(events: number, n: number): number {
  if (events === n) return 1;
  let low = events / n;
  let high = 1;
  for (let halving = 0; halving < 60; halving += 1) {
    const p = (low + high) / 2;
    let log = n * Math.log1p(-p);
    let sum = Math.exp(log);
    for (let k = 0; k < events; k += 1) {
      log += Math.log(((n - k) / (k + 1)) * (p / (1 - p)));
      sum += Math.exp(log);
    }
    if (sum > 0.05) low = p;
    else high = p;
  }
  return high;
}
