/**
 * One batch's bet that the candidate fails more often than the stable slot allows: an E-variable
 * for two Bernoulli streams of unequal size, in closed form.
 *
 * The shape is that of Turner, Ly and Grünwald, "Generic E-variables for exact sequential k-sample
 * tests that allow for optional stopping" (J. Statistical Planning and Inference 230, 2024), with
 * the null of Turner and Grünwald, "Exact anytime-valid confidence intervals for contingency tables
 * and beyond" (Statistics & Probability Letters 198, 2023): a likelihood ratio against the point of
 * the null `candidate <= stable + tolerance` that is nearest to the alternative. Every candidate
 * response multiplies the stake by `1 + c (y - C)`, every stable one by `1 - s (y - S)`, y being 1
 * for a failure, `C = S + tolerance` and `n_c c = n_s s`. If the true rates are `S + x` and at most
 * `C + x`, the batch's expected factor is at most `(1 + c x)^n_c (1 - s x)^n_s <= exp(n_c c x - n_s
 * s x) = 1`. So the bet is fair for *every* stable rate, also one that drifts from batch to batch:
 * the guess of that rate decides only how fast a bad candidate is found.
 */

/** Failures among so many requests: whole numbers, `0 <= events <= requests`. */
export interface Tally {
  readonly requests: number;
  readonly events: number;
}

export interface Bet {
  /** The point of the null that is bet against: failures per request, each in (0, 1). */
  readonly candidateRate: number;
  readonly stableRate: number;
  /** What one failure more than expected wins, as a share of the stake; 0 is no bet. */
  readonly candidateStake: number;
  /** What one stable failure more than expected loses. */
  readonly stableStake: number;
}

/** A stable failure may cost at most this share of the stake, so that none ends the game. */
const MOST_LOST = 0.95;

export interface PairedQuestion {
  readonly candidateRequests: number;
  readonly stableRequests: number;
  /** The guess of the stable slot's rate from earlier batches, in (0, 1). */
  readonly stableRate: number;
  /** In [0, 1): how much worse the candidate may be, in failures per request. */
  readonly tolerance: number;
  /** Above 0: how far above the tolerated rate the candidate is supposed to be. */
  readonly logOddsRatio: number;
}

/**
 * The bet on a batch of both slots. It may depend on the batch's sizes and on earlier batches,
 * never on this batch's failures.
 *
 * The point of the null solves `n_c (q_c - C) / C = n_s (S - q_s) / S`, the projection for small
 * rates; for large ones it is a little off, which costs speed and never validity.
 */
export function pairedBet(question: PairedQuestion): Bet {
  const { candidateRequests, stableRequests, tolerance } = question;
  const guessed = Math.min(question.stableRate, (1 - tolerance) * 0.999);
  const supposed = raised(guessed + tolerance, question.logOddsRatio);
  const a = candidateRequests + stableRequests;
  const b = stableRequests * (tolerance - guessed) - candidateRequests * (supposed - tolerance);
  const c = stableRequests * guessed * tolerance;
  const root = Math.sqrt(b * b + 4 * a * c);
  // The form that does not subtract nearly equal numbers.
  const stableRate = b > 0 ? (2 * c) / (b + root) : (root - b) / (2 * a);
  const candidateRate = stableRate + tolerance;
  const wished = (supposed - candidateRate) / (candidateRate * (1 - candidateRate));
  const ratio = candidateRequests / stableRequests;
  const stableStake = Math.min(wished * ratio, MOST_LOST / (1 - stableRate));
  return { candidateRate, stableRate, stableStake, candidateStake: stableStake / ratio };
}

/** The bet against a candidate's rate of at most `rate`, in (0, 1), with no stable traffic beside it. */
export function knownBet(rate: number, logOddsRatio: number): Bet {
  const candidateStake = (raised(rate, logOddsRatio) - rate) / (rate * (1 - rate));
  return { candidateRate: rate, stableRate: rate, candidateStake, stableStake: 0 };
}

/** The natural logarithm of what the batch multiplies the stake by; finite. */
export function logPayoff(bet: Bet, candidate: Tally, stable: Tally): number {
  const { candidateRate, candidateStake, stableRate, stableStake } = bet;
  return (
    candidate.events * Math.log1p(candidateStake * (1 - candidateRate)) +
    (candidate.requests - candidate.events) * Math.log1p(-candidateStake * candidateRate) +
    stable.events * Math.log1p(-stableStake * (1 - stableRate)) +
    (stable.requests - stable.events) * Math.log1p(stableStake * stableRate)
  );
}

function raised(rate: number, logOddsRatio: number): number {
  const odds = (rate / (1 - rate)) * Math.exp(logOddsRatio);
  return odds / (1 + odds);
}
