/** What actions are told of a transition, in the shapes that AWS documents. */
import { describe, expect, test } from "vitest";
import { eventBridgeEvent, lambdaPayload, timestamp } from "../../../lab/cloudwatch/payloads.ts";
import type { AlarmEvent } from "../../../lab/cloudwatch/ports.ts";
import { snsMessage, snsSubject } from "../../../lab/cloudwatch/snsPayload.ts";
import { FUNCTION, Harness, MINUTE, TOPIC } from "./harness.ts";

const ARN = "arn:aws:cloudwatch:us-east-1:000000000000:alarm:";

/** The transitions of a metric alarm and of its parent. */
async function transitions(): Promise<{ metric: AlarmEvent; composite: AlarmEvent }> {
  const lab = new Harness();
  await lab.putAlarm("errors", {
    AlarmDescription: "too many",
    AlarmActions: [TOPIC],
    Dimensions: [{ Name: "slot", Value: "green" }],
    DatapointsToAlarm: 1,
  });
  await lab.putRule("green", "ALARM(errors)", { AlarmActions: [FUNCTION] });
  await lab.put(99.5, lab.clock.now(), { Dimensions: [{ Name: "slot", Value: "green" }] });
  await lab.clock.advance(MINUTE);
  const [metric, composite] = lab.performed.map(({ event }) => event);
  if (!metric || !composite) throw new Error("both alarms must have acted");
  return { metric, composite };
}

test("timestamps have an offset without a colon", () => {
  expect(timestamp(Date.parse("2019-10-02T17:04:40.989Z"))).toBe("2019-10-02T17:04:40.989+0000");
});

const STATE = {
  value: "ALARM",
  reason:
    "Threshold Crossed: 1 out of the last 1 datapoints [99.5 (14/03/26 09:00:00)] was greater than " +
    "the threshold (5.0).",
  reasonData: JSON.stringify({
    version: "1.0",
    queryDate: "2026-03-14T09:01:00.000+0000",
    startDate: "2026-03-14T09:00:00.000+0000",
    statistic: "Sum",
    period: 60,
    recentDatapoints: [99.5],
    threshold: 5,
    evaluatedDatapoints: [
      { timestamp: "2026-03-14T09:00:00.000+0000", sampleCount: 1, value: 99.5 },
    ],
  }),
  timestamp: "2026-03-14T09:01:00.000+0000",
};
const METRIC_DATA = {
  alarmName: "errors",
  state: STATE,
  previousState: {
    value: "INSUFFICIENT_DATA",
    reason: "Unchecked: Initial alarm creation",
    timestamp: "2026-03-14T09:00:00.000+0000",
  },
  configuration: {
    description: "too many",
    metrics: [
      {
        id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
        metricStat: {
          metric: { namespace: "Checkout", name: "Errors", dimensions: { slot: "green" } },
          period: 60,
          stat: "Sum",
        },
        returnData: true,
      },
    ],
  },
};

describe("the Lambda action", () => {
  test("of a metric alarm", async () => {
    const { metric } = await transitions();
    expect(lambdaPayload(metric)).toEqual({
      source: "aws.cloudwatch",
      alarmArn: `${ARN}errors`,
      accountId: "000000000000",
      time: "2026-03-14T09:01:00.000+0000",
      region: "us-east-1",
      alarmData: METRIC_DATA,
    });
  });

  test("of a composite alarm", async () => {
    const { composite } = await transitions();
    const child = { arn: `${ARN}errors`, state: { value: "ALARM", timestamp: STATE.timestamp } };
    expect(lambdaPayload(composite)).toMatchObject({
      alarmArn: `${ARN}green`,
      alarmData: {
        alarmName: "green",
        state: {
          value: "ALARM",
          reason: `${ARN}errors transitioned to ALARM at Saturday 14 March, 2026 09:01:00 UTC`,
          reasonData: JSON.stringify({ triggeringAlarms: [child] }),
          timestamp: STATE.timestamp,
        },
        previousState: { value: "OK" },
        configuration: { alarmRule: "ALARM(errors)" },
      },
    });
  });
});

test("the EventBridge event carries the same data as its detail", async () => {
  const { metric } = await transitions();
  expect(eventBridgeEvent(metric, "c4c1c1c9-6542-e61b-6ef0-8c4d36933a92")).toEqual({
    version: "0",
    id: "c4c1c1c9-6542-e61b-6ef0-8c4d36933a92",
    "detail-type": "CloudWatch Alarm State Change",
    source: "aws.cloudwatch",
    account: "000000000000",
    time: "2026-03-14T09:01:00Z",
    region: "us-east-1",
    resources: [`${ARN}errors`],
    detail: METRIC_DATA,
  });
});

describe("the SNS message", () => {
  test("of a metric alarm", async () => {
    const { metric } = await transitions();
    expect(snsSubject(metric)).toBe(`ALARM: "errors" in US East (N. Virginia)`);
    expect(snsMessage(metric)).toEqual({
      AlarmName: "errors",
      AlarmDescription: "too many",
      AWSAccountId: "000000000000",
      AlarmConfigurationUpdatedTimestamp: "2026-03-14T09:00:00.000+0000",
      NewStateValue: "ALARM",
      NewStateReason: STATE.reason,
      StateChangeTime: STATE.timestamp,
      Region: "US East (N. Virginia)",
      AlarmArn: `${ARN}errors`,
      OldStateValue: "INSUFFICIENT_DATA",
      OKActions: [],
      AlarmActions: [TOPIC],
      InsufficientDataActions: [],
      Trigger: {
        MetricName: "Errors",
        Namespace: "Checkout",
        StatisticType: "Statistic",
        Statistic: "SUM",
        Unit: null,
        Dimensions: [{ value: "green", name: "slot" }],
        Period: 60,
        EvaluationPeriods: 1,
        DatapointsToAlarm: 1,
        ComparisonOperator: "GreaterThanThreshold",
        Threshold: 5,
        TreatMissingData: "",
        EvaluateLowSampleCountPercentile: "",
      },
    });
  });

  test("of a composite alarm names the children that triggered it", async () => {
    const { composite } = await transitions();
    expect(snsMessage(composite)).toMatchObject({
      AlarmDescription: null,
      AlarmRule: "ALARM(errors)",
      TriggeringChildren: [
        { Arn: `${ARN}errors`, State: { Value: "ALARM", Timestamp: STATE.timestamp } },
      ],
    });
  });

  test("a long subject is cut at SNS's 100 characters", async () => {
    const { metric } = await transitions();
    expect(snsSubject({ ...metric, alarmName: "x".repeat(200) })).toHaveLength(100);
  });
});
