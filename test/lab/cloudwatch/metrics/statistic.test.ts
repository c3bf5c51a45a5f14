/** Statistics of samples, however they came, and how many samples a percentile needs. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { merge, samplesOf, samplesOfSet } from "../../../../lab/cloudwatch/metrics/samples.ts";
import {
  parseStatistic,
  significantSamples,
  valueOf,
} from "../../../../lab/cloudwatch/metrics/statistic.ts";
import type { Samples } from "../../../../lab/cloudwatch/metrics/samples.ts";

function statistic(name: string, samples: Samples): number | undefined {
  const parsed = parseStatistic(name);
  if (!parsed) throw new Error(`no statistic ${name}`);
  return valueOf(parsed, samples);
}

// "10/(1-percentile)" from 0.5 up to 1, "10/percentile" below.
test.each([
  ["p99", 1000],
  ["p99.9", 10_000],
  ["p95", 200],
  ["p90", 100],
  ["p50", 20],
  ["p49", 10 / 0.49],
  ["p25", 40],
  ["p10", 100],
  ["p1", 1000],
  ["p0", 0],
  ["p100", 0],
  ["Average", 0],
])("%s is significant from %d samples on", (name, least) => {
  const parsed = parseStatistic(name);
  expect(parsed && significantSamples(parsed)).toBeCloseTo(least, 6);
});

test.each(["p", "p1000", "p-1", "p99.", "P99", "p100.1", "p 99", "Median", "sum"])(
  "%s is no statistic",
  (name) => {
    expect(parseStatistic(name)).toBeUndefined();
  },
);

test("a percentile is the nearest rank of all values, in whatever parts they came", () => {
  const parts = fc.array(
    fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 20 }),
    {
      minLength: 1,
      maxLength: 6,
    },
  );
  fc.assert(
    fc.property(parts, fc.integer({ min: 1, max: 100 }), (values, percent) => {
      const merged = values.map((part) => samplesOf(part, [])).reduce(merge);
      const all = values.flat().sort((a, b) => a - b);
      const rank = Math.ceil((percent * all.length) / 100);
      expect(statistic(`p${percent}`, merged)).toBe(all[rank - 1]);
      // A second time: the ranking is remembered.
      expect(statistic(`p${percent}`, merged)).toBe(all[rank - 1]);
      expect(statistic("SampleCount", merged)).toBe(all.length);
      expect(statistic("Maximum", merged)).toBe(all.at(-1));
    }),
    { seed: 20260314 },
  );
});

test("what a set hides stays hidden when other values join it", () => {
  const hidden = samplesOfSet(2, 3, 1, 2);
  const uniform = samplesOfSet(3, 6, 2, 2);
  expect(statistic("p50", hidden)).toBeUndefined();
  expect(statistic("p50", uniform)).toBe(2);
  expect(statistic("p50", merge(hidden, samplesOf([1], [1])))).toBeUndefined();
  expect(statistic("p50", merge(uniform, samplesOf([1], [1])))).toBe(2);
  expect(statistic("p50", samplesOfSet(3, 7, 2, 2))).toBeUndefined();
});

test("p99.9 of 1000 values is the 999th: no rounding error asks for one more", () => {
  const values = Array.from({ length: 1000 }, (_, index) => index + 1);
  expect(statistic("p99.9", samplesOf(values, []))).toBe(999);
});
