/** Seeded random numbers for simulations: the same sequence on every run and machine. */

export type Random = () => number;

/** Uniform in [0, 1): sfc32 of Chris Doty-Humphrey's PractRand, 128 bits of state. */
export function seededRandom(seed: number): Random {
  let a = 0;
  let b = seed | 0;
  let c = 0x9e3779b9;
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let warm = 0; warm < 15; warm += 1) next();
  return next;
}

/** Successes in `n` trials of probability `p`, by inversion: `n p` up to a few hundred. */
export function binomial(random: Random, n: number, p: number): number {
  if (n === 0 || p === 0) return 0;
  if (p > 0.5) return n - binomial(random, n, 1 - p);
  let left = random();
  let probability = (1 - p) ** n;
  const odds = p / (1 - p);
  for (let k = 0; k < n; k += 1) {
    left -= probability;
    if (left < 0) return k;
    probability *= ((n - k) / (k + 1)) * odds;
  }
  return n;
}

/** Arrivals of a Poisson process with this mean, up to a few hundred. */
export function poisson(random: Random, mean: number): number {
  let left = random();
  let probability = Math.exp(-mean);
  let k = 0;
  while ((left -= probability) >= 0 && k < 10 * mean + 100) {
    k += 1;
    probability *= mean / k;
  }
  return k;
}
