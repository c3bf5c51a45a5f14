/** Metrics in and out: what is refused, how data become statistics, when they are seen. */
import type {
  GetMetricDataOutput,
  GetMetricStatisticsOutput,
  ListMetricsOutput,
} from "@aws-sdk/client-cloudwatch";
import { describe, expect, test } from "vitest";
import { Harness, MINUTE, START } from "../harness.ts";

const STATISTICS = ["SampleCount", "Average", "Sum", "Minimum", "Maximum"];

function statistics(lab: Harness, more: object = {}): Promise<GetMetricStatisticsOutput> {
  return lab.call("GetMetricStatistics", {
    Namespace: "Checkout",
    MetricName: "Errors",
    StartTime: new Date(START),
    EndTime: new Date(START + 10 * MINUTE),
    Period: 60,
    Statistics: STATISTICS,
    ...more,
  });
}

describe("PutMetricData refuses", () => {
  const long = "x".repeat(256);
  const datum = { MetricName: "Errors", Value: 1 };
  const names = Array.from({ length: 31 }, (_, i) => ({ Name: `d${i}`, Value: "v" }));
  test.each<[string, object, string]>([
    [
      "no namespace",
      { MetricData: [datum] },
      "MissingRequiredParameterException: The parameter Namespace",
    ],
    [
      "an AWS namespace",
      { Namespace: "AWS/EC2", MetricData: [datum] },
      "InvalidParameterValueException: The value AWS/EC2 for parameter Namespace is invalid",
    ],
    [
      "a strange namespace",
      { Namespace: "a\u0007", MetricData: [datum] },
      "InvalidParameterValueException",
    ],
    [
      "no data",
      { Namespace: "A", MetricData: [] },
      "MissingRequiredParameterException: The parameter MetricData ",
    ],
    [
      "1001 data",
      { Namespace: "A", MetricData: Array.from({ length: 1001 }, () => datum) },
      "InvalidParameterValueException: The collection MetricData",
    ],
    [
      "entities",
      { Namespace: "A", EntityMetricData: [{}] },
      "NotImplemented: The lab's CloudWatch does not implement EntityMetricData.",
    ],
  ])("%s", async (_, input, message) => {
    expect(await new Harness().refusal("PutMetricData", input)).toContain(message);
  });

  test.each<[string, object, string]>([
    [
      "no name",
      { MetricName: undefined },
      "MissingRequiredParameterException: The parameter MetricData.member.1.MetricName",
    ],
    ["a long name", { MetricName: long }, "InvalidParameterValueException"],
    ["no value", { Value: undefined }, "MissingRequiredParameterException"],
    ["two kinds of value", { Values: [1] }, "InvalidParameterCombinationException"],
    [
      "NaN",
      { Value: NaN },
      "InvalidParameterValueException: The value NaN for parameter MetricData.member.1.Value",
    ],
    ["infinity", { Value: Infinity }, "InvalidParameterValueException"],
    ["beyond 2^360", { Value: 2 ** 361 }, "InvalidParameterValueException"],
    [
      "151 values",
      { Value: undefined, Values: Array.from({ length: 151 }, (_, i) => i) },
      "InvalidParameterValueException",
    ],
    [
      "counts of another size",
      { Value: undefined, Values: [1, 2], Counts: [1] },
      "InvalidParameterValueException",
    ],
    [
      "a negative count",
      { Value: undefined, Values: [1], Counts: [-1] },
      "InvalidParameterValueException",
    ],
    [
      "half a statistic set",
      { Value: undefined, StatisticValues: { SampleCount: 1, Sum: 1 } },
      "InvalidParameterValueException",
    ],
    [
      "a set upside down",
      { Value: undefined, StatisticValues: { SampleCount: 2, Sum: 3, Minimum: 2, Maximum: 1 } },
      "InvalidParameterValueException",
    ],
    ["a resolution of 30", { StorageResolution: 30 }, "InvalidParameterValueException"],
    ["an unknown unit", { Unit: "Parsecs" }, "InvalidParameterValueException"],
    ["31 dimensions", { Dimensions: names }, "InvalidParameterValueException"],
    [
      "a dimension without value",
      { Dimensions: [{ Name: "d", Value: "" }] },
      "InvalidParameterValueException",
    ],
    [
      "a dimension twice",
      {
        Dimensions: [
          { Name: "d", Value: "1" },
          { Name: "d", Value: "2" },
        ],
      },
      "InvalidParameterValueException",
    ],
    [
      "three weeks ago",
      { Timestamp: new Date(START - 21 * 86_400_000) },
      "InvalidParameterValueException",
    ],
    [
      "three hours ahead",
      { Timestamp: new Date(START + 3 * 3_600_000) },
      "InvalidParameterValueException",
    ],
  ])("%s", async (_, more, message) => {
    const lab = new Harness();
    const MetricData = [{ MetricName: "Errors", Value: 1, ...more }];
    expect(await lab.refusal("PutMetricData", { Namespace: "A", MetricData })).toContain(message);
  });

  test.each([
    ["two weeks ago", -14 * 86_400_000],
    ["two hours ahead", 2 * 3_600_000],
  ])("a millisecond more than %s", async (_, offsetMs) => {
    const lab = new Harness();
    await lab.put(1, START + offsetMs);
    const Timestamp = new Date(START + offsetMs + Math.sign(offsetMs));
    const MetricData = [{ MetricName: "Errors", Value: 1, Timestamp }];
    expect(await lab.refusal("PutMetricData", { Namespace: "A", MetricData })).toContain(
      "InvalidParameterValueException",
    );
  });

  test("all data of a call when one is wrong", async () => {
    const lab = new Harness();
    const MetricData = [
      { MetricName: "Errors", Value: 1 },
      { MetricName: "Errors", Value: NaN },
    ];
    await lab.refusal("PutMetricData", { Namespace: "Checkout", MetricData });
    expect((await statistics(lab)).Datapoints).toEqual([]);
  });
});

