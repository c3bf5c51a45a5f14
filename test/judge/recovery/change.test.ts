import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Observation } from "../../../judge/recovery/observation.ts";
import { detectableChange } from "../../../judge/recovery/power.ts";
import { medianShift } from "../../../judge/recovery/shift.ts";
import { medianSlope, rankCorrelation } from "../../../judge/recovery/trend.ts";
import { compareSamples } from "../../../judge/recovery/twoSamples.ts";
import { seededRandom } from "../random.ts";
import {
  AFTER,
  BEFORE,
  CENSORED_AFTER,
  CENSORED_BEFORE,
  CENSORED_P,
  EXACT_COMPARISON,
  MANY_AFTER,
  MANY_BEFORE,
  MANY_P,
  RISING,
  RISING_SLOPE,
  RISING_TAU,
  TIED,
  TIED_TAU,
} from "./references.ts";

const exactly = (values: readonly number[]): Observation[] =>
  values.map((ms) => ({ ms, censored: false }));
const pairs = (values: readonly (readonly [number, boolean])[]): Observation[] =>
  values.map(([ms, censored]) => ({ ms, censored }));
const nightly = (values: readonly number[]) => values.map((value, at) => ({ at, value }));
const sample = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 12 });

describe("two releases, as SciPy compares them", () => {
  test("exactly, where there are few", () => {
    const { pValue, slowerShare } = compareSamples(exactly(BEFORE), exactly(AFTER));
    expect(pValue).toBeCloseTo(EXACT_COMPARISON.pValue, 12);
    expect(slowerShare).toBeCloseTo(EXACT_COMPARISON.slowerShare, 12);
    // Of the two differences in the middle, 11 and 12, the lower one.
    expect(medianShift(exactly(BEFORE), exactly(AFTER))).toBe(EXACT_COMPARISON.shift - 0.5);
  });

  test("by the normal distribution with ties, where there are many", () => {
    const { pValue } = compareSamples(exactly(MANY_BEFORE), exactly(MANY_AFTER));
    expect(pValue).toBeCloseTo(MANY_P, 12);
  });

  test("with runs that did not recover", () => {
    const { pValue } = compareSamples(pairs(CENSORED_BEFORE), pairs(CENSORED_AFTER));
    expect(pValue).toBeCloseTo(CENSORED_P, 12);
    expect(medianShift(pairs(CENSORED_BEFORE), pairs(CENSORED_AFTER))).toBeNull();
  });

  test("nothing is compared with nothing", () => {
    expect(compareSamples([], exactly([1]))).toEqual({ slowerShare: null, pValue: null });
    expect(compareSamples(exactly([5, 5, 5]), exactly([5, 5])).pValue).toBe(1);
    expect(medianShift([], exactly([1]))).toBeNull();
  });

  test("turned around, the direction turns and the p-value stays", () => {
    fc.assert(
      fc.property(sample, sample, fc.integer({ min: 0, max: 4 }), (x, y, given) => {
        const [a, b] = [x, y].map((values) =>
          values.map((ms, index) => ({ ms, censored: index < given })),
        );
        if (!a || !b) return;
        const [there, back] = [compareSamples(a, b), compareSamples(b, a)];
        expect(there.pValue).toBeCloseTo(back.pValue ?? -1, 12);
        expect(there.slowerShare ?? 0.5).toBeCloseTo(1 - (back.slowerShare ?? 0.5), 12);
      }),
    );
  });

  test("the shift is the median of all differences", () => {
    fc.assert(
      fc.property(sample, sample, (x, y) => {
        const all = x.flatMap((a) => y.map((b) => b - a)).sort((a, b) => a - b);
        expect(medianShift(exactly(x), exactly(y))).toBe(all[Math.ceil(all.length / 2) - 1]);
      }),
    );
  });
});

