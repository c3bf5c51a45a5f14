/** DescribeAlarms, DescribeAlarmHistory and tags: filters, pages, refusals; what IAM is asked. */
import type { DescribeAlarmHistoryOutput, DescribeAlarmsOutput } from "@aws-sdk/client-cloudwatch";
import { beforeEach, describe, expect, test } from "vitest";
import { FUNCTION, Harness, MINUTE, START, TOPIC } from "../harness.ts";

const ARN = "arn:aws:cloudwatch:us-east-1:000000000000:alarm:";
let lab: Harness;

async function names(input: object): Promise<readonly (string | undefined)[]> {
  const output = await lab.call<DescribeAlarmsOutput>("DescribeAlarms", input);
  const all = [...(output.CompositeAlarms ?? []), ...(output.MetricAlarms ?? [])];
  return all.map(({ AlarmName }) => AlarmName);
}

beforeEach(async () => {
  lab = new Harness();
  await lab.putAlarm("green-errors", { AlarmActions: [FUNCTION] });
  await lab.putAlarm("blue-errors", { OKActions: [TOPIC] });
  await lab.putRule("green", "ALARM(green-errors)");
  await lab.setState("green-errors", "ALARM");
});

describe("DescribeAlarms", () => {
  const both = ["MetricAlarm", "CompositeAlarm"];
  test.each<[object, readonly string[]]>([
    [{}, ["blue-errors", "green-errors"]],
    [{ AlarmTypes: ["CompositeAlarm"] }, ["green"]],
    [{ AlarmTypes: both }, ["green", "blue-errors", "green-errors"]],
    [{ AlarmTypes: ["LogAlarm"] }, []],
    [{ AlarmNames: ["green", "green-errors", "nobody"] }, ["green-errors"]],
    [{ AlarmNames: ["green"], AlarmTypes: both }, ["green"]],
    [{ AlarmNamePrefix: "green", AlarmTypes: both }, ["green", "green-errors"]],
    [{ StateValue: "ALARM", AlarmTypes: both }, ["green", "green-errors"]],
    [{ ActionPrefix: "arn:aws:lambda" }, ["green-errors"]],
    [{ ActionPrefix: TOPIC }, ["blue-errors"]],
  ])("%j", async (input, expected) => {
    expect(await names(input)).toEqual(expected);
  });

  test("pages of one", async () => {
    const seen: unknown[] = [];
    let NextToken: string | undefined;
    do {
      const page: DescribeAlarmsOutput = await lab.call("DescribeAlarms", {
        AlarmTypes: both,
        MaxRecords: 1,
        NextToken,
      });
      const all = [...(page.CompositeAlarms ?? []), ...(page.MetricAlarms ?? [])];
      seen.push(all.map(({ AlarmName }) => AlarmName));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    expect(seen).toEqual([["blue-errors"], ["green"], ["green-errors"]]);
  });

  test.each<[object, string]>([
    [{ NextToken: "nonsense" }, "InvalidNextToken: "],
    [{ MaxRecords: 0 }, "ValidationError: "],
    [{ MaxRecords: 101 }, "ValidationError: "],
    [{ AlarmNames: ["a"], AlarmNamePrefix: "b" }, "ValidationError: "],
    [{ AlarmTypes: ["Other"] }, "ValidationError: "],
    [{ StateValue: "BAD" }, "ValidationError: "],
    [{ ChildrenOfAlarmName: "green", StateValue: "OK" }, "ValidationError: "],
    [{ ParentsOfAlarmName: "green", AlarmTypes: ["MetricAlarm"] }, "ValidationError: "],
    [{ ParentsOfAlarmName: "green", ChildrenOfAlarmName: "green" }, "ValidationError: "],
  ])("refuses %j", async (input, code) => {
    expect((await lab.refusal("DescribeAlarms", input)).startsWith(code)).toBe(true);
  });
});

describe("relatives, with little more than their names", () => {
  beforeEach(async () => {
    await lab.putRule("release", "ALARM(green) OR AT_LEAST(1, ALARM, (green-errors, blue-errors))");
  });

  test("children: with their states", async () => {
    expect(await lab.call("DescribeAlarms", { ChildrenOfAlarmName: "release" })).toEqual({
      CompositeAlarms: [
        {
          AlarmName: "green",
          AlarmArn: `${ARN}green`,
          StateValue: "ALARM",
          StateUpdatedTimestamp: new Date(START),
        },
      ],
      MetricAlarms: ["blue-errors", "green-errors"].map((AlarmName) =>
        expect.objectContaining({ AlarmName }),
      ),
    });
    expect(await names({ ChildrenOfAlarmName: "green-errors" })).toEqual([]);
  });

  test("parents: names and ARNs, in pages", async () => {
    const page = await lab.call<DescribeAlarmsOutput>("DescribeAlarms", {
      ParentsOfAlarmName: "green-errors",
      MaxRecords: 1,
    });
    expect(page.CompositeAlarms).toEqual([{ AlarmName: "green", AlarmArn: `${ARN}green` }]);
    const { NextToken } = page;
    expect(await names({ ParentsOfAlarmName: "green-errors", NextToken })).toEqual(["release"]);
    expect(await names({ ParentsOfAlarmName: "release" })).toEqual([]);
    expect(await names({ ParentsOfAlarmName: "nobody" })).toEqual([]);
  });
});

describe("DescribeAlarmsForMetric", () => {
  const metric = { Namespace: "Checkout", MetricName: "Errors" };
  beforeEach(async () => {
    await lab.putAlarm("p99", { Statistic: undefined, ExtendedStatistic: "p99" });
    await lab.putAlarm("slot", { Dimensions: [{ Name: "slot", Value: "green" }], Period: 300 });
    await lab.putAlarm("counted", { Unit: "Count" });
    await lab.call("PutMetricAlarm", {
      AlarmName: "math",
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: "GreaterThanThreshold",
      Metrics: [{ Id: "m", MetricStat: { Metric: metric, Period: 60, Stat: "Sum" } }],
    });
  });

  test.each<[object, readonly string[]]>([
    [{}, ["blue-errors", "counted", "green-errors", "p99"]],
    [{ Statistic: "Sum" }, ["blue-errors", "counted", "green-errors"]],
    [{ ExtendedStatistic: "p99" }, ["p99"]],
    [{ Unit: "Count" }, ["counted"]],
    [{ Period: 300 }, []],
    [{ Dimensions: [{ Name: "slot", Value: "green" }] }, ["slot"]],
    [{ MetricName: "Other" }, []],
  ])("%j", async (more, expected) => {
    const { MetricAlarms = [] } = await lab.call<DescribeAlarmsOutput>("DescribeAlarmsForMetric", {
      ...metric,
      ...more,
    });
    expect(MetricAlarms.map(({ AlarmName }) => AlarmName)).toEqual(expected);
  });

  test.each([{ MetricName: "Errors" }, { Namespace: "Checkout" }])("refuses %j", async (input) => {
    expect(await lab.refusal("DescribeAlarmsForMetric", input)).toMatch(/^ValidationError: /);
  });
});

async function summaries(input: object): Promise<readonly (string | undefined)[]> {
  const { AlarmHistoryItems = [] } = await lab.call<DescribeAlarmHistoryOutput>(
    "DescribeAlarmHistory",
    input,
  );
  return AlarmHistoryItems.map(({ HistorySummary }) => HistorySummary);
}

describe("DescribeAlarmHistory", () => {
  test("the newest first, metric alarms unless asked", async () => {
    expect(await summaries({ AlarmName: "green-errors" })).toEqual([
      `Successfully executed action ${FUNCTION}`,
      "Alarm updated from INSUFFICIENT_DATA to ALARM",
      `Alarm "green-errors" created`,
    ]);
    expect(await summaries({ AlarmName: "green" })).toEqual([]);
    expect(await summaries({ AlarmTypes: ["CompositeAlarm"] })).toHaveLength(3);
  });

  test("by type, by time, in pages", async () => {
    await lab.clock.advance(30_000);
    await lab.setState("green-errors", "OK");
    expect(await summaries({ HistoryItemType: "StateUpdate" })).toHaveLength(2);
    const after = { StartDate: new Date(START + 1), EndDate: new Date(START + MINUTE) };
    expect(await summaries(after)).toEqual(["Alarm updated from ALARM to OK"]);
    const page = await lab.call<DescribeAlarmHistoryOutput>("DescribeAlarmHistory", {
      MaxRecords: 1,
    });
    expect(page.AlarmHistoryItems).toHaveLength(1);
    expect(await summaries({ NextToken: page.NextToken, MaxRecords: 1 })).toEqual([
      `Successfully executed action ${FUNCTION}`,
    ]);
    expect(await lab.refusal("DescribeAlarmHistory", { NextToken: "x" })).toMatch(
      /^InvalidNextToken/,
    );
  });

  test.each([{ HistoryItemType: "Foo" }, { AlarmTypes: ["Foo"] }])("refuses %o", async (input) => {
    expect(await lab.refusal("DescribeAlarmHistory", input)).toMatch(/^ValidationError.*enum/);
  });
});

describe("tags", () => {
  test("are added, replaced, removed and listed", async () => {
    const ResourceARN = `${ARN}green`;
    const Tags = [
      { Key: "a", Value: "1" },
      { Key: "b", Value: "2" },
    ];
    await lab.call("TagResource", { ResourceARN, Tags });
    await lab.call("TagResource", { ResourceARN, Tags: [{ Key: "a", Value: "3" }] });
    await lab.call("UntagResource", { ResourceARN, TagKeys: ["b", "unknown"] });
    expect(await lab.call("ListTagsForResource", { ResourceARN })).toEqual({
      Tags: [{ Key: "a", Value: "3" }],
    });
  });

  test("of nothing are refused", async () => {
    expect(await lab.refusal("ListTagsForResource", { ResourceARN: `${ARN}nobody` })).toMatch(
      /^ResourceNotFoundException: /,
    );
    expect(await lab.refusal("ListTagsForResource", { ResourceARN: "green" })).toMatch(
      /^ResourceNotFoundException: /,
    );
  });
});

test.each<[string, Record<string, unknown>, readonly string[]]>([
  ["PutMetricAlarm", { AlarmName: "x" }, [`${ARN}x`]],
  ["SetAlarmState", { AlarmName: "x" }, [`${ARN}x`]],
  ["DeleteAlarms", { AlarmNames: ["x", "y"] }, [`${ARN}x`, `${ARN}y`]],
  ["DescribeAlarms", { AlarmNames: ["x"] }, [`${ARN}x`]],
  ["DescribeAlarms", {}, ["*"]],
  ["DescribeAlarms", { AlarmNames: ["x"], AlarmTypes: ["CompositeAlarm"] }, ["*"]],
  ["DescribeAlarmHistory", { AlarmName: "x" }, [`${ARN}x`]],
  ["TagResource", { ResourceARN: `${ARN}x` }, [`${ARN}x`]],
  ["PutMetricData", { Namespace: "A" }, ["*"]],
  ["DescribeAlarmsForMetric", { Namespace: "A" }, ["*"]],
  [
    "PutAlarmMuteRule",
    { Name: "night", MuteTargets: { AlarmNames: ["x"] } },
    [`${ARN}x`.replace("alarm:x", "alarm-mute-rule:night"), `${ARN}x`],
  ],
  [
    "DeleteAlarmMuteRule",
    { AlarmMuteRuleName: "night" },
    [`${ARN}x`.replace("alarm:x", "alarm-mute-rule:night")],
  ],
  ["ListAlarmMuteRules", {}, ["*"]],
  ["PutDashboard", { DashboardName: "d" }, ["arn:aws:cloudwatch::000000000000:dashboard/d"]],
  ["DeleteDashboards", { DashboardNames: ["d"] }, ["arn:aws:cloudwatch::000000000000:dashboard/d"]],
  ["ListDashboards", {}, ["arn:aws:cloudwatch::000000000000:dashboard/*"]],
])("IAM is asked about the resources of %s %j", (operation, input, expected) => {
  expect(lab.cloudwatch.resourcesOf(operation, input)).toEqual(expected);
});