describe("statistics", () => {
  test("values, counted values and a statistic set add up", async () => {
    const lab = new Harness();
    await lab.put(4);
    await lab.put(0, START + 59_000, { Value: undefined, Values: [1, 10], Counts: [2, 1] });
    const StatisticValues = { SampleCount: 4, Sum: 20, Minimum: -1, Maximum: 9 };
    await lab.put(0, START, { Value: undefined, StatisticValues });
    expect(await statistics(lab)).toEqual({
      Label: "Errors",
      Datapoints: [
        {
          Timestamp: new Date(START),
          Unit: "None",
          SampleCount: 8,
          Sum: 36,
          Average: 4.5,
          Minimum: -1,
          Maximum: 10,
        },
      ],
    });
  });

  test("minutes become longer periods", async () => {
    const lab = new Harness();
    for (let minute = 0; minute < 10; minute++) await lab.put(minute, START + minute * MINUTE);
    const { Datapoints = [] } = await statistics(lab, { Period: 300 });
    expect(Datapoints.map(({ Sum }) => Sum)).toEqual([10, 35]);
  });

  test("a one-minute metric loses its seconds, a one-second metric keeps them", async () => {
    const lab = new Harness();
    const ten = { Period: 10, EndTime: new Date(START + MINUTE) };
    await lab.put(1, START + 25_000);
    expect((await statistics(lab, ten)).Datapoints).toMatchObject([{ Timestamp: new Date(START) }]);
    await lab.put(1, START + 25_000, { StorageResolution: 1 });
    expect((await statistics(lab, ten)).Datapoints).toMatchObject([
      { Timestamp: new Date(START) },
      { Timestamp: new Date(START + 20_000) },
    ]);
  });

  test("units are kept apart", async () => {
    const lab = new Harness();
    await lab.put(1, START, { Unit: "Count" });
    await lab.put(2, START, { Unit: "Seconds" });
    expect((await statistics(lab)).Datapoints).toMatchObject([
      { Unit: "Count", Sum: 1 },
      { Unit: "Seconds", Sum: 2 },
    ]);
    expect((await statistics(lab, { Unit: "Seconds" })).Datapoints).toMatchObject([{ Sum: 2 }]);
    expect((await statistics(lab, { Unit: "Bytes" })).Datapoints).toEqual([]);
  });

  test.each([
    ["p0", 1],
    ["p50", 50],
    ["p90", 90],
    ["p99", 99],
    ["p99.9", 100],
    ["p100", 100],
  ])("%s of 1 to 100 is %d", async (name, expected) => {
    const lab = new Harness();
    const Values = Array.from({ length: 100 }, (_, index) => 100 - index);
    await lab.put(0, START, { Value: undefined, Values });
    const { Datapoints } = await statistics(lab, {
      Statistics: undefined,
      ExtendedStatistics: [name],
    });
    expect(Datapoints).toMatchObject([{ ExtendedStatistics: { [name]: expected } }]);
  });

  test.each<[string, object, boolean]>([
    ["a set of different values", { SampleCount: 2, Sum: 3, Minimum: 1, Maximum: 2 }, false],
    ["a set of one value", { SampleCount: 3, Sum: 6, Minimum: 2, Maximum: 2 }, true],
    ["negative values", { SampleCount: 1, Sum: -2, Minimum: -2, Maximum: -2 }, false],
  ])("percentiles of %s: %s", async (_, StatisticValues, known) => {
    const lab = new Harness();
    await lab.put(0, START, { Value: undefined, StatisticValues });
    const { Datapoints = [] } = await statistics(lab, {
      Statistics: undefined,
      ExtendedStatistics: ["p50"],
    });
    expect(Datapoints[0]?.ExtendedStatistics !== undefined).toBe(known);
  });

  test("a busy minute's percentiles stay within 0.05 %", async () => {
    const lab = new Harness();
    const values = Array.from({ length: 50_000 }, (_, index) => 1 + index / 1000);
    const point = { namespace: "Checkout", metricName: "Errors", dimensions: {} };
    lab.cloudwatch.publish([{ ...point, timestampMs: START, values, counts: [] }]);
    const { Datapoints } = await statistics(lab, {
      Statistics: undefined,
      ExtendedStatistics: ["p99"],
    });
    const p99 = Datapoints?.[0]?.ExtendedStatistics?.["p99"] ?? 0;
    expect(Math.abs(p99 / 50.5 - 1)).toBeLessThan(0.0005);
  });

  test.each<[string, object, string]>([
    ["no statistic", { Statistics: [] }, "InvalidParameterCombinationException"],
    ["both kinds", { ExtendedStatistics: ["p99"] }, "InvalidParameterCombinationException"],
    ["an unknown one", { Statistics: ["Median"] }, "InvalidParameterValueException"],
    ["p101", { Statistics: [], ExtendedStatistics: ["p101"] }, "InvalidParameterValueException"],
    ["a trimmed mean", { Statistics: [], ExtendedStatistics: ["tm90"] }, "NotImplemented"],
    ["a period of 15", { Period: 15 }, "InvalidParameterValueException"],
    ["time backwards", { EndTime: new Date(START) }, "InvalidParameterValueException"],
    [
      "1441 points",
      { EndTime: new Date(START + 1441 * MINUTE) },
      "InvalidParameterCombinationException: You have requested up to 1441",
    ],
    ["no name", { MetricName: "" }, "MissingRequiredParameterException"],
  ])("GetMetricStatistics refuses %s", async (_, more, message) => {
    const lab = new Harness();
    const input = {
      Namespace: "Checkout",
      MetricName: "Errors",
      StartTime: new Date(START),
      EndTime: new Date(START + MINUTE),
      Period: 60,
      Statistics: ["Sum"],
      ...more,
    };
    expect(await lab.refusal("GetMetricStatistics", input)).toContain(message);
  });
});