describe("a trend, as SciPy sees it", () => {
  test("exactly without ties", () => {
    const { tau, pValue } = rankCorrelation(nightly(RISING));
    expect(tau).toBeCloseTo(RISING_TAU.tau, 12);
    expect(pValue).toBeCloseTo(RISING_TAU.pValue, 12);
    expect(medianSlope(nightly(RISING))).toBeCloseTo(RISING_SLOPE, 12);
  });

  test("with ties", () => {
    const { tau, pValue } = rankCorrelation(nightly(TIED));
    expect(tau).toBeCloseTo(TIED_TAU.tau, 12);
    expect(pValue).toBeCloseTo(TIED_TAU.pValue, 12);
  });

  test.each([[[]], [[5]], [[5, 5, 5, 5]]])("none in %j", (values) => {
    expect(rankCorrelation(nightly(values))).toEqual({ tau: null, pValue: null });
  });

  test("the count of pairs is the slow one's", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ at: fc.nat(9), value: fc.constantFrom(1, 2, 3, 7, Infinity) })),
        (points) => {
          let score = 0;
          let [atPairs, valuePairs] = [0, 0];
          for (const [index, a] of points.entries()) {
            for (const b of points.slice(index + 1)) {
              const [at, value] = [
                Math.sign(b.at - a.at),
                b.value > a.value ? 1 : b.value < a.value ? -1 : 0,
              ];
              score += at * value;
              atPairs += Math.abs(at);
              valuePairs += Math.abs(value);
            }
          }
          const { tau } = rankCorrelation(points);
          const all = atPairs * valuePairs;
          // With nothing to order there is none, which is no correlation.
          expect(tau ?? 9).toBeCloseTo(all === 0 ? 9 : score / Math.sqrt(all), 9);
        },
      ),
    );
  });

  test("runs that did not recover rank as the slowest and have no slope", () => {
    const points = nightly([60, 61, 62, 63, Infinity, Infinity]);
    expect(rankCorrelation(points).tau).toBeGreaterThan(0.9);
    expect(medianSlope(nightly([60, Infinity, Infinity]))).toBeNull();
  });
});

describe("what a comparison could have shown", () => {
  test("eight runs cannot show a 10 % change", () => {
    const { says, detectableShare } = detectableChange(8, 8, exactly(MANY_BEFORE));
    expect(detectableShare).toBeGreaterThan(0.1);
    expect(says).toMatch(
      /^n = 8 each cannot show a 10 % change: the least that they show 4 times in 5 is \d+ %$/,
    );
  });

  test("many can, and say so", () => {
    const { says, detectableShare } = detectableChange(2_000, 2_000, exactly(MANY_BEFORE));
    expect(detectableShare).toBeLessThan(0.1);
    expect(says).toMatch(/^n = 2000 each show a change of \d+ % 4 times in 5$/);
  });

  test.each([
    [0, 5],
    [3, 3],
    [2, 2],
  ])("%d and %d cannot show any", (before, after) => {
    const power = detectableChange(before, after, exactly(MANY_BEFORE));
    expect(power.detectableShare).toBeNull();
    expect(power.says).toMatch(/cannot show any change$/);
  });

  test("more runs show less of a change", () => {
    const shares = [6, 10, 20, 50, 200].map(
      (n) => detectableChange(n, n, exactly(MANY_BEFORE)).detectableShare ?? 99,
    );
    expect(shares).toEqual(shares.toSorted((a, b) => b - a));
  });

  test("the change that it names is found about 4 times in 5", () => {
    const random = seededRandom(8);
    const draw = (factor: number): Observation[] =>
      Array.from({ length: 30 }, () => ({
        ms: factor * (MANY_BEFORE[Math.floor(random() * MANY_BEFORE.length)] ?? 0),
        censored: false,
      }));
    const { detectableShare } = detectableChange(30, 30, exactly(MANY_BEFORE));
    let found = 0;
    for (let round = 0; round < 400; round++) {
      const { pValue } = compareSamples(draw(1), draw(1 + (detectableShare ?? 0)));
      if (pValue !== null && pValue <= 0.05) found++;
    }
    expect(found / 400).toBeGreaterThan(0.72);
    expect(found / 400).toBeLessThan(0.9);
  });
});
