/** CloudWatch Logs: groups, streams and events, on a clock moved by hand. */
import { beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../../../base/clock.ts";
import { Logs } from "../../../lab/logs/logs.ts";
import type { LabCore } from "../../../lab/service.ts";

const NOW = Date.parse("2026-03-14T09:26:53.000Z");
const call = {
  principal: { kind: "user", arn: "arn:aws:iam::000000000000:user/lab" },
  requestId: "r",
} as const;
let clock: ManualClock;
let logs: Logs;

beforeEach(() => {
  clock = new ManualClock(NOW);
  const core: LabCore = {
    clock,
    id: "0",
    directory: "",
    endpoint: "",
    keeper: { spawn: () => expect.unreachable(), stop: () => Promise.resolve() },
    log: () => {},
  };
  logs = new Logs(core);
});

// oxlint-disable-next-line typescript/no-explicit-any -- answers of many shapes, read by tests.
async function request(operation: string, input: object): Promise<any> {
  return await logs.operations[operation]!(input, call);
}

const at = { logGroupName: "app", logStreamName: "s" };
const line = (message: string, timestampMs = NOW) => ({ message, timestampMs });
const messages = (answer: { events: { message: string }[] }) =>
  answer.events.map(({ message }) => message);

const put = (logEvents: object[]) => request("PutLogEvents", { ...at, logEvents });
const filter = (input: object) => request("FilterLogEvents", { logGroupName: "app", ...input });

test("a group lives from creation to deletion, and its errors are AWS's", async () => {
  await request("CreateLogGroup", { logGroupName: "app", tags: { team: "sre" } });
  await expect(request("CreateLogGroup", { logGroupName: "app" })).rejects.toMatchObject({
    code: "ResourceAlreadyExistsException",
  });
  await request("PutRetentionPolicy", { logGroupName: "app", retentionInDays: 7 });
  expect(await request("DescribeLogGroups", { logGroupNamePrefix: "a" })).toEqual({
    logGroups: [
      expect.objectContaining({
        logGroupName: "app",
        retentionInDays: 7,
        creationTime: NOW,
        arn: "arn:aws:logs:us-east-1:000000000000:log-group:app:*",
      }),
    ],
  });
  const resourceArn = "arn:aws:logs:us-east-1:000000000000:log-group:app";
  await request("TagResource", { resourceArn, tags: { a: "1" } });
  await request("UntagResource", { resourceArn, tagKeys: ["team"] });
  expect(await request("ListTagsForResource", { resourceArn })).toEqual({ tags: { a: "1" } });
  await request("DeleteLogGroup", { logGroupName: "app" });
  await expect(request("DeleteLogGroup", { logGroupName: "app" })).rejects.toMatchObject({
    code: "ResourceNotFoundException",
    message: "The specified log group does not exist.",
  });
});

test("what a service appends can be read, without group and stream made before", async () => {
  expect(logs.hasGroup("app")).toBe(false);
  logs.append("app", "s", [line("one"), line("two", NOW + 1)]);
  expect(logs.hasGroup("app")).toBe(true);
  expect(messages(await request("GetLogEvents", at))).toEqual(["one", "two"]);
  const { logStreams } = await request("DescribeLogStreams", { logGroupName: "app" });
  expect(logStreams).toEqual([
    expect.objectContaining({
      logStreamName: "s",
      firstEventTimestamp: NOW,
      lastEventTimestamp: NOW + 1,
    }),
  ]);
});

test("pages forwards and backwards; a token at an end gives itself back", async () => {
  logs.append(
    "app",
    "s",
    ["a", "b", "c", "d", "e"].map((text) => line(text)),
  );
  const first = await request("GetLogEvents", { ...at, limit: 2, startFromHead: true });
  expect(messages(first)).toEqual(["a", "b"]);
  const second = await request("GetLogEvents", {
    ...at,
    limit: 3,
    nextToken: first.nextForwardToken,
  });
  expect(messages(second)).toEqual(["c", "d", "e"]);
  const end = await request("GetLogEvents", { ...at, nextToken: second.nextForwardToken });
  expect(end).toMatchObject({ events: [], nextForwardToken: second.nextForwardToken });
  const last = await request("GetLogEvents", { ...at, limit: 2 });
  expect(messages(last)).toEqual(["d", "e"]);
  const back = await request("GetLogEvents", {
    ...at,
    limit: 9,
    nextToken: last.nextBackwardToken,
  });
  expect(messages(back)).toEqual(["a", "b", "c"]);
});

describe("PutLogEvents", () => {
  beforeEach(async () => {
    await request("CreateLogGroup", { logGroupName: "app" });
    await request("CreateLogStream", at);
  });

  test("takes what is of age and says what is not", async () => {
    const day = 86_400_000;
    expect(await put([{ message: "old", timestamp: NOW - 15 * day }])).toMatchObject({
      rejectedLogEventsInfo: { tooOldLogEventEndIndex: 1 },
    });
    const answer = await put([
      { message: "now", timestamp: NOW },
      { message: "new", timestamp: NOW + 3 * 3_600_000 },
    ]);
    expect(answer).toMatchObject({ rejectedLogEventsInfo: { tooNewLogEventStartIndex: 1 } });
    expect(messages(await request("GetLogEvents", at))).toEqual(["now"]);
  });

  test("says what the group's retention has already forgotten", async () => {
    await request("PutRetentionPolicy", { logGroupName: "app", retentionInDays: 1 });
    const answer = await put([
      { message: "expired", timestamp: NOW - 86_400_001 },
      { message: "kept", timestamp: NOW - 86_400_000 },
    ]);
    expect(answer).toMatchObject({ rejectedLogEventsInfo: { expiredLogEventEndIndex: 1 } });
    expect(messages(await request("GetLogEvents", at))).toEqual(["kept"]);
  });

  test.each([
    ["an empty batch", []],
    [
      "more than 10,000 events",
      Array.from({ length: 10_001 }, () => ({ message: "a", timestamp: NOW })),
    ],
    ["an empty message", [{ message: "", timestamp: NOW }]],
    [
      "events out of order",
      [
        { message: "b", timestamp: NOW },
        { message: "a", timestamp: NOW - 1 },
      ],
    ],
    [
      "a batch over a day",
      [
        { message: "a", timestamp: NOW - 86_400_001 },
        { message: "b", timestamp: NOW },
      ],
    ],
    ["a batch over 1 MB", [{ message: "x".repeat(1_048_577), timestamp: NOW }]],
  ])("refuses %s", async (_, events) => {
    await expect(put(events)).rejects.toMatchObject({ code: "InvalidParameterException" });
  });

  test("needs a stream", async () => {
    const missing = { ...at, logStreamName: "x", logEvents: [{ message: "a", timestamp: NOW }] };
    await expect(request("PutLogEvents", missing)).rejects.toMatchObject({
      code: "ResourceNotFoundException",
      message: "The specified log stream does not exist.",
    });
  });
});

describe("FilterLogEvents", () => {
  beforeEach(() => {
    logs.append("app", "one", [line("GET /ok 200", NOW), line("GET /bad ERROR 500", NOW + 20)]);
    logs.append("app", "two", [line('said "so it goes" ERROR', NOW + 10)]);
  });

  test.each([
    ["", ["GET /ok 200", 'said "so it goes" ERROR', "GET /bad ERROR 500"]],
    ["ERROR", ['said "so it goes" ERROR', "GET /bad ERROR 500"]],
    ["ERROR GET", ["GET /bad ERROR 500"]],
    ['"so it"', ['said "so it goes" ERROR']],
    ["error", []],
    ["-ERROR", ["GET /ok 200"]],
    ["GET -ERROR", ["GET /ok 200"]],
    ["?500 ?goes", ['said "so it goes" ERROR', "GET /bad ERROR 500"]],
    ["?goes GET", ["GET /ok 200", "GET /bad ERROR 500"]],
    ['-"so it goes" ERROR', ["GET /bad ERROR 500"]],
  ])("pattern %s", async (filterPattern, expected) => {
    expect(messages(await filter({ filterPattern }))).toEqual(expected);
  });

  test.each(["[a, b]", "%5..%", "{ $.a = %5..% }", "{ $.a[*] = 1 }"])(
    "pattern %s is refused",
    async (filterPattern) => {
      await expect(filter({ filterPattern })).rejects.toMatchObject({ code: "NotImplemented" });
    },
  );

  test("by stream, by time, page by page", async () => {
    expect(messages(await filter({ logStreamNames: ["two"] }))).toHaveLength(1);
    expect(messages(await filter({ logStreamNamePrefix: "o" }))).toHaveLength(2);
    expect(messages(await filter({ startTime: NOW + 10, endTime: NOW + 20 }))).toHaveLength(1);
    const { nextToken } = await filter({ limit: 2 });
    const rest = await filter({ limit: 2, nextToken });
    expect(messages(rest)).toEqual(["GET /bad ERROR 500"]);
    expect(rest.nextToken).toBeUndefined();
  });
});

test("a page holds at most 1 MB, from the end that was asked for", async () => {
  for (const name of "abcd") logs.append("app", "s", [line(name + "x".repeat(400_000))]);
  const first = await request("GetLogEvents", { ...at, startFromHead: true });
  expect(messages(first).map(([letter]) => letter)).toEqual(["a", "b"]);
  const rest = await request("GetLogEvents", { ...at, nextToken: first.nextForwardToken });
  expect(messages(rest).map(([letter]) => letter)).toEqual(["c", "d"]);
  const last = await request("GetLogEvents", at);
  expect(messages(last).map(([letter]) => letter)).toEqual(["c", "d"]);
});

test("streams are listed by name, or by the time of their last event", async () => {
  const group = { logGroupName: "app" };
  logs.append("app", "a", [line("late", NOW + 20)]);
  logs.append("app", "c", [line("early", NOW)]);
  logs.append("app", "b", [line("between", NOW + 10)]);
  const names = async (input: object) => {
    const { logStreams } = await request("DescribeLogStreams", { ...group, ...input });
    return logStreams.map(({ logStreamName }: { logStreamName: string }) => logStreamName);
  };
  expect(await names({})).toEqual(["a", "b", "c"]);
  expect(await names({ orderBy: "LastEventTime", descending: true })).toEqual(["a", "b", "c"]);
  expect(await names({ orderBy: "LastEventTime" })).toEqual(["c", "b", "a"]);
  const both = names({ orderBy: "LastEventTime", logStreamNamePrefix: "a" });
  await expect(both).rejects.toMatchObject({ code: "InvalidParameterException" });
});

test("retention forgets by the lab's clock", async () => {
  logs.append("app", "s", [line("old")]);
  await request("PutRetentionPolicy", { logGroupName: "app", retentionInDays: 1 });
  await clock.advance(86_400_001);
  logs.append("app", "s", [line("new", clock.now())]);
  expect(messages(await request("GetLogEvents", at))).toEqual(["new"]);
  await expect(
    request("PutRetentionPolicy", { logGroupName: "app", retentionInDays: 2 }),
  ).rejects.toMatchObject({ code: "InvalidParameterException" });
});

test("memory is bounded: a chatty stream loses its oldest lines, a group its idlest streams", async () => {
  const big = "x".repeat(100_000);
  for (let i = 0; i < 30; i++) logs.append("app", "s", [line(`${i} ${big}`)]);
  const oldest = await request("GetLogEvents", { ...at, startFromHead: true, limit: 1 });
  expect(Number.parseInt(messages(oldest)[0] ?? "", 10)).toBeGreaterThan(9);
  const newest = await request("GetLogEvents", { ...at, limit: 1 });
  expect(messages(newest)[0]).toMatch(/^29 /);
  for (let i = 0; i < 300; i++) logs.append("many", `stream-${i}`, [line("a")]);
  const missing = { logGroupName: "many", logStreamName: "stream-0" };
  await expect(request("GetLogEvents", missing)).rejects.toMatchObject({
    code: "ResourceNotFoundException",
  });
  const kept = { logGroupName: "many", logStreamName: "stream-299" };
  expect(messages(await request("GetLogEvents", kept))).toEqual(["a"]);
});

test.each([
  ["PutLogEvents", at, "arn:aws:logs:us-east-1:000000000000:log-group:app:log-stream:s"],
  [
    "CreateLogGroup",
    { logGroupName: "app" },
    "arn:aws:logs:us-east-1:000000000000:log-group:app:*",
  ],
  ["DescribeLogGroups", {}, "*"],
])("IAM sees %s on its resource", (operation, input, resource) => {
  expect(logs.resourcesOf(operation, input)).toEqual([resource]);
});

test.each([
  ["CreateLogGroup", { logGroupName: "a b" }, "InvalidParameterException"],
  ["CreateLogGroup", { logGroupName: "a", kmsKeyId: "k" }, "NotImplemented"],
  ["CreateLogGroup", { logGroupName: "a", logGroupClass: "DELIVERY" }, "NotImplemented"],
  ["DescribeLogGroups", { limit: 51 }, "InvalidParameterException"],
  ["DescribeLogGroups", { logGroupIdentifiers: ["a"] }, "NotImplemented"],
])("%s refuses %j", async (operation, input, code) => {
  await expect(request(operation, input)).rejects.toMatchObject({ code });
});
