/** Stories of alarms under a hand-moved clock: what they see, when they turn, whom they tell. */
import { describe, expect, test } from "vitest";
import { FUNCTION, Harness, MINUTE, START, TOPIC } from "../harness.ts";

const SECOND = 1000;

/** The load balancer's count for the minute that ends at `endMs`, delivered `delayMs` after it. */
function publish(lab: Harness, value: number, endMs: number, delayMs: number): void {
  lab.cloudwatch.publish([
    {
      namespace: "Checkout",
      metricName: "Errors",
      dimensions: {},
      timestampMs: endMs - MINUTE,
      values: [value],
      counts: [1],
      availableAtMs: endMs + delayMs,
    },
  ]);
}

describe("one alarm, 1 of 1, above 5", () => {
  test("turns at the first whole minute after the data, tells once, and recovers", async () => {
    const lab = new Harness();
    await lab.putAlarm("errors", { AlarmActions: [FUNCTION], OKActions: [TOPIC] });
    expect(await lab.state("errors")).toBe("INSUFFICIENT_DATA");

    await lab.clock.advance(10 * SECOND);
    await lab.put(9);
    await lab.clock.advance(49 * SECOND);
    expect(await lab.state("errors")).toBe("INSUFFICIENT_DATA");
    await lab.clock.advance(SECOND);
    expect(await lab.state("errors")).toBe("ALARM");

    await lab.put(9);
    await lab.clock.advance(MINUTE);
    await lab.put(9);
    await lab.clock.advance(MINUTE);
    expect(lab.performed.map(({ arn }) => arn)).toEqual([FUNCTION]);

    await lab.put(0);
    await lab.clock.advance(MINUTE);
    expect(await lab.state("errors")).toBe("OK");
    expect(lab.performed.map(({ arn }) => arn)).toEqual([FUNCTION, TOPIC]);
    expect(lab.performed[1]?.event).toMatchObject({
      alarmName: "errors",
      previousState: { value: "ALARM" },
      state: { value: "OK", timestampMs: START + 4 * MINUTE },
    });
  });

  test("points older than the alarm count", async () => {
    const lab = new Harness();
    await lab.put(9);
    await lab.clock.advance(50 * SECOND);
    await lab.putAlarm("errors");
    await lab.clock.advance(10 * SECOND);
    expect(await lab.state("errors")).toBe("ALARM");
  });

  test("a silent metric: after the evaluation range the data are insufficient", async () => {
    const lab = new Harness();
    await lab.putAlarm("errors");
    await lab.put(0);
    const seen: string[] = [];
    for (let minute = 1; minute <= 4; minute++) {
      await lab.clock.advance(MINUTE);
      seen.push(await lab.state("errors"));
    }
    expect(seen).toEqual(["OK", "OK", "OK", "INSUFFICIENT_DATA"]);
  });

  test("an update keeps the state and the tags", async () => {
    const lab = new Harness();
    await lab.putAlarm("errors", { Tags: [{ Key: "slot", Value: "green" }] });
    await lab.put(9);
    await lab.clock.advance(MINUTE);
    await lab.putAlarm("errors", { Threshold: 100, Tags: [{ Key: "slot", Value: "blue" }] });
    expect(await lab.state("errors")).toBe("ALARM");
    const ResourceARN = "arn:aws:cloudwatch:us-east-1:000000000000:alarm:errors";
    expect(await lab.call("ListTagsForResource", { ResourceARN })).toEqual({
      Tags: [{ Key: "slot", Value: "green" }],
    });
    await lab.clock.advance(MINUTE);
    expect(await lab.state("errors")).toBe("OK");
  });
});

describe("late data", () => {
  test("an alarm does not know what is not yet delivered", async () => {
    const lab = new Harness();
    await lab.putAlarm("errors", { TreatMissingData: "notBreaching" });
    publish(lab, 9, START + MINUTE, 45 * SECOND);
    await lab.clock.advance(MINUTE);
    expect(await lab.state("errors")).toBe("OK");
    await lab.clock.advance(44 * SECOND);
    expect(await lab.call("ListMetrics")).toEqual({ Metrics: [] });
    await lab.clock.advance(16 * SECOND);
    expect(await lab.state("errors")).toBe("ALARM");
  });

  test("2 of 3: the newest point is always missing, and the alarm still turns", async () => {
    const lab = new Harness();
    await lab.putAlarm("errors", {
      EvaluationPeriods: 3,
      DatapointsToAlarm: 2,
      TreatMissingData: "notBreaching",
      AlarmActions: [FUNCTION],
    });
    const values = [0, 9, 0, 9, 0, 0, 0, 0];
    const seen: string[] = [];
    for (const [index, value] of values.entries()) {
      publish(lab, value, START + (index + 1) * MINUTE, 20 * SECOND);
      await lab.clock.advance(MINUTE);
      seen.push(await lab.state("errors"));
    }
    // Before the k-th whole minute the points of k-1 minutes have come; 9, 0, 9 are there at the
    // fifth.
    expect(seen).toEqual(["OK", "OK", "OK", "OK", "ALARM", "OK", "OK", "OK"]);
    expect(lab.performed).toHaveLength(1);
  });

  test("a percentile alarm that ignores low samples waits for 1000 of them", async () => {
    const lab = new Harness();
    const one = { Statistic: undefined, ExtendedStatistic: "p99" };
    await lab.putAlarm("strict", { ...one, EvaluateLowSampleCountPercentile: "ignore" });
    await lab.putAlarm("eager", one);
    await lab.put(0, START, { Value: undefined, Values: [1, 9], Counts: [900, 99] });
    await lab.clock.advance(MINUTE);
    expect([await lab.state("strict"), await lab.state("eager")]).toEqual([
      "INSUFFICIENT_DATA",
      "ALARM",
    ]);
    await lab.put(0, START + MINUTE, { Value: undefined, Values: [1, 9], Counts: [900, 100] });
    await lab.clock.advance(MINUTE);
    expect(await lab.state("strict")).toBe("ALARM");
  });
});

