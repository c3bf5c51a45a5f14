/** What becomes of tests that lack a part of the construction: the simulation refutes each of them. */
import { describe, expect, it } from "vitest";
import { knownBet, logPayoff } from "../../judge/bets.ts";
import { initialSentinel, observe } from "../../judge/sentinel.ts";
import { initialWealth, logWealth, settle } from "../../judge/wealth.ts";
import { mostAllowed } from "./allowed.ts";
import { binomial, seededRandom } from "./random.ts";
import { COARSE, ever, secondOf, steady } from "./rollouts.ts";
import { zOf } from "./zTest.ts";

describe("good rollouts refute", () => {
  it("a z-test for one look, made every second", () => {
    const random = seededRandom(9);
    const count = ever(300, 300, 0.05, () => {
      let state = initialSentinel(COARSE);
      return () => {
        state = observe(state, secondOf(random, steady(5, 45, 0.01, 0), 0));
        // The 95 % quantile of the normal distribution.
        return zOf(state) > 1.645 ? Infinity : 0;
      };
    });
    expect(count).toBeGreaterThan(2 * mostAllowed(300, 0.05));
  });

  it("a mixture whose weights do not sum to 1", () => {
    const random = seededRandom(10);
    const traffic = steady(5, 45, 0.01, 0.01);
    const count = ever(300, 300, 0.05, () => {
      let state = initialSentinel(COARSE);
      return () => {
        state = observe(state, secondOf(random, traffic, 0));
        const { logStakes } = state.errors.wealth;
        // Each alternative as if it had begun with 1 of its own.
        return Math.max(...logStakes) + Math.log(logStakes.length / 0.5);
      };
    });
    expect(count).toBeGreaterThan(mostAllowed(300, 0.05));
  });

  it("an observed baseline that is taken for the true one", () => {
    const random = seededRandom(11);
    const count = ever(300, 300, 0.05, () => {
      const observed = Math.max(1, binomial(random, 500, 0.01)) / 500;
      let wealth = initialWealth();
      return () => {
        const requests = 20;
        const events = binomial(random, requests, 0.01);
        const stable = { requests: 0, events: 0 };
        wealth = settle(wealth, (lift) =>
          logPayoff(knownBet(observed, lift), { requests, events }, stable),
        );
        return logWealth(wealth);
      };
    });
    expect(count).toBeGreaterThan(mostAllowed(300, 0.05));
  });
});
