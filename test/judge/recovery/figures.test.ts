import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { binomialCdf, rateAtMost } from "../../../judge/recovery/binomial.ts";
import { recoveryFigures } from "../../../judge/recovery/figures.ts";
import { survivalCurve } from "../../../judge/recovery/kaplanMeier.ts";
import { normalQuantile, normalTail } from "../../../judge/recovery/normal.ts";
import type { Observation } from "../../../judge/recovery/observation.ts";
import {
  leastForInterval,
  quantileRank,
  rankInterval,
} from "../../../judge/recovery/orderStatistics.ts";
import {
  BINOMIAL,
  MEDIAN_RANKS,
  NORMAL_TAILS,
  RATES_AT_MOST,
  REMISSION_CURVE,
  REMISSION_MEDIAN,
  REMISSIONS,
} from "./references.ts";

const exactly = (...values: number[]): Observation[] =>
  values.map((ms) => ({ ms, censored: false }));
const remissions = REMISSIONS.map(([ms, relapsed]) => ({ ms, censored: !relapsed }));

const observations = fc.array(
  fc.record({ ms: fc.integer({ min: 0, max: 50 }), censored: fc.boolean() }),
  { maxLength: 80 },
);

describe("as other libraries compute it", () => {
  test.each(NORMAL_TAILS)("normal tail above %d", (z, tail) => {
    expect(Math.abs(normalTail(z) / tail - 1)).toBeLessThan(1e-9);
    expect(normalQuantile(tail)).toBeCloseTo(z, 6);
  });

  test.each(BINOMIAL)("at most %d of %d at %d", (count, n, share, cdf) => {
    expect(Math.abs(binomialCdf(count, n, share) / cdf - 1)).toBeLessThan(1e-8);
  });

  test.each(RATES_AT_MOST)("%d of %d bound the rate", (count, n, rate) => {
    expect(Math.abs((rateAtMost(count, n, 0.95) ?? 0) / rate - 1)).toBeLessThan(1e-6);
  });

  test.each(MEDIAN_RANKS)("median of %d: ranks %d and %d", (n, low, high) => {
    expect(rankInterval(n, 0.5, 0.95)).toEqual({ low, high });
  });

  test("Kaplan-Meier's curve and its median", () => {
    const curve = survivalCurve(remissions, 0.95);
    for (const [week, share, low, high] of REMISSION_CURVE) {
      const step = curve.find(({ atMs }) => atMs === week);
      expect(step?.share).toBeCloseTo(share, 12);
      expect(step?.low).toBeCloseTo(low, 9);
      expect(step?.high).toBeCloseTo(high, 9);
    }
    const { median, low, high } = REMISSION_MEDIAN;
    const figures = recoveryFigures(remissions);
    expect(figures.p50Ms).toBe(median);
    expect(figures.p50Interval).toMatchObject({ lowMs: low, highMs: high });
    expect(figures.p50Interval.whyNot).toMatch(/no upper end/);
  });
});

describe("how many runs an interval needs", () => {
  test.each([
    [0.5, 6],
    [0.9, 29],
    [0.95, 59],
    [0.99, 299],
  ])("of the quantile %d: %d", (share, least) => {
    expect(leastForInterval(share, 0.95)).toBe(least);
    expect(rankInterval(least - 1, share, 0.95)).toBeNull();
    expect(rankInterval(least, share, 0.95)).not.toBeNull();
  });

  test("below it there is none, and it says why", () => {
    const { p50Interval, p90Interval, p50Ms } = recoveryFigures(exactly(5, 1, 3, 2, 4));
    expect(p50Ms).toBe(3);
    expect(p50Interval).toMatchObject({
      lowMs: null,
      highMs: null,
      method: null,
      whyNot: "n = 5: a 95 % interval needs 6",
    });
    expect(p90Interval.whyNot).toBe("n = 5: a 95 % interval needs 29");
  });

  test("ranks cover the quantile with at least what is asked for, and no narrower pair does", () => {
    for (const share of [0.5, 0.9]) {
      for (const n of [6, 7, 29, 30, 47, 100]) {
        const ranks = rankInterval(n, share, 0.95);
        if (!ranks) continue;
        const covers = (low: number, high: number): number =>
          binomialCdf(high - 1, n, share) - binomialCdf(low - 1, n, share);
        expect(covers(ranks.low, ranks.high)).toBeGreaterThanOrEqual(0.95);
        const width = ranks.high - ranks.low;
        for (let low = 1; low + width - 1 <= n; low++) {
          expect(covers(low, low + width - 1)).toBeLessThan(0.95);
        }
      }
    }
  });
});

