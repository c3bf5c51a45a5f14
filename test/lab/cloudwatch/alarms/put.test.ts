/** What PutMetricAlarm refuses, and how what it takes is shown again. */
import type { DescribeAlarmsOutput, PutMetricAlarmInput } from "@aws-sdk/client-cloudwatch";
import { describe, expect, test } from "vitest";
import { FUNCTION, Harness, metricAlarm, START, TOPIC } from "../harness.ts";

const LAMBDA = "arn:aws:lambda:us-east-1:000000000000:function";

/** An alarm on a list of metrics, with the members that such an alarm may not have taken away. */
function onMetrics(Metrics: readonly object[], more: object = {}): object {
  const { AlarmName, EvaluationPeriods, Threshold, ComparisonOperator } = metricAlarm("rate");
  return { AlarmName, EvaluationPeriods, Threshold, ComparisonOperator, Metrics, ...more };
}

function stat(Id: string, more: object = {}, Period = 60): object {
  const Metric = { Namespace: "Checkout", MetricName: Id };
  return { Id, ReturnData: false, MetricStat: { Metric, Period, Stat: "Sum" }, ...more };
}

const VALIDATION = "ValidationError";
const NOT_IMPLEMENTED = "NotImplemented";

describe("a single metric", () => {
  test.each<[string, Partial<Record<keyof PutMetricAlarmInput, unknown>>, string]>([
    ["no name", { AlarmName: undefined }, VALIDATION],
    ["an empty name", { AlarmName: "" }, VALIDATION],
    ["256 letters", { AlarmName: "x".repeat(256) }, VALIDATION],
    ["a control character", { AlarmName: "a\u0007" }, VALIDATION],
    ["a long description", { AlarmDescription: "x".repeat(1025) }, VALIDATION],
    ["no metric", { MetricName: undefined }, VALIDATION],
    ["no namespace", { Namespace: undefined }, VALIDATION],
    ["no period", { Period: undefined }, "Period must not be null"],
    ["period 0", { Period: 0 }, VALIDATION],
    ["period 1", { Period: 1 }, VALIDATION],
    ["period 5", { Period: 5 }, VALIDATION],
    ["period 40", { Period: 40 }, VALIDATION],
    ["period 90", { Period: 90 }, VALIDATION],
    ["over a day", { Period: 60, EvaluationPeriods: 1441 }, "86400"],
    ["over a week", { Period: 3600, EvaluationPeriods: 169 }, "604800"],
    ["no evaluation periods", { EvaluationPeriods: undefined }, VALIDATION],
    ["0 evaluation periods", { EvaluationPeriods: 0 }, VALIDATION],
    ["2 of 1", { DatapointsToAlarm: 2 }, VALIDATION],
    ["0 of 1", { DatapointsToAlarm: 0 }, VALIDATION],
    ["1.5 periods", { EvaluationPeriods: 1.5 }, VALIDATION],
    ["no threshold", { Threshold: undefined }, VALIDATION],
    ["NaN", { Threshold: NaN }, VALIDATION],
    ["no comparison", { ComparisonOperator: undefined }, VALIDATION],
    ["an unknown comparison", { ComparisonOperator: "Above" }, "enum value set"],
    ["no statistic", { Statistic: undefined }, VALIDATION],
    ["two statistics", { ExtendedStatistic: "p99" }, VALIDATION],
    ["an unknown statistic", { Statistic: "Median" }, VALIDATION],
    ["a percentile as Statistic", { Statistic: "p99" }, VALIDATION],
    ["Sum as ExtendedStatistic", { Statistic: undefined, ExtendedStatistic: "Sum" }, VALIDATION],
    ["p101", { Statistic: undefined, ExtendedStatistic: "p101" }, VALIDATION],
    ["a trimmed mean", { Statistic: undefined, ExtendedStatistic: "TM(10%:90%)" }, NOT_IMPLEMENTED],
    ["an unknown treatment", { TreatMissingData: "zero" }, "enum value set"],
    ["unknown low samples", { EvaluateLowSampleCountPercentile: "skip" }, "enum value set"],
    [
      "six actions",
      { AlarmActions: Array.from({ length: 6 }, (_, i) => `${LAMBDA}:f${i}`) },
      VALIDATION,
    ],
    ["no ARN", { AlarmActions: ["checkout-guard"] }, "Invalid arn syntax: checkout-guard"],
    ["an S3 ARN", { OKActions: ["arn:aws:s3:::bucket"] }, "Invalid arn syntax"],
    ["a function without name", { AlarmActions: [LAMBDA] }, "Invalid arn syntax"],
    [
      "another region",
      { AlarmActions: [TOPIC.replace("us-east-1", "eu-west-1")] },
      "Invalid region eu-west-1 specified. Only us-east-1 is supported.",
    ],
    ["an EC2 action", { AlarmActions: ["arn:aws:automate:us-east-1:ec2:stop"] }, NOT_IMPLEMENTED],
    ["a bad dimension", { Dimensions: [{ Name: "", Value: "x" }] }, VALIDATION],
    [
      "51 tags",
      { Tags: Array.from({ length: 51 }, (_, i) => ({ Key: `k${i}`, Value: "" })) },
      VALIDATION,
    ],
    ["AWS's own tag", { Tags: [{ Key: "aws:x", Value: "" }] }, VALIDATION],
    ["anomaly detection", { ComparisonOperator: "GreaterThanUpperThreshold" }, NOT_IMPLEMENTED],
    [
      "a band",
      { ThresholdMetricId: "ad1" },
      "NotImplemented: The lab's CloudWatch does not implement the parameter ThresholdMetricId.",
    ],
    ["PromQL", { EvaluationCriteria: {} }, NOT_IMPLEMENTED],
  ])("refuses %s", async (_, more, message) => {
    const lab = new Harness();
    const refusal = await lab.refusal("PutMetricAlarm", { ...metricAlarm("errors"), ...more });
    expect(refusal).toMatch(/^(ValidationError|NotImplemented): /);
    expect(refusal).toContain(message);
    expect(await lab.alarms()).toMatchObject({ MetricAlarms: [] });
  });

  test.each([10, 20, 30, 60, 120, 86_400])("takes a period of %d", async (Period) => {
    const lab = new Harness();
    await lab.putAlarm("errors", { Period });
    expect(await lab.state("errors")).toBe("INSUFFICIENT_DATA");
  });

  test("is shown as it was put, with AWS's defaults", async () => {
    const lab = new Harness();
    await lab.putAlarm("errors", {
      AlarmDescription: "too many",
      AlarmActions: [FUNCTION],
      Dimensions: [{ Name: "slot", Value: "green" }],
      DatapointsToAlarm: 1,
      TreatMissingData: "notBreaching",
      Unit: "Count",
      EvaluationWindow: { SlidingWindow: {} },
    });
    expect(await lab.call("DescribeAlarms")).toEqual({
      CompositeAlarms: [],
      MetricAlarms: [
        {
          AlarmName: "errors",
          AlarmArn: "arn:aws:cloudwatch:us-east-1:000000000000:alarm:errors",
          AlarmDescription: "too many",
          AlarmConfigurationUpdatedTimestamp: new Date(START),
          ActionsEnabled: true,
          OKActions: [],
          AlarmActions: [FUNCTION],
          InsufficientDataActions: [],
          StateValue: "INSUFFICIENT_DATA",
          StateReason: "Unchecked: Initial alarm creation",
          StateUpdatedTimestamp: new Date(START),
          StateTransitionedTimestamp: new Date(START),
          EvaluationWindow: { SlidingWindow: {} },
          MetricName: "Errors",
          Namespace: "Checkout",
          Statistic: "Sum",
          Dimensions: [{ Name: "slot", Value: "green" }],
          Period: 60,
          Unit: "Count",
          EvaluationPeriods: 1,
          DatapointsToAlarm: 1,
          Threshold: 5,
          ComparisonOperator: "GreaterThanThreshold",
          TreatMissingData: "notBreaching",
        },
      ],
    });
  });
});

