/** Evaluation windows: sliding ones end now, wall clock ones at the clock's last boundary. */
import type { PutMetricAlarmInput } from "@aws-sdk/client-cloudwatch";
import { describe, expect, test } from "vitest";
import { metricDefinition } from "../../../../lab/cloudwatch/alarms/defineMetric.ts";
import { windowEnd } from "../../../../lab/cloudwatch/alarms/window.ts";
import { Harness, metricAlarm, MINUTE } from "../harness.ts";

const wall = (Timezone?: string): Partial<PutMetricAlarmInput> => ({
  EvaluationWindow: {
    WallClockWindow: Timezone === undefined ? {} : { Timezone },
  },
});

describe("at 14:07:30 UTC on Saturday 14 March 2026 the window ends", () => {
  const at = Date.parse("2026-03-14T14:07:30Z");
  test.each<[number, string | undefined, string]>([
    [60, undefined, "2026-03-14T14:07:00Z"],
    [300, undefined, "2026-03-14T14:05:00Z"],
    [3600, undefined, "2026-03-14T14:00:00Z"],
    [86_400, undefined, "2026-03-14T00:00:00Z"],
    // A week begins on Monday.
    [604_800, undefined, "2026-03-09T00:00:00Z"],
    [604_800, "UTC", "2026-03-09T00:00:00Z"],
    [3600, "+05:30", "2026-03-14T13:30:00Z"],
    [86_400, "UTC+05:30", "2026-03-13T18:30:00Z"],
    [86_400, "-03:00", "2026-03-14T03:00:00Z"],
    [604_800, "-03:00", "2026-03-09T03:00:00Z"],
    [3600, "Asia/Kathmandu", "2026-03-14T13:15:00Z"],
    [86_400, "Asia/Tokyo", "2026-03-13T15:00:00Z"],
    [3600, "America/New_York", "2026-03-14T14:00:00Z"],
  ])("period %d, %s: at %s", (Period, zone, expected) => {
    const definition = metricDefinition(metricAlarm("a", { Period, ...wall(zone) }));
    expect(new Date(windowEnd(definition, at))).toEqual(new Date(expected));
  });

  test("now, for a sliding window", () => {
    const definition = metricDefinition(metricAlarm("a", { Period: 3600 }));
    expect(windowEnd(definition, at)).toBe(at);
  });
});

test("a wall clock hour shows what it holds when it is over, a sliding one at once", async () => {
  const lab = new Harness();
  await lab.putAlarm("sliding", { Period: 3600 });
  await lab.putAlarm("hourly", { Period: 3600, ...wall() });
  await lab.put(9);
  await lab.clock.advance(59 * MINUTE);
  expect([await lab.state("sliding"), await lab.state("hourly")]).toEqual([
    "ALARM",
    "INSUFFICIENT_DATA",
  ]);
  await lab.clock.advance(MINUTE);
  expect(await lab.state("hourly")).toBe("ALARM");
  const { MetricAlarms = [] } = await lab.alarms();
  expect(MetricAlarms.map(({ EvaluationWindow }) => EvaluationWindow)).toEqual([
    { WallClockWindow: {} },
    undefined,
  ]);
});

describe("refused", () => {
  test.each<[string, Partial<PutMetricAlarmInput>, string]>([
    ["ten minutes", { Period: 600, ...wall() }, "ValidationError: Invalid Period 600"],
    ["thirty seconds", { Period: 30, ...wall() }, "ValidationError: Invalid Period 30"],
    ["no such zone", wall("Mars/Base"), "ValidationError: The value Mars/Base"],
    ["seven minutes", wall("+05:07"), "ValidationError: The value +05:07"],
    ["no zone's name", wall(""), "ValidationError: "],
    [
      "days that are not all of 24 hours",
      { Period: 86_400, ...wall("America/New_York") },
      "NotImplemented: ",
    ],
  ])("%s", async (_, more, message) => {
    const refusal = await new Harness().refusal("PutMetricAlarm", metricAlarm("a", more));
    expect(refusal.startsWith(message)).toBe(true);
  });

  test.each([{}, { SlidingWindow: {}, WallClockWindow: {} }])("%j", async (EvaluationWindow) => {
    const input = { ...metricAlarm("a"), EvaluationWindow };
    expect(await new Harness().refusal("PutMetricAlarm", input)).toMatch(
      /^ValidationError: .*exactly one of/,
    );
  });
});