async function filled(): Promise<Harness> {
  const lab = new Harness();
  for (const minute of [0, 1, 3]) await lab.put(minute + 1, START + minute * MINUTE);
  return lab;
}

const source = (Id: string, more: object = {}): object => ({
  Id,
  MetricStat: {
    Metric: { Namespace: "Checkout", MetricName: "Errors" },
    Period: 60,
    Stat: "Sum",
  },
  ...more,
});

describe("GetMetricData", () => {
  const range = { StartTime: new Date(START), EndTime: new Date(START + 5 * MINUTE) };

  test("the newest first, expressions beside metrics, hidden ones left out", async () => {
    const lab = await filled();
    const output = await lab.call<GetMetricDataOutput>("GetMetricData", {
      ...range,
      MetricDataQueries: [
        source("m1", { Label: "errors" }),
        source("hidden", { ReturnData: false }),
        { Id: "e1", Expression: "FILL(hidden, 0) * 2" },
      ],
    });
    expect(output).toMatchObject({
      MetricDataResults: [
        {
          Id: "m1",
          Label: "errors",
          StatusCode: "Complete",
          Timestamps: [3, 1, 0].map((minute) => new Date(START + minute * MINUTE)),
          Values: [4, 2, 1],
        },
        { Id: "e1", Label: "e1", Values: [0, 8, 0, 4, 2] },
      ],
    });
  });

  test("the oldest first when asked, and nothing else", async () => {
    const lab = await filled();
    const input = { ...range, MetricDataQueries: [source("m1")] };
    const output = await lab.call<GetMetricDataOutput>("GetMetricData", {
      ...input,
      ScanBy: "TimestampAscending",
    });
    expect(output.MetricDataResults?.[0]?.Values).toEqual([1, 2, 4]);
    expect(await lab.refusal("GetMetricData", { ...input, ScanBy: "Random" })).toContain(
      "ValidationError",
    );
  });

  test("an array answers one result for each of its series", async () => {
    const lab = await filled();
    const output = await lab.call<GetMetricDataOutput>("GetMetricData", {
      ...range,
      MetricDataQueries: [
        source("m1", { ReturnData: false }),
        { Id: "e1", Expression: "[m1, -m1]" },
      ],
    });
    expect(output.MetricDataResults?.map(({ Id, Values }) => [Id, Values])).toEqual([
      ["e1", [4, 2, 1]],
      ["e1", [-4, -2, -1]],
    ]);
  });

  test("takes a time zone for labels, and refuses what is none", async () => {
    const lab = await filled();
    const input = { ...range, MetricDataQueries: [source("m1")] };
    const refusal = (Timezone: string): Promise<string> =>
      lab.refusal("GetMetricData", { ...input, LabelOptions: { Timezone } });
    expect(await refusal("+0130")).toBe("no refusal");
    expect(await refusal("Berlin")).toContain("LabelOptions.Timezone");
  });

  test("a token that is none of ours is refused", async () => {
    const lab = await filled();
    const input = { ...range, MetricDataQueries: [source("m1")], NextToken: "x" };
    expect(await lab.refusal("GetMetricData", input)).toMatch(/^InvalidNextToken: /);
  });

  test("a page says which of its results go on", async () => {
    const lab = await filled();
    const output = await lab.call<GetMetricDataOutput>("GetMetricData", {
      ...range,
      MaxDatapoints: 4,
      MetricDataQueries: [source("m1"), { Id: "e1", Expression: "m1 + 1" }],
    });
    expect(output.MetricDataResults?.map(({ StatusCode }) => StatusCode)).toEqual([
      "Complete",
      "PartialData",
    ]);
    expect(output.NextToken).toBeDefined();
  });

  test("pages of two datapoints give the same as one page", async () => {
    const lab = await filled();
    const input = {
      ...range,
      ScanBy: "TimestampAscending",
      MetricDataQueries: [source("m1"), { Id: "e1", Expression: "m1 + 1" }],
    };
    const seen: Record<string, number[]> = { m1: [], e1: [] };
    let token: string | undefined;
    let pages = 0;
    do {
      const page: GetMetricDataOutput = await lab.call("GetMetricData", {
        ...input,
        MaxDatapoints: 2,
        NextToken: token,
      });
      for (const { Id = "", Values = [] } of page.MetricDataResults ?? [])
        seen[Id]?.push(...Values);
      token = page.NextToken;
      pages++;
    } while (token !== undefined);
    expect(pages).toBe(3);
    expect(seen).toEqual({ m1: [1, 2, 4], e1: [2, 3, 5] });
  });

  test.each<[string, readonly object[], string]>([
    ["no query", [], "ValidationError"],
    [
      "an upper-case id",
      [source("M1")],
      "ValidationError: The value M1 for parameter MetricDataQueries.member.1.Id is not matching",
    ],
    ["one id twice", [source("m1"), source("m1")], "ValidationError"],
    [
      "an unknown id",
      [{ Id: "e1", Expression: "m9" }],
      `ValidationError: Error in expression 'e1' [unknown id "m9"]`,
    ],
    [
      "an unknown function",
      [source("m1"), { Id: "e1", Expression: "BOGUS(m1)" }],
      "ValidationError: Error in expression 'e1' [unknown function BOGUS]",
    ],
    [
      "AWS's other functions",
      [source("m1"), { Id: "e1", Expression: "STDDEV(m1)" }],
      "NotImplemented: The lab's CloudWatch does not implement the function STDDEV (in e1).",
    ],
    ["SEARCH", [{ Id: "e1", Expression: "SEARCH(m1)" }], "ValidationError"],
    [
      "a function of text",
      [{ Id: "e1", Expression: `SEARCH('{Shop} m', 'Sum')` }],
      "NotImplemented: The lab's CloudWatch does not implement the function SEARCH (in e1).",
    ],
    ["Metrics Insights", [{ Id: "q1", Expression: "SELECT AVG(x) FROM y" }], "NotImplemented"],
    [
      "a cycle",
      [
        { Id: "e1", Expression: "e2", Period: 60 },
        { Id: "e2", Expression: "e1" },
      ],
      "it reads itself through e1 -> e2 -> e1",
    ],
    ["neither metric nor expression", [{ Id: "e1" }], "ValidationError"],
    ["nothing returned", [source("m1", { ReturnData: false })], "ValidationError"],
    ["another account", [source("m1", { AccountId: "111122223333" })], "NotImplemented"],
    ["a dynamic label", [source("m1", { Label: "${MAX}" })], "NotImplemented"],
    ["a constant without a period", [{ Id: "e1", Expression: "1" }], "ValidationError"],
  ])("refuses %s", async (_, MetricDataQueries, message) => {
    const lab = new Harness();
    expect(await lab.refusal("GetMetricData", { ...range, MetricDataQueries })).toContain(message);
  });
});