describe("a list of metrics", () => {
  const rate = { Id: "rate", Expression: "a / b", ReturnData: true };
  const eleven = Array.from({ length: 11 }, (_, i) => stat(`m${i}`));
  test.each<[string, object, string]>([
    [
      "nothing that returns data",
      onMetrics([stat("a")]),
      "Exactly one element of the metrics list should return data.",
    ],
    [
      "two that return data",
      onMetrics([stat("a", { ReturnData: true }), stat("b", { ReturnData: true })]),
      "Exactly one element",
    ],
    [
      "a metric beside the list",
      onMetrics([stat("a", { ReturnData: true })], { MetricName: "x" }),
      "MetricName should not be set if list of Metrics is set.",
    ],
    [
      "a period beside the list",
      onMetrics([stat("a", { ReturnData: true })], { Period: 60 }),
      "Period should not be set",
    ],
    ["different periods", onMetrics([stat("a"), stat("b", {}, 300), rate]), "same period"],
    ["a period of 5", onMetrics([stat("a", { ReturnData: true }, 5)]), "Invalid Period 5"],
    [
      "eleven metrics",
      onMetrics([...eleven, { Id: "e", Expression: "m0" }]),
      "at most 10 elements with MetricStat",
    ],
    [
      "an upper-case id",
      onMetrics([stat("A", { ReturnData: true })]),
      "not matching the expected pattern",
    ],
    ["an id twice", onMetrics([stat("a"), stat("a", { ReturnData: true })]), "not unique"],
    ["an unknown id", onMetrics([stat("a"), rate]), `unknown id "b"`],
    [
      "an unknown function",
      onMetrics([stat("a"), { Id: "e", Expression: "NOPE(a)" }]),
      "Error in expression 'e' [unknown function NOPE]",
    ],
    [
      "a wrong argument",
      onMetrics([stat("a"), { Id: "e", Expression: "RATE(1) + a" }]),
      "RATE takes a metric",
    ],
    [
      "an array",
      onMetrics([stat("a"), stat("b"), { Id: "e", Expression: "[a, b]" }]),
      "single time series",
    ],
    [
      "a self-reference",
      onMetrics([stat("a"), { Id: "e", Expression: "a + e" }]),
      "it reads itself through e -> e",
    ],
    [
      "no metric at all",
      onMetrics([{ Id: "e", Expression: "1", Period: 60 }]),
      "at least one metric",
    ],
    [
      "bad syntax",
      onMetrics([stat("a"), { Id: "e", Expression: "a +" }]),
      "expected a value at the end",
    ],
  ])("refuses %s", async (_, input, message) => {
    const refusal = await new Harness().refusal("PutMetricAlarm", input);
    expect(refusal).toMatch(/^ValidationError: /);
    expect(refusal).toContain(message);
  });

  test("low samples of percentiles in a list are refused loudly", async () => {
    const input = onMetrics([stat("a", { ReturnData: true })], {
      EvaluateLowSampleCountPercentile: "ignore",
    });
    expect(await new Harness().refusal("PutMetricAlarm", input)).toMatch(/^NotImplemented: /);
  });

  test("is shown as it was put", async () => {
    const lab = new Harness();
    const input = onMetrics([stat("a"), stat("b"), rate]);
    await lab.call("PutMetricAlarm", input);
    const { MetricAlarms = [] } = await lab.call<DescribeAlarmsOutput>("DescribeAlarms");
    expect(MetricAlarms[0]).toMatchObject(input);
    expect(MetricAlarms[0]).not.toHaveProperty("MetricName");
    expect(MetricAlarms[0]).not.toHaveProperty("Period");
  });
});

test("DynamoDB's metrics always ignore missing data", async () => {
  const lab = new Harness();
  await lab.putAlarm("throttles", { Namespace: "AWS/DynamoDB", TreatMissingData: "breaching" });
  await lab.setState("throttles", "OK");
  await lab.clock.advance(60_000);
  expect(await lab.state("throttles")).toBe("OK");
});
