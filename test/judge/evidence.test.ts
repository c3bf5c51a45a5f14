import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { logMean, logProduct } from "../../judge/evidence.ts";

const values = fc.array(fc.double({ min: -2000, max: 2000, noNaN: true }), {
  minLength: 1,
  maxLength: 6,
});
const RUNS = { numRuns: 300, seed: 20261121 };

describe("evidence of several tests", () => {
  it.each([
    { of: [1000, 1, 1, 1], mean: 1003 / 4, product: 1000 },
    { of: [40, 50], mean: 45, product: 2000 },
    { of: [0.001, 0.001], mean: 0.001, product: 1e-6 },
    { of: [5000, null], mean: 5001 / 2, product: 5000 },
    { of: [null, null], mean: 1, product: 1 },
  ])("of $of", ({ of, mean, product }) => {
    const logs = of.map((value) => (value === null ? null : Math.log(value)));
    expect(Math.exp(logMean(logs))).toBeCloseTo(mean, 6);
    expect(Math.exp(logProduct(logs))).toBeCloseTo(product, 6);
  });

  it("the mean lies between the least and the most, finite even where a number overflows", () => {
    fc.assert(
      fc.property(values, (logs) => {
        expect(logMean(logs)).toBeLessThanOrEqual(Math.max(...logs) + 1e-9);
        expect(logMean(logs)).toBeGreaterThanOrEqual(Math.min(...logs) - 1e-9);
      }),
      RUNS,
    );
  });

  it("a test that has not reported never adds evidence to what proves something", () => {
    fc.assert(
      fc.property(values, (logs) => {
        const missing = [...logs, null];
        expect(logMean(missing)).toBeLessThanOrEqual(Math.max(0, logMean(logs)) + 1e-9);
        expect(logProduct(missing)).toBe(logProduct(logs));
      }),
      RUNS,
    );
  });
});