async function list(lab: Harness, input: object = {}): Promise<readonly string[]> {
  const { Metrics = [] } = await lab.call<ListMetricsOutput>("ListMetrics", input);
  return Metrics.map(({ MetricName, Dimensions = [] }) =>
    [MetricName, ...Dimensions.map(({ Name, Value }) => `${Name}=${Value}`)].join(" "),
  );
}

describe("ListMetrics", () => {
  test("filters by what is given", async () => {
    const lab = new Harness();
    await lab.put(1);
    await lab.put(1, START, { Dimensions: [{ Name: "slot", Value: "green" }] });
    await lab.put(1, START, {
      MetricName: "Latency",
      Dimensions: [{ Name: "slot", Value: "blue" }],
    });
    expect(await list(lab)).toEqual(["Errors", "Errors slot=green", "Latency slot=blue"]);
    expect(await list(lab, { MetricName: "Errors" })).toHaveLength(2);
    expect(await list(lab, { Dimensions: [{ Name: "slot" }] })).toHaveLength(2);
    expect(await list(lab, { Dimensions: [{ Name: "slot", Value: "blue" }] })).toEqual([
      "Latency slot=blue",
    ]);
    expect(await list(lab, { Namespace: "Other" })).toEqual([]);
  });

  test("the order of dimensions makes no other metric", async () => {
    const lab = new Harness();
    const a = { Name: "a", Value: "1" };
    const b = { Name: "b", Value: "2" };
    await lab.put(1, START, { Dimensions: [a, b] });
    await lab.put(1, START, { Dimensions: [b, a] });
    expect(await list(lab)).toHaveLength(1);
  });

  test("RecentlyActive forgets after three hours, the list after two weeks", async () => {
    const lab = new Harness();
    await lab.put(1);
    await lab.clock.advance(3 * 3_600_000 - 1);
    expect(await list(lab, { RecentlyActive: "PT3H" })).toEqual(["Errors"]);
    await lab.clock.advance(1);
    expect(await list(lab, { RecentlyActive: "PT3H" })).toEqual([]);
    expect(await list(lab)).toEqual(["Errors"]);
    await lab.clock.advance(14 * 86_400_000);
    expect(await list(lab)).toEqual([]);
    expect(await lab.refusal("ListMetrics", { RecentlyActive: "PT1H" })).toContain(
      "InvalidParameterValueException",
    );
  });

  test("500 a page, each once", async () => {
    const lab = new Harness();
    for (let page = 0; page < 2; page++)
      await lab.call("PutMetricData", {
        Namespace: "Checkout",
        MetricData: Array.from({ length: 500 }, (_, i) => ({
          MetricName: `m${page * 500 + i}`,
          Value: 1,
        })),
      });
    await lab.put(1);
    const sizes: number[] = [];
    const names = new Set<string | undefined>();
    let NextToken: string | undefined;
    do {
      const page: ListMetricsOutput = await lab.call("ListMetrics", { NextToken });
      sizes.push(page.Metrics?.length ?? 0);
      for (const { MetricName } of page.Metrics ?? []) names.add(MetricName);
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    expect(sizes).toEqual([500, 500, 1]);
    expect(names.size).toBe(1001);
  });

  test.each(["OwningAccount", "IncludeLinkedAccounts"])("refuses %s loudly", async (parameter) => {
    const refusal = await new Harness().refusal("ListMetrics", { [parameter]: "111122223333" });
    expect(refusal).toBe(`NotImplemented: The lab's CloudWatch does not implement ${parameter}.`);
  });
});

describe("memory", () => {
  test("data older than three hours go, unless an alarm looks further back", async () => {
    const lab = new Harness();
    await lab.putAlarm("day", { MetricName: "Kept", Period: 3600, EvaluationPeriods: 24 });
    await lab.put(1);
    await lab.put(1, START, { MetricName: "Kept" });
    await lab.clock.advance(4 * 3_600_000);
    expect((await statistics(lab)).Datapoints).toEqual([]);
    expect((await statistics(lab, { MetricName: "Kept" })).Datapoints).toHaveLength(1);
  });
});

test("each datum is seen from its own time on, in whatever order they were announced", async () => {
  const lab = new Harness();
  for (const [value, seconds] of [
    [1, 90],
    [10, 30],
    [100, 60],
  ] as const)
    lab.cloudwatch.publish([
      {
        namespace: "Checkout",
        metricName: "Errors",
        dimensions: {},
        timestampMs: START,
        values: [value],
        counts: [],
        availableAtMs: START + seconds * 1000,
      },
    ]);
  const sums: (number | undefined)[] = [];
  for (let half = 0; half <= 3; half++) {
    sums.push((await statistics(lab)).Datapoints?.[0]?.Sum);
    await lab.clock.advance(30_000);
  }
  expect(sums).toEqual([undefined, 10, 110, 111]);
});
