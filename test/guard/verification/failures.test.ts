import { expect, test } from "vitest";
import { settledMinutes } from "../../../guard/verification/failures.ts";
import { renderShare, upperBound } from "../../../guard/verification/share.ts";

const MINUTE = 60_000;

test.each<[string, number, number, [number, number] | null]>([
  ["nothing in the first moment", 10.3, 10.3, null],
  ["not the minute in which traffic came home", 10.3, 11.9, null],
  ["not one that may still be late", 10.3, 12.9, null],
  ["the first that is complete and settled", 10.3, 13, [11, 12]],
  ["all since then", 10.3, 15.5, [11, 14]],
  ["the last five", 10.3, 30, [24, 29]],
])("counts %s", (_what, since, now, minutes) => {
  const span = minutes && { fromMs: minutes[0] * MINUTE, toMs: minutes[1] * MINUTE };
  expect(settledMinutes(since * MINUTE, now * MINUTE)).toEqual(span);
});

test("the bound of a share is the one at which what was seen is 1.645 deviations too low", () => {
  for (const [failures, requests] of [
    [0, 100],
    [1, 50],
    [81, 263],
    [4, 5],
  ] as const) {
    const bound = upperBound(failures, requests);
    const deviation = Math.sqrt((bound * (1 - bound)) / requests);
    expect((bound - failures / requests) / deviation).toBeCloseTo(1.6449, 6);
  }
  expect(upperBound(0, 0)).toBe(1);
  expect(upperBound(7, 5)).toBeLessThanOrEqual(1);
  expect(renderShare({ minutes: 1, requests: 10, failures: 10 })).toMatch(
    /^100 % of 10 requests failed in 1 minute /,
  );
});
