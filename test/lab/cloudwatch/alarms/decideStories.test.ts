/** When alarms are evaluated, and what they make of windows, math and namespaces. */
import type { MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import { describe, expect, test } from "vitest";
import type { MissingData } from "../../../../lab/cloudwatch/alarms/decide.ts";
import { Harness, metricAlarm, MINUTE, START } from "../harness.ts";

const SECOND = 1000;

describe("cadence", () => {
  test.each([10, 20, 30])("a %d-second alarm is evaluated every 10 seconds", async (Period) => {
    const lab = new Harness();
    await lab.putAlarm("fast", { Period, TreatMissingData: "notBreaching" });
    const turned: number[] = [];
    for (let second = 0; second < 60; second += 5) {
      await lab.setState("fast", "ALARM");
      await lab.clock.advance(5 * SECOND);
      if ((await lab.state("fast")) === "OK") turned.push(second + 5);
    }
    expect(turned).toEqual([10, 20, 30, 40, 50, 60]);
  });

  test.each([60, 120, 3600])("a %d-second alarm on whole minutes", async (Period) => {
    const lab = new Harness();
    await lab.clock.advance(7 * SECOND);
    await lab.putAlarm("slow", { Period, TreatMissingData: "notBreaching" });
    const turned: number[] = [];
    for (let second = 7; second < 187; second += 5) {
      await lab.setState("slow", "ALARM");
      await lab.clock.advance(5 * SECOND);
      if ((await lab.state("slow")) === "OK") turned.push(Math.floor((second + 5) / 60));
    }
    expect(turned).toEqual([1, 2, 3]);
  });
});

describe("how far an alarm may look", () => {
  test.each<[number, number, string]>([
    [60, 1440, "no refusal"],
    [60, 1441, "86400"],
    [10, 8640, "no refusal"],
    [10, 8641, "86400"],
    [3540, 24, "no refusal"],
    [3540, 25, "86400"],
    [3600, 168, "no refusal"],
    [3600, 169, "604800"],
    [86_400, 7, "no refusal"],
    [86_400, 8, "604800"],
  ])("%d seconds x %d periods: %s", async (Period, EvaluationPeriods, expected) => {
    const lab = new Harness();
    const input = metricAlarm("far", { Period, EvaluationPeriods });
    expect(await lab.refusal("PutMetricAlarm", input)).toContain(expected);
  });
});

test("all of the evaluation periods must breach when nothing else is said", async () => {
  const lab = new Harness();
  await lab.putAlarm("three", { EvaluationPeriods: 3 });
  expect(await states(lab, "three", [0, 9, 9, 9, 0])).toEqual(["OK", "OK", "OK", "ALARM", "OK"]);
});

describe("AWS/DynamoDB ignores missing data, whatever the alarm says", () => {
  const treatments: readonly MissingData[] = ["missing", "ignore", "breaching", "notBreaching"];
  const cases = treatments.flatMap((treatment) =>
    ["OK", "ALARM", "INSUFFICIENT_DATA"].map((state) => [treatment, state] as const),
  );
  test.each(cases)("%s, from %s", async (TreatMissingData, state) => {
    const lab = new Harness();
    const Namespace = "AWS/DynamoDB";
    await lab.putAlarm("single", { Namespace, TreatMissingData });
    await lab.call("PutMetricAlarm", {
      ...onMetrics([
        stat("a", {
          MetricStat: { Metric: { Namespace, MetricName: "a" }, Period: 60, Stat: "Sum" },
        }),
        { Id: "e", Expression: "a * 1" },
      ]),
      TreatMissingData,
    });
    for (const name of ["single", "math"]) await lab.setState(name, state);
    await lab.clock.advance(3 * MINUTE);
    expect([await lab.state("single"), await lab.state("math")]).toEqual([state, state]);
  });
});

/** An alarm on a list of metrics, above 5. */
function onMetrics(Metrics: readonly MetricDataQuery[], more: object = {}): object {
  const { EvaluationPeriods, Threshold, ComparisonOperator } = metricAlarm("math");
  return { AlarmName: "math", EvaluationPeriods, Threshold, ComparisonOperator, Metrics, ...more };
}

function stat(Id: string, more: Partial<MetricDataQuery> = {}): MetricDataQuery {
  const Metric = { Namespace: "Checkout", MetricName: "Errors" };
  return { Id, ReturnData: false, MetricStat: { Metric, Period: 60, Stat: "Sum" }, ...more };
}

/** The alarm's state at each of the next whole minutes, each with one datum. */
async function states(lab: Harness, name: string, values: readonly number[]): Promise<string[]> {
  const seen: string[] = [];
  for (const value of values) {
    await lab.put(value);
    await lab.clock.advance(MINUTE);
    seen.push(await lab.state(name));
  }
  return seen;
}

describe("math in alarms", () => {
  test("ten metrics and ten expressions are as many as it takes", async () => {
    const metrics = Array.from({ length: 10 }, (_, i) => stat(`m${i}`));
    const sums = Array.from({ length: 10 }, (_, i) => ({
      Id: `e${i}`,
      Expression: `m${i} + 1`,
      ReturnData: i === 0,
    }));
    const lab = new Harness();
    const put = (list: readonly MetricDataQuery[]): Promise<string> =>
      lab.refusal("PutMetricAlarm", onMetrics(list));
    expect(await put([...metrics, ...sums])).toBe("no refusal");
    expect(await put([...metrics, stat("more"), ...sums])).toContain("10 elements with MetricStat");
    expect(await put([...metrics, ...sums, { Id: "more", Expression: "m1" }])).toContain(
      "10 elements with Expression",
    );
  });

  test("no SEARCH", async () => {
    const Expression = `SUM(SEARCH('{Checkout} MetricName="Errors"', 'Sum', 60))`;
    expect(
      await new Harness().refusal(
        "PutMetricAlarm",
        onMetrics([stat("a"), { Id: "e", Expression }]),
      ),
    ).toBe("ValidationError: SEARCH is not supported on Metric Alarms");
  });

  test("no anomaly band: its model is unpublished", async () => {
    const Expression = "ANOMALY_DETECTION_BAND(a, 2)";
    expect(
      await new Harness().refusal(
        "PutMetricAlarm",
        onMetrics([stat("a"), { Id: "e", Expression }]),
      ),
    ).toBe(
      "NotImplemented: " +
        "The lab's CloudWatch does not implement the function ANOMALY_DETECTION_BAND (in e).",
    );
  });

  test("SUM of one series is one number over the whole evaluation range, not over N", async () => {
    const lab = new Harness();
    const input = onMetrics([stat("a"), { Id: "e", Expression: "SUM(a)" }]);
    await lab.call("PutMetricAlarm", input);
    // Two points more than N = 1 are fetched: 3 + 3 exceed 5 although no minute does.
    expect(await states(lab, "math", [3, 3, 0, 0])).toEqual(["OK", "ALARM", "ALARM", "OK"]);
  });

  test("SUM of an array is a series: each minute stands for itself", async () => {
    const lab = new Harness();
    await lab.call(
      "PutMetricAlarm",
      onMetrics([stat("a"), { Id: "e", Expression: "SUM([a, a])" }]),
    );
    expect(await states(lab, "math", [2, 2, 3, 2])).toEqual(["OK", "OK", "ALARM", "OK"]);
  });

  test("RATE is per second, and needs a point before", async () => {
    const lab = new Harness();
    await lab.call("PutMetricAlarm", onMetrics([stat("a"), { Id: "e", Expression: "RATE(a)" }]));
    expect(await states(lab, "math", [1000, 1300, 1601])).toEqual([
      "INSUFFICIENT_DATA",
      "OK",
      "ALARM",
    ]);
  });

  test("an error rate without traffic has no point; a missing count of errors is 0", async () => {
    const lab = new Harness();
    await lab.call(
      "PutMetricAlarm",
      onMetrics([
        stat("errors"),
        stat("requests", {
          MetricStat: {
            Metric: { Namespace: "Checkout", MetricName: "Requests" },
            Period: 60,
            Stat: "Sum",
          },
        }),
        { Id: "e", Expression: "100 * errors / requests" },
      ]),
    );
    await lab.put(9);
    await lab.put(0, START, { MetricName: "Requests" });
    await lab.clock.advance(MINUTE);
    expect(await lab.state("math")).toBe("INSUFFICIENT_DATA");
    await lab.put(100, START + MINUTE, { MetricName: "Requests" });
    await lab.clock.advance(MINUTE);
    expect(await lab.state("math")).toBe("OK");
  });

  test("FILL of a late metric: the newest point is always the filler, and 1 of 1 never turns", async () => {
    const lab = new Harness();
    const filled = [stat("a"), { Id: "e", Expression: "FILL(a, 0)" }];
    await lab.call("PutMetricAlarm", onMetrics(filled));
    const window = { EvaluationPeriods: 3, DatapointsToAlarm: 2 };
    await lab.call("PutMetricAlarm", onMetrics(filled, { ...window, AlarmName: "2 of 3" }));
    const seen: string[] = [];
    for (let minute = 0; minute < 5; minute++) {
      lab.cloudwatch.publish([
        {
          namespace: "Checkout",
          metricName: "Errors",
          dimensions: {},
          timestampMs: START + minute * MINUTE,
          values: [9],
          counts: [1],
          availableAtMs: START + (minute + 1) * MINUTE + 30 * SECOND,
        },
      ]);
      await lab.clock.advance(MINUTE);
      seen.push(`${await lab.state("math")} ${await lab.state("2 of 3")}`);
    }
    expect(seen).toEqual(["OK OK", "OK OK", "OK ALARM", "OK ALARM", "OK ALARM"]);
  });
});

test("an alarm that names a unit sees only that", async () => {
  const lab = new Harness();
  await lab.putAlarm("seconds", { Unit: "Seconds" });
  await lab.putAlarm("any");
  await lab.put(9, START, { Unit: "Milliseconds" });
  await lab.clock.advance(MINUTE);
  expect([await lab.state("seconds"), await lab.state("any")]).toEqual([
    "INSUFFICIENT_DATA",
    "ALARM",
  ]);
});

describe("percentiles", () => {
  test("a statistic set of different values gives none, one of equal values does", async () => {
    const lab = new Harness();
    await lab.putAlarm("p90", { Statistic: undefined, ExtendedStatistic: "p90" });
    const set = (StatisticValues: object): Promise<void> =>
      lab.put(0, lab.clock.now(), { Value: undefined, StatisticValues });
    await set({ SampleCount: 2, Sum: 19, Minimum: 9, Maximum: 10 });
    await lab.clock.advance(MINUTE);
    expect(await lab.state("p90")).toBe("INSUFFICIENT_DATA");
    await set({ SampleCount: 2, Sum: 18, Minimum: 9, Maximum: 9 });
    await lab.clock.advance(MINUTE);
    expect(await lab.state("p90")).toBe("ALARM");
  });

  test.each([
    ["p50", 19, 20],
    ["p90", 99, 100],
    ["p25", 39, 40],
  ])("%s holds its state at %d samples and judges at %d", async (name, few, enough) => {
    const lab = new Harness();
    await lab.putAlarm("low", {
      Statistic: undefined,
      ExtendedStatistic: name,
      EvaluateLowSampleCountPercentile: "ignore",
    });
    const samples = (count: number): Promise<void> =>
      lab.put(0, lab.clock.now(), { Value: undefined, Values: [9], Counts: [count] });
    await lab.setState("low", "OK");
    await samples(few);
    await lab.clock.advance(MINUTE);
    expect(await lab.state("low")).toBe("OK");
    await samples(enough);
    await lab.clock.advance(MINUTE);
    expect(await lab.state("low")).toBe("ALARM");
  });
});
