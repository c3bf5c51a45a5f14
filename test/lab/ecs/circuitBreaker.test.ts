/** The circuit breaker's arithmetic, as tables. */
import { expect, test } from "vitest";
import { countsAsFailure, failureThreshold } from "../../../lab/ecs/circuitBreaker.ts";

const bounded = (value: number) => ({ type: "BOUNDED_PERCENT", value }) as const;
const unbounded = (value: number) => ({ type: "UNBOUNDED_PERCENT", value }) as const;
const count = (value: number) => ({ type: "COUNT", value }) as const;

test.each([
  // AWS's own examples: half of the desired count, rounded up, from 3 to 200.
  [undefined, 1, 3],
  [undefined, 25, 13],
  [undefined, 400, 200],
  [undefined, 800, 200],
  [undefined, 0, 3],
  [bounded(10), 100, 10],
  [bounded(10), 10, 3],
  [unbounded(10), 10, 1],
  [unbounded(100), 800, 800],
  [unbounded(50), 0, 1],
  [count(1), 800, 1],
  [count(7), 1, 7],
])("%j of %i tasks: %i failures", (thresholdConfiguration, desiredCount, expected) => {
  const breaker = { enable: true, rollback: true };
  expect(
    failureThreshold(
      { ...breaker, ...(thresholdConfiguration && { thresholdConfiguration }) },
      desiredCount,
    ),
  ).toBe(expected);
});

test.each([
  // stopCode, failed health checks, was healthy, others RUNNING -> counts
  ["TaskFailedToStart", false, false, false, true],
  ["TaskFailedToStart", false, false, true, false],
  ["ServiceSchedulerInitiated", true, false, false, true],
  ["ServiceSchedulerInitiated", true, true, true, true],
  ["ServiceSchedulerInitiated", false, false, false, false],
  ["EssentialContainerExited", false, false, false, true],
  ["EssentialContainerExited", false, false, true, true],
  ["EssentialContainerExited", false, true, true, false],
  ["UserInitiated", false, false, false, false],
] as const)(
  "%s, checks failed: %s, once healthy: %s, others running: %s: counts %s",
  (stopCode, failedHealthChecks, wasHealthy, othersRunning, expected) => {
    expect(countsAsFailure({ stopCode, failedHealthChecks, wasHealthy, othersRunning })).toBe(
      expected,
    );
  },
);
