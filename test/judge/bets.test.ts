import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Bet, knownBet, logPayoff, pairedBet } from "../../judge/bets.ts";

const RUNS = { numRuns: 300, seed: 20261121 };

/** The mean payoff over every outcome of a batch, by the binomial probabilities themselves. */
function meanPayoff(bet: Bet, candidate: [number, number], stable: [number, number]): number {
  const [candidateRequests, candidateRate] = candidate;
  const [stableRequests, stableRate] = stable;
  let mean = 0;
  for (let x = 0; x <= candidateRequests; x += 1) {
    for (let y = 0; y <= stableRequests; y += 1) {
      const logOdds = logPayoff(
        bet,
        { requests: candidateRequests, events: x },
        { requests: stableRequests, events: y },
      );
      mean +=
        probability(candidateRequests, x, candidateRate) *
        probability(stableRequests, y, stableRate) *
        Math.exp(logOdds);
    }
  }
  return mean;
}

function probability(n: number, k: number, p: number): number {
  let choose = 1;
  for (let i = 0; i < k; i += 1) choose *= (n - i) / (i + 1);
  return choose * p ** k * (1 - p) ** (n - k);
}

const rate = fc.double({ min: 0.0001, max: 0.999, noNaN: true });
const question = fc.record({
  candidateRequests: fc.integer({ min: 1, max: 12 }),
  stableRequests: fc.integer({ min: 1, max: 12 }),
  stableRate: rate,
  tolerance: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 0.5, noNaN: true })),
  logOddsRatio: fc.double({ min: 0.01, max: 6, noNaN: true }),
});

describe("a bet on one batch", () => {
  it("pays at most its stake on average, wherever the null and however wrong the guess", () => {
    fc.assert(
      fc.property(
        question,
        fc.double({ min: 0, max: 1, noNaN: true }),
        rate,
        (asked, stable, c) => {
          const candidate = Math.min(1, stable + asked.tolerance) * c;
          const bet = pairedBet(asked);
          const mean = meanPayoff(
            bet,
            [asked.candidateRequests, candidate],
            [asked.stableRequests, stable],
          );
          expect(mean).toBeLessThanOrEqual(1 + 1e-9);
        },
      ),
      RUNS,
    );
  });

  it("is exactly fair at the point that it bets against, so nothing is given away", () => {
    fc.assert(
      fc.property(question, (asked) => {
        const bet = pairedBet(asked);
        const { candidateRequests, stableRequests } = asked;
        expect(bet.candidateRate).toBeCloseTo(bet.stableRate + asked.tolerance, 12);
        const mean = meanPayoff(
          bet,
          [candidateRequests, bet.candidateRate],
          [stableRequests, bet.stableRate],
        );
        expect(mean).toBeCloseTo(1, 9);
      }),
      RUNS,
    );
  });

  it("is no longer fair when it takes the guessed rate for the true one", () => {
    const asked = {
      candidateRequests: 10,
      stableRequests: 10,
      stableRate: 0.01,
      tolerance: 0,
      logOddsRatio: 1.6,
    };
    const forgetsTheStableSide = { ...pairedBet(asked), stableStake: 0 };
    expect(meanPayoff(pairedBet(asked), [10, 0.05], [10, 0.05])).toBeLessThanOrEqual(1);
    expect(meanPayoff(forgetsTheStableSide, [10, 0.05], [10, 0.05])).toBeGreaterThan(1.1);
  });

  it("against a known rate is fair at that rate and loses below it", () => {
    fc.assert(
      fc.property(rate, fc.double({ min: 0.1, max: 4, noNaN: true }), (most, logOddsRatio) => {
        const bet = knownBet(most, logOddsRatio);
        expect(meanPayoff(bet, [8, most], [0, 0])).toBeCloseTo(1, 9);
        expect(meanPayoff(bet, [8, most / 2], [0, 0])).toBeLessThan(1);
      }),
      RUNS,
    );
  });

  it.each([
    { what: "a batch of a billion", requests: 1e9, share: 0.02 },
    { what: "every response failed", requests: 1e6, share: 1 },
    { what: "none failed", requests: 1e6, share: 0 },
  ])("stays finite: $what", ({ requests, share }) => {
    const tally = { requests, events: requests * share };
    for (const logOddsRatio of [0.1, 3.2]) {
      for (const stableRequests of [1, 1e9]) {
        const bet = pairedBet({
          candidateRequests: requests,
          stableRequests,
          stableRate: 1e-5,
          tolerance: 0.01,
          logOddsRatio,
        });
        const stable = { requests: stableRequests, events: stableRequests };
        expect(Number.isFinite(logPayoff(bet, tally, stable))).toBe(true);
      }
    }
  });
});
