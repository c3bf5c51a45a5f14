/** How often a good candidate is reverted, by simulation. */
import { describe, expect, it } from "vitest";
import { logMean, logProduct } from "../../judge/evidence.ts";
import {
  type Batch,
  DEFAULT_SENTINEL,
  initialSentinel,
  observe,
  type SentinelSettings,
} from "../../judge/sentinel.ts";
import { mostAllowed } from "./allowed.ts";
import { binomial, type Random, seededRandom } from "./random.ts";
import { COARSE, detect, ERRORS_ONLY, ever, secondOf, steady, type Traffic } from "./rollouts.ts";
import { zOf } from "./zTest.ts";

const BASELINES = [0, 0.001, 0.01, 0.05];

function falseReversions(
  random: Random,
  runs: number,
  seconds: number,
  settings: Partial<SentinelSettings>,
  traffic: Traffic,
): number {
  let count = 0;
  for (let run = 0; run < runs; run += 1) {
    const until = "sentinel" as const;
    const found = detect(random, traffic, { seconds, phaseSeconds: 0, settings, until });
    if (found.sentinel !== null) count += 1;
  }
  return count;
}

describe("10,000 good rollouts at the default setting of 1 in 1,000", () => {
  it("equal candidates, and candidates exactly as much worse as tolerated", () => {
    const random = seededRandom(1);
    let count = 0;
    for (const baseline of BASELINES) {
      for (const lift of [0, 0.01]) {
        count += falseReversions(random, 1250, 80, ERRORS_ONLY, steady(5, 45, baseline, lift));
      }
    }
    expect(count).toBeLessThanOrEqual(mostAllowed(10_000, 0.001));
  });

  it("against a control sample, drawn anew for each", () => {
    const random = seededRandom(2);
    let count = 0;
    for (const baseline of BASELINES) {
      for (let run = 0; run < 2500; run += 1) {
        const control = { requests: 2000, events: binomial(random, 2000, baseline) };
        const errors = { ...DEFAULT_SENTINEL.errors, control };
        const traffic = steady(20, 0, baseline, 0.01);
        count += falseReversions(random, 1, 60, { ...ERRORS_ONLY, errors }, traffic);
      }
    }
    expect(count).toBeLessThanOrEqual(mostAllowed(10_000, 0.001));
  });
});

describe("at 1 in 20, at the edge of the tolerance", () => {
  it.each(BASELINES)("3,600 looks at a baseline of %f", (baseline) => {
    const count = falseReversions(seededRandom(3), 80, 3600, COARSE, steady(5, 45, baseline, 0.01));
    expect(count).toBeLessThanOrEqual(mostAllowed(50, 0.05));
  });

  it("a baseline that drifts and weights that move with it, where summed counts mislead", () => {
    const random = seededRandom(4);
    let summedCountsSay = 0;
    const count = ever(300, 240, 0.05, () => {
      let state = initialSentinel(COARSE);
      let second = 0;
      return () => {
        // An incident of both slots begins as the candidate goes from 5 % to 50 % of the traffic.
        const incident = second >= 120;
        const rate = incident ? 0.08 : 0.01;
        const [candidatePerSecond, stablePerSecond] = incident ? [25, 25] : [2.5, 47.5];
        const traffic = { ...steady(candidatePerSecond, stablePerSecond, rate, 0) };
        state = observe(state, secondOf(random, traffic, second));
        second += 1;
        if (second === 240 && zOf(state) > 3.09) summedCountsSay += 1;
        return state.logEValue;
      };
    });
    expect(count).toBeLessThanOrEqual(mostAllowed(300, 0.05));
    expect(summedCountsSay).toBeGreaterThan(290);
  });

  it("slow responses that come ten at a time", () => {
    const random = seededRandom(7);
    const clumped = (clump: number) =>
      ever(400, 300, 0.05, () => {
        let state = initialSentinel({
          falseReversions: 0.05,
          latency: { tolerance: 0, clump, control: null },
        });
        const second = pausing(random);
        return () => {
          state = observe(state, second());
          return state.logEValue;
        };
      });
    expect(clumped(10)).toBeLessThanOrEqual(mostAllowed(400, 0.05));
    expect(clumped(1)).toBeGreaterThan(mostAllowed(400, 0.05));
  });

  it("several sidecars: their mean, and their product where they share no traffic", () => {
    const random = seededRandom(8);
    const merged = (shared: boolean, merge: (logs: number[]) => number) =>
      ever(300, 100, 0.05, () => {
        const none = { ...DEFAULT_SENTINEL.errors, tolerance: 0 };
        let states = [1, 2, 3, 4, 5, 6].map(() => initialSentinel({ ...COARSE, errors: none }));
        return () => {
          const common = secondOf(random, steady(5, 5, 0.02, 0), 0).stable;
          states = states.map((state) => {
            const own = secondOf(random, steady(5, 5, 0.02, 0), 0);
            return observe(state, shared ? { ...own, stable: common } : own);
          });
          return merge(states.map((state) => state.logEValue));
        };
      });
    expect(merged(true, logMean)).toBeLessThanOrEqual(mostAllowed(300, 0.05));
    expect(merged(false, logProduct)).toBeLessThanOrEqual(mostAllowed(300, 0.05));
    expect(merged(true, logProduct)).toBeGreaterThan(mostAllowed(300, 0.05));
  });
});

/** Seconds of both slots, whose slow responses come ten in a row, half of them across two seconds. */
function pausing(random: Random): () => Batch {
  const slot = () => {
    let carried = 0;
    return () => {
      const whole = binomial(random, 5, 0.01);
      const across = binomial(random, 5, 0.01);
      const slow = Math.min(50, 10 * whole + 5 * across + carried);
      carried = 5 * across;
      return { requests: 50, errors: 0, slow };
    };
  };
  const [candidate, stable] = [slot(), slot()];
  return () => ({ candidate: candidate(), stable: stable() });
}
