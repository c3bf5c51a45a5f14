/** The alarm chain: every change of an alarm is an event of the default bus, as documented. */
import { describe, expect, test } from "vitest";
import { CloudWatch } from "../../../lab/cloudwatch/cloudwatch.ts";
import { alarmAnnouncements } from "../../../lab/events/alarms.ts";
import { callerOf } from "../fixture.ts";
import { eventRoom, FUNCTION } from "./room.ts";

const ALARM_ARN = "arn:aws:cloudwatch:us-east-1:000000000000:alarm:checkout-errors";
const ALARM = {
  AlarmName: "checkout-errors",
  AlarmDescription: "too many errors",
  Namespace: "Shop",
  MetricName: "Errors",
  Dimensions: [{ Name: "Slot", Value: "green" }],
  Statistic: "Sum",
  Period: 60,
  EvaluationPeriods: 1,
  Threshold: 5,
  ComparisonOperator: "GreaterThanThreshold",
  TreatMissingData: "ignore",
};

async function chain(pattern: object) {
  const room = eventRoom();
  const actions = { perform: () => Promise.resolve({ ok: true } as const) };
  const cloudwatch = new CloudWatch(room, actions, alarmAnnouncements(room.events));
  await room.call("PutRule", { Name: "alarms", EventPattern: JSON.stringify(pattern) });
  await room.call("PutTargets", { Rule: "alarms", Targets: [{ Id: "1", Arn: FUNCTION }] });
  const details = (): unknown[] => room.arrivals.map(({ payload }) => payload);
  return { ...room, cloudwatch: callerOf(cloudwatch), details };
}

const STATE_CHANGE = {
  source: ["aws.cloudwatch"],
  "detail-type": ["CloudWatch Alarm State Change"],
};

describe("a state change", () => {
  test("reaches a rule on the default bus as the documented event", async () => {
    const { cloudwatch, details, events, clock } = await chain({
      ...STATE_CHANGE,
      resources: [{ prefix: "arn:aws:cloudwatch:" }],
      detail: { state: { value: ["ALARM"] }, alarmName: [{ wildcard: "checkout-*" }] },
    });
    await cloudwatch("PutMetricAlarm", ALARM);
    const Errors = [{ Dimensions: ALARM.Dimensions, MetricName: "Errors", Value: 9 }];
    await cloudwatch("PutMetricData", { Namespace: "Shop", MetricData: Errors });
    await clock.advance(120_000);
    await events.settled();
    expect(details()).toEqual([
      {
        version: "0",
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        "detail-type": "CloudWatch Alarm State Change",
        source: "aws.cloudwatch",
        account: "000000000000",
        time: expect.stringMatching(/^2026-03-14T09:2\d:00Z$/),
        region: "us-east-1",
        resources: [ALARM_ARN],
        detail: {
          alarmName: "checkout-errors",
          configuration: {
            description: "too many errors",
            metrics: [
              {
                id: expect.any(String),
                metricStat: {
                  metric: { namespace: "Shop", name: "Errors", dimensions: { Slot: "green" } },
                  period: 60,
                  stat: "Sum",
                },
                returnData: true,
              },
            ],
          },
          previousState: expect.objectContaining({ value: "INSUFFICIENT_DATA" }),
          state: {
            value: "ALARM",
            reason: expect.stringContaining("Threshold Crossed"),
            reasonData: expect.stringContaining('"threshold":5'),
            timestamp: expect.stringMatching(/^2026-03-14T09:2\d:00\.000\+0000$/),
          },
        },
      },
    ]);
  });

  test("comes also while the alarm's actions are disabled", async () => {
    const { cloudwatch, details, events } = await chain(STATE_CHANGE);
    await cloudwatch("PutMetricAlarm", { ...ALARM, ActionsEnabled: false });
    for (const StateValue of ["ALARM", "ALARM", "OK"]) {
      await cloudwatch("SetAlarmState", {
        AlarmName: ALARM.AlarmName,
        StateValue,
        StateReason: "drill",
      });
    }
    await events.settled();
    expect(details()).toMatchObject([
      { detail: { state: { value: "ALARM", reason: "drill" } } },
      { detail: { state: { value: "OK" }, previousState: { value: "ALARM" } } },
    ]);
  });
});

test("a change of the configuration is an event of its own", async () => {
  const { cloudwatch, details, events } = await chain({
    "detail-type": ["CloudWatch Alarm Configuration Change"],
  });
  await cloudwatch("PutMetricAlarm", ALARM);
  await cloudwatch("PutMetricAlarm", { ...ALARM, Threshold: 7 });
  await cloudwatch("DeleteAlarms", { AlarmNames: [ALARM.AlarmName] });
  await events.settled();
  expect(details()).toMatchObject([
    { resources: [ALARM_ARN], detail: { operation: "create", configuration: { threshold: 5 } } },
    { detail: { operation: "update", configuration: { threshold: 7 } } },
    { detail: { operation: "delete" } },
  ]);
});
