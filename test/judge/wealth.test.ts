import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { initialWealth, LOG_ODDS_RATIOS, logSum, logWealth, settle } from "../../judge/wealth.ts";

/** What a coin pays to the bet on that alternative: fair for every stake. */
function payoff(won: boolean): (logOddsRatio: number) => number {
  return (logOddsRatio) => Math.log(won ? 1 + logOddsRatio / 4 : 1 - logOddsRatio / 4);
}

describe("the wealth of the bets", () => {
  it("is 1 at the start and stays 1 while the bets pay their stakes: the weights sum to 1", () => {
    let wealth = initialWealth();
    expect(logWealth(wealth)).toBeCloseTo(0, 12);
    for (let look = 0; look < 5000; look += 1) wealth = settle(wealth, () => 0);
    expect(wealth.looks).toBe(5000);
    expect(logWealth(wealth)).toBeCloseTo(0, 9);
  });

  it("has a mean of 1 over fair coins, exactly: every path of eight looks", () => {
    let mean = 0;
    for (let path = 0; path < 256; path += 1) {
      let wealth = initialWealth();
      for (let look = 0; look < 8; look += 1) {
        wealth = settle(wealth, payoff(((path >> look) & 1) === 1));
      }
      mean += Math.exp(logWealth(wealth)) / 256;
    }
    expect(mean).toBeCloseTo(1, 12);
  });

  it("keeps money for a candidate that breaks late, however much the early bets have lost", () => {
    let wealth = initialWealth();
    for (let look = 0; look < 1800; look += 1) wealth = settle(wealth, () => -50);
    const before = logWealth(wealth);
    expect(before).toBeGreaterThan(Math.log(0.01));
    // 20 nats a look for one alternative: two looks are enough after half an hour of losses.
    for (let look = 0; look < 2; look += 1) {
      wealth = settle(wealth, (lift) => (lift === LOG_ODDS_RATIOS[3] ? 20 : -50));
    }
    expect(logWealth(wealth)).toBeGreaterThan(Math.log(1000));
  });

  it("adds in logarithms as numbers add, where those do not overflow", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-12, max: 1e12, noNaN: true }),
        fc.double({ min: 1e-12, max: 1e12, noNaN: true }),
        (a, b) => {
          expect(logSum(Math.log(a), Math.log(b))).toBeCloseTo(Math.log(a + b), 9);
        },
      ),
      { numRuns: 200, seed: 20261121 },
    );
    expect(logSum(5000, 5000)).toBeCloseTo(5000 + Math.LN2, 9);
    expect(logSum(-1e6, 0)).toBe(0);
  });
});
