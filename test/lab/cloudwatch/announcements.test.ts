/** What EventBridge is told: every change of a state, and of a configuration. */
import { beforeEach, describe, expect, test } from "vitest";
import { configurationChangeEvent } from "../../../lab/cloudwatch/payloads.ts";
import { FUNCTION, Harness, MINUTE, START } from "./harness.ts";

const ARN = "arn:aws:cloudwatch:us-east-1:000000000000:alarm:";
let lab: Harness;

beforeEach(() => {
  lab = new Harness();
});

test("a change of state is announced also when actions are disabled, and once", async () => {
  await lab.putAlarm("green", { AlarmActions: [FUNCTION], ActionsEnabled: false });
  await lab.put(9);
  await lab.clock.advance(MINUTE);
  await lab.setState("green", "ALARM");
  expect(lab.performed).toEqual([]);
  expect(lab.announced).toHaveLength(1);
  expect(lab.announced[0]).toMatchObject({
    alarmArn: `${ARN}green`,
    state: { value: "ALARM" },
    previousState: { value: "INSUFFICIENT_DATA" },
  });
});

test("the announced event is the one that actions get", async () => {
  await lab.putAlarm("green", { AlarmActions: [FUNCTION] });
  await lab.setState("green", "ALARM");
  expect(lab.announced[0]).toEqual(lab.performed[0]?.event);
});

describe("a change of configuration", () => {
  const metric = {
    evaluationPeriods: 1,
    threshold: 5,
    comparisonOperator: "GreaterThanThreshold",
    metrics: [
      {
        id: expect.any(String),
        metricStat: {
          metric: { namespace: "Checkout", name: "Errors", dimensions: {} },
          period: 60,
          stat: "Sum",
        },
        returnData: true,
      },
    ],
    alarmName: "green",
    actionsEnabled: true,
    okActions: [],
    alarmActions: [FUNCTION],
    insufficientDataActions: [],
  };
  const envelope = {
    version: "0",
    id: "id",
    "detail-type": "CloudWatch Alarm Configuration Change",
    source: "aws.cloudwatch",
    account: "000000000000",
    region: "us-east-1",
    resources: [`${ARN}green`],
  };
  const insufficient = {
    value: "INSUFFICIENT_DATA",
    timestamp: "2026-03-14T09:00:00.000+0000",
  };

  test("of a metric alarm: create, update, delete", async () => {
    await lab.putAlarm("green", { AlarmActions: [FUNCTION] });
    await lab.clock.advance(30_000);
    await lab.putAlarm("green", { AlarmActions: [FUNCTION], Threshold: 7, DatapointsToAlarm: 1 });
    await lab.call("DeleteAlarms", { AlarmNames: ["green"] });
    const before = { ...metric, timestamp: "2026-03-14T09:00:00.000+0000" };
    const after = {
      ...metric,
      threshold: 7,
      datapointsToAlarm: 1,
      timestamp: "2026-03-14T09:00:30.000+0000",
    };
    expect(lab.changes.map((change) => configurationChangeEvent(change, "id"))).toEqual([
      {
        ...envelope,
        time: "2026-03-14T09:00:00Z",
        detail: {
          alarmName: "green",
          operation: "create",
          state: insufficient,
          configuration: before,
        },
      },
      {
        ...envelope,
        time: "2026-03-14T09:00:30Z",
        detail: {
          alarmName: "green",
          operation: "update",
          state: insufficient,
          configuration: after,
          previousConfiguration: before,
        },
      },
      {
        ...envelope,
        time: "2026-03-14T09:00:30Z",
        detail: {
          alarmName: "green",
          operation: "delete",
          state: insufficient,
          configuration: after,
        },
      },
    ]);
  });

  test("of a suppressed composite alarm", async () => {
    for (const name of ["errors", "maintenance"]) await lab.putAlarm(name);
    await lab.setState("errors", "ALARM");
    const suppressed = {
      ActionsSuppressor: "maintenance",
      ActionsSuppressorWaitPeriod: 120,
      ActionsSuppressorExtensionPeriod: 180,
    };
    await lab.putRule("green", "ALARM(errors)", { AlarmDescription: "all", ...suppressed });
    await lab.putRule("green", "ALARM(errors)", {
      ...suppressed,
      ActionsSuppressorExtensionPeriod: 360,
    });
    const [create, update] = lab.changes
      .filter(({ alarmName }) => alarmName === "green")
      .map((change) => configurationChangeEvent(change, "id").detail);
    const configuration = {
      alarmRule: "ALARM(errors)",
      actionsSuppressor: "maintenance",
      actionsSuppressorWaitPeriod: 120,
      actionsSuppressorExtensionPeriod: 180,
      alarmName: "green",
      description: "all",
      actionsEnabled: true,
      timestamp: "2026-03-14T09:00:00.000+0000",
      okActions: [],
      alarmActions: [],
      insufficientDataActions: [],
    };
    expect(create).toEqual({
      alarmName: "green",
      operation: "create",
      state: insufficient,
      configuration,
    });
    expect(update).toMatchObject({
      operation: "update",
      state: { actionsSuppressedBy: "WaitPeriod", value: "ALARM" },
      configuration: { actionsSuppressorExtensionPeriod: 360 },
      previousConfiguration: configuration,
    });
  });

  test("is none when actions are disabled that were", async () => {
    await lab.putAlarm("green");
    for (let times = 0; times < 2; times++)
      await lab.call("DisableAlarmActions", { AlarmNames: ["green"] });
    expect(lab.changes.map(({ operation, atMs }) => [operation, atMs])).toEqual([
      ["create", START],
      ["update", START],
    ]);
    expect(lab.changes[1]).toMatchObject({
      configuration: { actionsEnabled: false },
      previousConfiguration: { actionsEnabled: true },
    });
  });
});