describe("degenerate inputs", () => {
  test("no run: nothing, and no zero", () => {
    expect(recoveryFigures([])).toMatchObject({
      n: 0,
      censored: 0,
      minMs: null,
      maxMs: null,
      p50Ms: null,
      p90Ms: null,
      curve: [],
    });
    expect(rateAtMost(0, 0, 0.95)).toBeNull();
  });

  test("one run is its own median, without an interval", () => {
    const figures = recoveryFigures(exactly(7));
    expect(figures).toMatchObject({ n: 1, minMs: 7, p50Ms: 7, p90Ms: 7, maxMs: 7 });
    expect(figures.p50Interval.lowMs).toBeNull();
  });

  test("nobody recovered: no quantile is reached", () => {
    const all = Array.from({ length: 40 }, () => ({ ms: 90, censored: true }));
    const figures = recoveryFigures(all);
    expect(figures).toMatchObject({ n: 40, censored: 40, minMs: null, p50Ms: null, p90Ms: null });
    expect(figures.p50Interval.whyNot).toMatch(/too many runs did not recover/);
    expect(rateAtMost(40, 40, 0.95)).toBe(1);
  });

  test("equal values are a point", () => {
    const figures = recoveryFigures(exactly(...Array.from({ length: 30 }, () => 60)));
    expect(figures.p50Interval).toMatchObject({ lowMs: 60, highMs: 60, whyNot: null });
    expect(figures.p90Interval).toMatchObject({ lowMs: 60, highMs: 60 });
  });

  test("a run that was given up last leaves the tail open, one that recovers then closes it", () => {
    const open = [...exactly(1, 2, 3), { ms: 3, censored: true }];
    expect(recoveryFigures(open).p90Ms).toBeNull();
    expect(recoveryFigures(exactly(1, 2, 3, 4)).p90Ms).toBe(4);
  });
});

describe("whatever the runs are", () => {
  test("without censored ones the curve is the plain distribution", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 99 }), { minLength: 1, maxLength: 60 }),
        fc.constantFrom(0.5, 0.9),
        (values, share) => {
          const sorted = values.toSorted((a, b) => a - b);
          const figures = recoveryFigures(exactly(...values));
          const expected = sorted[quantileRank(values.length, share) - 1];
          expect(share === 0.5 ? figures.p50Ms : figures.p90Ms).toBe(expected);
          for (const { atMs, share: left } of figures.curve) {
            const slower = values.filter((value) => value > atMs).length / values.length;
            expect(left).toBeCloseTo(slower, 9);
          }
        },
      ),
    );
  });

  test("the curve falls within its bounds, and every run is in it", () => {
    fc.assert(
      fc.property(observations, (all) => {
        const { curve, n, censored } = recoveryFigures(all);
        let before = 1;
        for (const { share, low, high } of curve) {
          expect(share).toBeLessThanOrEqual(before);
          expect(low).toBeLessThanOrEqual(share + 1e-12);
          expect(high).toBeGreaterThanOrEqual(share - 1e-12);
          before = share;
        }
        expect(curve.reduce((sum, step) => sum + step.recovered, 0)).toBe(n - censored);
        expect(curve.reduce((sum, step) => sum + step.censored, 0)).toBe(censored);
      }),
    );
  });

  test("a run that did not recover never makes recovery look faster", () => {
    fc.assert(
      fc.property(observations, fc.integer({ min: 0, max: 50 }), (all, ms) => {
        const added = recoveryFigures([...all, { ms, censored: true }]);
        const before = recoveryFigures(all);
        const atLeast = all.length === 0 ? Infinity : (before.p50Ms ?? Infinity);
        expect(added.p50Ms ?? Infinity).toBeGreaterThanOrEqual(atLeast);
      }),
    );
  });
});
