/**
 * What an earlier sample of the stable slot says where no stable traffic runs beside the candidate
 * (all of it has moved): a rate that the stable one does not exceed, and a limit for slow
 * responses.
 */
import { refuseProblems } from "../base/errors.ts";
import type { Tally } from "./bets.ts";
import { divergence } from "./information.ts";

/**
 * An upper bound on the rate behind a sample of independent requests, wrong with probability at
 * most `risk` in (0, 1): the rate u with `n KL(observed || u) = log(1/risk)` (Chernoff 1952;
 * Hoeffding 1963, theorem 1). Never below the observed rate, exact without events, 1 for an empty
 * sample.
 */
export function upperRate(sample: Tally, risk: number): number {
  if (sample.requests === 0) return 1;
  const observed = sample.events / sample.requests;
  const needed = Math.log(1 / risk) / sample.requests;
  let low = observed;
  let high = 1;
  for (let halving = 0; halving < 60; halving += 1) {
    const middle = (low + high) / 2;
    if (divergence(observed, middle) < needed) low = middle;
    else high = middle;
  }
  return high;
}

export interface SlowLimit {
  /** Wall milliseconds; a response is slow when it took longer, not when it took as long. */
  readonly limitMs: number;
  /** The sample beside this limit, as `control` of the latency signal. */
  readonly control: Tally;
}

/**
 * The sample's quantile, as the limit that makes a response slow.
 *
 * The share of stable responses above the r-th of m exceeds p with the probability that a binomial
 * (m, p) is at most m - r (Wilks, Annals of Mathematical Statistics 12, 1941), and with a smaller
 * one when responses tie (Scheffé and Tukey 1945). So `upperRate` of the returned control holds,
 * although the limit comes from the same sample. With stable traffic beside the candidate any limit
 * is valid that was fixed before: both slots are counted against it.
 *
 * @param responseMs wall milliseconds of at least one stable response, in any order
 * @param quantile in (0, 1)
 * @throws BackoutError `bad-input` for an empty sample, a value that is no duration, or a quantile
 *   outside its range
 */
export function slowLimit(responseMs: readonly number[], quantile = 0.99): SlowLimit {
  const bad = responseMs.find((value) => !(value >= 0 && value < Infinity));
  refuseProblems("the latency sample", [
    ...(responseMs.length === 0
      ? [{ field: "responseMs", value: [], allowed: "at least one response" }]
      : []),
    ...(bad === undefined
      ? []
      : [{ field: "responseMs", value: bad, allowed: "milliseconds from 0" }]),
    ...(quantile > 0 && quantile < 1
      ? []
      : [{ field: "quantile", value: quantile, allowed: "between 0 and 1, without both" }]),
  ]);
  const sorted = responseMs.toSorted((a, b) => a - b);
  const rank = Math.ceil(quantile * sorted.length);
  return {
    limitMs: sorted[rank - 1] ?? Number.NaN,
    control: { requests: sorted.length, events: sorted.length - rank },
  };
}
