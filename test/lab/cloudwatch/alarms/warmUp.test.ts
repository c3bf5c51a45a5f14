/** Warm-up of metric alarms: no evaluation and no actions for a while after they were put. */
import type { MetricAlarm } from "@aws-sdk/client-cloudwatch";
import { beforeEach, describe, expect, test } from "vitest";
import { eventBridgeEvent } from "../../../../lab/cloudwatch/payloads.ts";
import { FUNCTION, Harness, MINUTE, START } from "../harness.ts";

let lab: Harness;
const FULL = {
  WarmUpPeriodDurationInMinutes: 5,
  OnlyStartEvaluatingAfterWarmUpPeriodEnds: true,
};
const EARLY = { WarmUpPeriodDurationInMinutes: 5 };
const MISSING = { TreatMissingData: "breaching", AlarmActions: [FUNCTION] };

async function shown(): Promise<MetricAlarm | undefined> {
  const { MetricAlarms = [] } = await lab.alarms();
  return MetricAlarms[0];
}

beforeEach(() => {
  lab = new Harness();
});

test("without one, missing data alarm within a minute", async () => {
  await lab.putAlarm("green", MISSING);
  await lab.clock.advance(MINUTE);
  expect(await lab.state("green")).toBe("ALARM");
});

test("in its warm-up the alarm stays in INSUFFICIENT_DATA, then is evaluated", async () => {
  await lab.putAlarm("green", { ...MISSING, WarmUpConfiguration: EARLY });
  await lab.clock.advance(4 * MINUTE);
  expect(await shown()).toMatchObject({
    StateValue: "INSUFFICIENT_DATA",
    EvaluationState: "IN_WARM_UP",
    WarmUpConfiguration: EARLY,
  });
  expect(lab.performed).toEqual([]);
  await lab.clock.advance(MINUTE);
  expect(await shown()).toMatchObject({
    StateValue: "ALARM",
    StateUpdatedTimestamp: new Date(START + 5 * MINUTE),
  });
  expect(await shown()).not.toHaveProperty("EvaluationState");
  expect(lab.performed).toHaveLength(1);
});

describe("data that fills the window", () => {
  test("ends it early", async () => {
    await lab.putAlarm("green", { ...MISSING, EvaluationPeriods: 2, WarmUpConfiguration: EARLY });
    await lab.put(9);
    await lab.clock.advance(MINUTE);
    expect(await shown()).toHaveProperty("EvaluationState");
    await lab.put(9);
    await lab.clock.advance(MINUTE);
    expect(await shown()).toMatchObject({ StateValue: "ALARM" });
    expect(await shown()).not.toHaveProperty("EvaluationState");
  });

  test("does not, when it is to last its full time", async () => {
    await lab.putAlarm("green", { ...MISSING, WarmUpConfiguration: FULL });
    for (let minute = 0; minute < 4; minute++) {
      await lab.put(9);
      await lab.clock.advance(MINUTE);
    }
    expect(await shown()).toMatchObject({
      StateValue: "INSUFFICIENT_DATA",
      WarmUpConfiguration: FULL,
    });
    await lab.put(1);
    await lab.clock.advance(MINUTE);
    expect(await lab.state("green")).toBe("OK");
  });

  test("moves the time of the update though the state's value stays", async () => {
    await lab.putAlarm("green", { TreatMissingData: "missing", WarmUpConfiguration: EARLY });
    await lab.clock.advance(6 * MINUTE);
    expect(await shown()).toMatchObject({
      StateValue: "INSUFFICIENT_DATA",
      StateUpdatedTimestamp: new Date(START + 5 * MINUTE),
      StateTransitionedTimestamp: new Date(START),
    });
  });
});

test("a state set by hand performs no actions meanwhile, and is announced", async () => {
  await lab.putAlarm("green", {
    ...MISSING,
    OKActions: [FUNCTION],
    WarmUpConfiguration: FULL,
  });
  await lab.setState("green", "ALARM");
  await lab.setState("green", "OK");
  await lab.clock.advance(MINUTE);
  expect(lab.performed).toEqual([]);
  expect(await shown()).toMatchObject({ StateValue: "OK", EvaluationState: "IN_WARM_UP" });
  const [first] = lab.announced;
  if (!first) throw new Error("it must have been announced");
  expect(eventBridgeEvent(first, "id")).toMatchObject({
    detail: { state: { value: "ALARM", evaluationState: "IN_WARM_UP" } },
  });
});

describe("an update", () => {
  test("with another duration counts from the same begin", async () => {
    await lab.putAlarm("green", { ...MISSING, WarmUpConfiguration: EARLY });
    await lab.clock.advance(2 * MINUTE);
    const WarmUpConfiguration = { WarmUpPeriodDurationInMinutes: 3 };
    await lab.putAlarm("green", { ...MISSING, WarmUpConfiguration });
    expect(await shown()).toHaveProperty("EvaluationState");
    await lab.clock.advance(MINUTE);
    expect(await lab.state("green")).toBe("ALARM");
  });

  test("after the end does not restart it", async () => {
    await lab.putAlarm("green", { ...MISSING, WarmUpConfiguration: EARLY });
    await lab.clock.advance(5 * MINUTE);
    const WarmUpConfiguration = { WarmUpPeriodDurationInMinutes: 60 };
    await lab.putAlarm("green", { ...MISSING, WarmUpConfiguration });
    expect(await shown()).not.toHaveProperty("EvaluationState");
    await lab.put(0);
    await lab.clock.advance(MINUTE);
    expect(await lab.state("green")).toBe("OK");
  });

  test("without one ends it", async () => {
    await lab.putAlarm("green", { ...MISSING, WarmUpConfiguration: FULL });
    await lab.putAlarm("green", MISSING);
    expect(await shown()).not.toHaveProperty("EvaluationState");
    await lab.clock.advance(MINUTE);
    expect(await lab.state("green")).toBe("ALARM");
  });

  test("that brings the first one begins it, in the state that the alarm has", async () => {
    await lab.putAlarm("green", MISSING);
    await lab.setState("green", "OK");
    await lab.putAlarm("green", { ...MISSING, WarmUpConfiguration: EARLY });
    await lab.clock.advance(4 * MINUTE);
    expect(await shown()).toMatchObject({ StateValue: "OK", EvaluationState: "IN_WARM_UP" });
    await lab.clock.advance(MINUTE);
    expect(await lab.state("green")).toBe("ALARM");
  });
});

test.each([undefined, 0, 2881, 1.5])("refuses %s minutes", async (minutes) => {
  const input = {
    AlarmName: "green",
    Namespace: "Checkout",
    MetricName: "Errors",
    Statistic: "Sum",
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 5,
    ComparisonOperator: "GreaterThanThreshold",
    WarmUpConfiguration: { WarmUpPeriodDurationInMinutes: minutes },
  };
  expect(await lab.refusal("PutMetricAlarm", input)).toMatch(/^ValidationError: .*inMinutes/i);
});
