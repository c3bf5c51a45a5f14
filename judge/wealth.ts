/**
 * What the bets have won: a test martingale that starts at 1, mixed over how bad the candidate may
 * be and over when it may have turned bad.
 *
 * Against a candidate that is not worse than tolerated its expectation stays at most 1, so by
 * Ville's inequality (Ville 1939; Howard, Ramdas, McAuliffe and Sekhon, Annals of Statistics 49,
 * 2021) the probability that it *ever* reaches 1/alpha is at most alpha, however often it is looked
 * at. The mixture over alternatives is Robbins' (Annals of Mathematical Statistics 41, 1970). The
 * mixture over beginnings is Shiryaev's prior for a change point, by weights that sum to 1: a
 * candidate that breaks late meets money that was kept, not stakes that half an hour of good
 * responses has eaten.
 */

/**
 * The alternatives as log odds ratios over the tolerated rate, from 1.1 to 25 times the odds. Each
 * is twice the one before, so that a true one in between keeps about eight ninths of the best
 * growth (where growth is quadratic, which it is for small ratios). Less than half of the first is
 * not found.
 */
export const LOG_ODDS_RATIOS: readonly number[] = [0.1, 0.2, 0.4, 0.8, 1.6, 3.2];

/** The share that bets from the first look on; a bad release is usually bad at once. */
const AT_ONCE = 0.5;
/** Looks after which half of the money that was kept is at stake. */
const HALF_STAKED_AFTER = 60;

export interface Wealth {
  /** Batches bet on so far. */
  readonly looks: number;
  /** The natural logarithm of what each alternative holds. */
  readonly logStakes: readonly number[];
}

export function initialWealth(): Wealth {
  const each = AT_ONCE / LOG_ODDS_RATIOS.length;
  return { looks: 0, logStakes: LOG_ODDS_RATIOS.map(() => Math.log(each)) };
}

/**
 * The wealth after one more batch: first a part of what was kept is staked, then the bets pay.
 *
 * @param logPayoffOf the logarithm of what that alternative's bet pays
 */
export function settle(wealth: Wealth, logPayoffOf: (logOddsRatio: number) => number): Wealth {
  const fresh = (keptAt(wealth.looks) - keptAt(wealth.looks + 1)) / LOG_ODDS_RATIOS.length;
  const logFresh = Math.log(fresh);
  return {
    looks: wealth.looks + 1,
    logStakes: LOG_ODDS_RATIOS.map((logOddsRatio, index) => {
      const held = wealth.logStakes[index] ?? Number.NEGATIVE_INFINITY;
      return logSum(held, logFresh) + logPayoffOf(logOddsRatio);
    }),
  };
}

/** The natural logarithm of all that is held, staked or kept: the evidence. Finite. */
export function logWealth(wealth: Wealth): number {
  return wealth.logStakes.reduce(logSum, Math.log(keptAt(wealth.looks)));
}

/** Falls as 1/looks and never to nothing: a late beginning costs twice the logarithm of the looks. */
function keptAt(looks: number): number {
  return ((1 - AT_ONCE) * HALF_STAKED_AFTER) / (looks + HALF_STAKED_AFTER);
}

/** log(exp(a) + exp(b)) without overflow. */
export function logSum(a: number, b: number): number {
  const most = Math.max(a, b);
  return most + Math.log1p(Math.exp(Math.min(a, b) - most));
}