describe("resolution and cadence", () => {
  test("a 10-second alarm on a one-second metric turns within ten seconds", async () => {
    const lab = new Harness();
    await lab.putAlarm("fast", { Period: 10 });
    await lab.clock.advance(3 * SECOND);
    await lab.put(9, START + 3 * SECOND, { StorageResolution: 1 });
    await lab.clock.advance(7 * SECOND);
    expect(await lab.state("fast")).toBe("ALARM");
  });

  test("on a one-minute metric it mostly sees nothing", async () => {
    const lab = new Harness();
    await lab.putAlarm("fast", { Period: 10 });
    await lab.clock.advance(35 * SECOND);
    await lab.put(9, START + 33 * SECOND);
    await lab.clock.advance(5 * SECOND);
    expect(await lab.state("fast")).toBe("INSUFFICIENT_DATA");
  });

  test("a 5-minute alarm is evaluated every minute over a sliding window", async () => {
    const lab = new Harness();
    await lab.putAlarm("slow", { Period: 300 });
    for (let minute = 0; minute < 3; minute++) {
      await lab.put(2);
      await lab.clock.advance(MINUTE);
    }
    expect(await lab.state("slow")).toBe("ALARM");
  });
});

const stat = (Id: string): object => ({
  Id,
  ReturnData: false,
  MetricStat: {
    Metric: { Namespace: "Checkout", MetricName: Id, Dimensions: [{ Name: "slot", Value: "g" }] },
    Period: 60,
    Stat: "Sum",
  },
});

test("an error rate by metric math, silent below 20 requests", async () => {
  const lab = new Harness();
  await lab.call("PutMetricAlarm", {
    AlarmName: "rate",
    EvaluationPeriods: 1,
    Threshold: 5,
    ComparisonOperator: "GreaterThanThreshold",
    TreatMissingData: "notBreaching",
    Metrics: [
      stat("requests"),
      stat("errors"),
      stat("connection"),
      { Id: "rate", Expression: "IF(requests >= 20, 100*(errors+connection)/requests)" },
    ],
  });
  const put = (counts: Readonly<Record<string, number>>): Promise<object> =>
    lab.call("PutMetricData", {
      Namespace: "Checkout",
      MetricData: Object.entries(counts).map(([MetricName, Value]) => ({
        MetricName,
        Value,
        Dimensions: [{ Name: "slot", Value: "g" }],
      })),
    });
  const seen: string[] = [];
  for (const counts of [
    { requests: 100 },
    { requests: 19, errors: 19 },
    { requests: 100, errors: 4, connection: 2 },
  ]) {
    await put(counts);
    await lab.clock.advance(MINUTE);
    seen.push(await lab.state("rate"));
  }
  expect(seen).toEqual(["OK", "OK", "ALARM"]);
  const [transition] = (await lab.history("rate", "StateUpdate")).slice(-1);
  expect(transition?.HistoryData).toContain("[6.0 (14/03/26 09:02:00)] was greater than");
});

