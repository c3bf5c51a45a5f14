/** What policies want, and what becomes of it: AWS's documented rules as tables. */
import { expect, test } from "vitest";
import {
  insideBounds,
  scaledTo,
  steppedCapacity,
  trackedCapacity,
} from "../../../lab/autoscaling/decide.ts";

test.each([
  [1, 2],
  [2, 2],
  [3, 3],
  [9, 5],
])("a count of %i becomes %i inside 2 to 5", (desired, inside) => {
  expect(insideBounds(desired, { min: 2, max: 5 })).toBe(inside);
});

test.each([
  ["more than the target value", 2, 150, 3],
  ["a little more: never too little", 4, 101, 5],
  ["half of it", 4, 50, 2],
  ["a little less: never too much is removed", 4, 76, 4],
  ["nothing at all", 4, 0, 0],
])("target tracking of %s", (_what, capacity, value, wanted) => {
  expect(trackedCapacity(capacity, value, 100)).toBe(wanted);
});

// The user guide's example: an alarm at 50, steps at +10 and +20.
const STEPS = [
  { MetricIntervalLowerBound: 0, MetricIntervalUpperBound: 10, ScalingAdjustment: 0 },
  { MetricIntervalLowerBound: 10, MetricIntervalUpperBound: 20, ScalingAdjustment: 10 },
  { MetricIntervalLowerBound: 20, ScalingAdjustment: 30 },
  { MetricIntervalLowerBound: -10, MetricIntervalUpperBound: 0, ScalingAdjustment: -10 },
  { MetricIntervalUpperBound: -10, ScalingAdjustment: -30 },
];

test.each([
  ["a lower bound is inclusive above the threshold", 10, 10, 11],
  ["an upper bound is exclusive above it", 9.9, 10, 10],
  ["the last step has no end", 500, 10, 13],
  ["an upper bound is inclusive below the threshold", -10, 10, 7],
  ["a lower bound is exclusive below it", -9.9, 10, 9],
  ["a change between 0 and 1 is 1", 10, 4, 5],
  ["a change between 0 and -1 is -1", -5, 4, 3],
  ["changes are rounded towards zero", 20, 5, 6],
])("steps in percent: %s", (_what, breach, capacity, wanted) => {
  const step = { AdjustmentType: "PercentChangeInCapacity", StepAdjustments: STEPS } as const;
  expect(steppedCapacity(capacity, breach, step)).toBe(wanted);
});

test.each([
  ["ChangeInCapacity", { ScalingAdjustment: 3 }, 7],
  ["ExactCapacity", { ScalingAdjustment: 3 }, 3],
  // "scales out the Amazon ECS service by 2 tasks": 25 % of 4 is 1, and the least is 2.
  ["PercentChangeInCapacity", { ScalingAdjustment: 25 }, 6],
] as const)("an adjustment by %s", (AdjustmentType, adjustment, wanted) => {
  const StepAdjustments = [{ MetricIntervalLowerBound: 0, ...adjustment }];
  const step = { AdjustmentType, StepAdjustments, MinAdjustmentMagnitude: 2 };
  expect(steppedCapacity(4, 1, step)).toBe(wanted);
  expect(steppedCapacity(4, -1, step)).toBeUndefined();
});

const FREE = { in: false, out: false, scheduled: false };

test.each<
  [what: string, desired: number, wanted: number, more: object, scaled: number | undefined]
>([
  ["out, inside the bounds", 3, 5, {}, 5],
  ["out no further than the maximum", 3, 50, {}, 8],
  ["out from below the minimum: to the minimum first", 0, 1, {}, 2],
  ["not out at the maximum", 8, 9, {}, undefined],
  ["not out from above the maximum", 9, 12, {}, undefined],
  ["not out while that is suspended", 3, 5, { suspended: { ...FREE, out: true } }, undefined],
  ["out while scaling in is suspended", 3, 5, { suspended: { ...FREE, in: true } }, 5],
  ["out during a deployment", 3, 5, { deploying: true }, 5],
  ["in, inside the bounds", 5, 3, {}, 3],
  ["in no further than the minimum", 5, 0, {}, 2],
  ["not in from below the minimum", 1, 0, {}, undefined],
  ["not in at the minimum", 2, 1, {}, undefined],
  ["in from above the maximum: to the maximum at least", 12, 11, {}, 8],
  ["not in while that is suspended", 5, 3, { suspended: { ...FREE, in: true } }, undefined],
  ["in while scaling out is suspended", 5, 3, { suspended: { ...FREE, out: true } }, 3],
  ["not in during a deployment", 5, 3, { deploying: true }, undefined],
])("%s", (_what, desired, wanted, more, scaled) => {
  const standing = { desired, min: 2, max: 8, suspended: FREE, deploying: false, ...more };
  expect(scaledTo(wanted, standing)).toBe(scaled);
});
