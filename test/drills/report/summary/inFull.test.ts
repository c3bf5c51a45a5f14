/** Which runs of a long journal are read a second time, to be shown one by one. */
import { expect, test } from "vitest";
import { wantedInFull } from "../../../../drills/report/summary/load.ts";
import type { RunPoint } from "../../../../drills/report/summary/model.ts";

/** Runs in the order of time; the verdicts of those that did not pass, by their number. */
function runs(count: number, notPassed: Readonly<Record<number, RunPoint["verdict"]>>) {
  return Array.from({ length: count }, (_, number) => {
    // As much of a point as the choice reads.
    const point = { verdict: notPassed[number] ?? "passed" } as RunPoint;
    return { number, point };
  });
}

test.each([
  ["all of a few", runs(3, {}), [0, 1, 2]],
  ["the newest of many", runs(12, {}), [7, 8, 9, 10, 11]],
  [
    "and those before that did not pass",
    runs(12, { 1: "failed", 4: "not-run", 8: "failed" }),
    [1, 4, 7, 8, 9, 10, 11],
  ],
  [
    "but none of years ago",
    runs(5_100, { 50: "failed", 101: "failed" }),
    [101, 5095, 5096, 5097, 5098, 5099],
  ],
])("%s", (_story, all, wanted) => {
  expect(wantedInFull(all, 5).map(({ number }) => number)).toEqual(wanted);
});

test("a run without a record did not pass", () => {
  const all = [{ point: null }, ...runs(5, {})];
  expect(wantedInFull(all, 5)).toHaveLength(6);
});

test("of very many that did not pass the newest fifty", () => {
  const notPassed = Object.fromEntries(
    Array.from({ length: 100 }, (_, number) => [number, "failed" as const]),
  );
  const wanted = wantedInFull(runs(105, notPassed), 5);
  expect(wanted).toHaveLength(55);
  expect(wanted[0]?.number).toBe(50);
});