describe("SetAlarmState", () => {
  test("fires actions, lasts until the next evaluation, and moves both timestamps", async () => {
    const lab = new Harness();
    await lab.putAlarm("errors", { AlarmActions: [FUNCTION] });
    await lab.put(0);
    await lab.clock.advance(MINUTE);
    await lab.clock.advance(10 * SECOND);
    await lab.setState("errors", "ALARM", "drill");
    expect(lab.performed[0]?.event.state.reason).toBe("drill");
    const at = new Date(START + MINUTE + 10 * SECOND);
    let [alarm] = (await lab.alarms()).MetricAlarms ?? [];
    expect(alarm).toMatchObject({ StateUpdatedTimestamp: at, StateTransitionedTimestamp: at });

    await lab.clock.advance(10 * SECOND);
    await lab.setState("errors", "ALARM", "again");
    [alarm] = (await lab.alarms()).MetricAlarms ?? [];
    expect(alarm).toMatchObject({
      StateReason: "again",
      StateUpdatedTimestamp: new Date(at.getTime() + 10 * SECOND),
      StateTransitionedTimestamp: at,
    });
    expect(lab.performed).toHaveLength(1);

    await lab.clock.advance(40 * SECOND);
    expect(await lab.state("errors")).toBe("OK");
  });

  test("refuses unknown alarms, states and bad JSON", async () => {
    const lab = new Harness();
    await lab.putAlarm("errors");
    const input = { AlarmName: "errors", StateValue: "OK", StateReason: "r" };
    expect(await lab.refusal("SetAlarmState", { ...input, AlarmName: "no" })).toMatch(
      /^ResourceNotFound: /,
    );
    expect(await lab.refusal("SetAlarmState", { ...input, StateValue: "BAD" })).toMatch(
      /^ValidationError: .*enum value set/,
    );
    expect(await lab.refusal("SetAlarmState", { ...input, StateReasonData: "{" })).toMatch(
      /^InvalidFormatFault: /,
    );
  });
});

describe("actions", () => {
  test("a failed action is in the history, as AWS writes it", async () => {
    const lab = new Harness();
    lab.outcome = {
      ok: false,
      error: "CloudWatch Alarms is not authorized to perform: lambda:InvokeFunction",
    };
    await lab.putAlarm("errors", { AlarmActions: [FUNCTION, TOPIC] });
    await lab.setState("errors", "ALARM");
    await lab.cloudwatch.stop();
    const actions = await lab.history("errors", "Action");
    expect(actions.map(({ HistorySummary }) => HistorySummary)).toEqual([
      `Failed to execute action ${FUNCTION}. Received error: "${lab.outcome.error}"`,
      `Failed to execute action ${TOPIC}. Received error: "${lab.outcome.error}"`,
    ]);
    expect(JSON.parse(actions[0]?.HistoryData ?? "")).toMatchObject({
      actionState: "Failed",
      notificationResource: FUNCTION,
    });
  });

  test("a successful action is too, after the configuration and the state", async () => {
    const lab = new Harness();
    await lab.putAlarm("errors", { AlarmActions: [FUNCTION] });
    await lab.setState("errors", "ALARM");
    await lab.cloudwatch.stop();
    const items = await lab.history("errors");
    expect(
      items.map(({ HistoryItemType, HistorySummary }) => [HistoryItemType, HistorySummary]),
    ).toEqual([
      ["ConfigurationUpdate", `Alarm "errors" created`],
      ["StateUpdate", "Alarm updated from INSUFFICIENT_DATA to ALARM"],
      ["Action", `Successfully executed action ${FUNCTION}`],
    ]);
    expect(JSON.parse(items[0]?.HistoryData ?? "")).toMatchObject({
      version: "1.0",
      type: "Create",
      createdAlarm: { alarmName: "errors", threshold: 5, okActions: [], alarmActions: [FUNCTION] },
    });
    expect(JSON.parse(items[1]?.HistoryData ?? "")).toMatchObject({
      oldState: { stateValue: "INSUFFICIENT_DATA" },
      newState: { stateValue: "ALARM", stateReason: "by hand" },
    });
  });

  test("disabled actions stay silent while the state still moves", async () => {
    const lab = new Harness();
    await lab.putAlarm("errors", { AlarmActions: [FUNCTION] });
    await lab.call("DisableAlarmActions", { AlarmNames: ["errors", "unknown"] });
    await lab.setState("errors", "ALARM");
    expect(await lab.state("errors")).toBe("ALARM");
    expect(lab.performed).toEqual([]);
    await lab.call("EnableAlarmActions", { AlarmNames: ["errors"] });
    await lab.clock.advance(MINUTE);
    expect(lab.performed).toEqual([]);
    await lab.setState("errors", "OK");
    await lab.setState("errors", "ALARM");
    expect(lab.performed).toHaveLength(1);
  });

  test("each state has its own actions", async () => {
    const lab = new Harness();
    await lab.putAlarm("errors", {
      AlarmActions: [FUNCTION],
      OKActions: [TOPIC],
      InsufficientDataActions: [FUNCTION, TOPIC],
    });
    await lab.setState("errors", "OK");
    await lab.setState("errors", "ALARM");
    await lab.setState("errors", "INSUFFICIENT_DATA");
    expect(lab.performed.map(({ arn }) => arn)).toEqual([TOPIC, FUNCTION, FUNCTION, TOPIC]);
  });
});

test("after stop nothing is evaluated any more", async () => {
  const lab = new Harness();
  await lab.putAlarm("errors");
  await lab.cloudwatch.stop();
  await lab.put(9);
  await lab.clock.advance(5 * MINUTE);
  expect(await lab.state("errors")).toBe("INSUFFICIENT_DATA");
});
