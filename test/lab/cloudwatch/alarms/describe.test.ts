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
    [{ ChildrenOfAlarmName: "green" }, "NotImplemented: "],
    [{ ParentsOfAlarmName: "green" }, "NotImplemented: "],
  ])("refuses %j", async (input, code) => {
    expect((await lab.refusal("DescribeAlarms", input)).startsWith(code)).toBe(true);
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
])("IAM is asked about the resources of %s %j", (operation, input, expected) => {
  expect(lab.cloudwatch.resourcesOf(operation, input)).toEqual(expected);
});
