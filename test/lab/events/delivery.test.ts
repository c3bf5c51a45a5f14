/** Events from PutEvents or the clock to targets: what arrives, when, and what is counted. */
import { beforeEach, describe, expect, test } from "vitest";
import { refusal } from "../fixture.ts";
import { eventRoom, FUNCTION, START, TOPIC } from "./room.ts";
import type { EventRoom } from "./room.ts";

const RULE_ARN = "arn:aws:events:us-east-1:000000000000:rule/orders";
const THROTTLED = { ok: false, error: "TooManyRequestsException: rate exceeded" } as const;
const MINUTE_MS = 60_000;

let room: EventRoom;

async function rule(input: object, ...targets: object[]): Promise<void> {
  await room.call("PutRule", { Name: "orders", ...input });
  await room.call("PutTargets", { Rule: "orders", Targets: targets });
}
const orders = { EventPattern: JSON.stringify({ source: ["shop"] }) };
const payloads = (): unknown[] => room.arrivals.map(({ payload }) => payload);
const times = (): string[] => room.arrivals.map(({ at }) => at.slice(11, 19));

beforeEach(() => {
  room = eventRoom();
});

describe("an event", () => {
  test("arrives whole, in the name of the rule", async () => {
    await rule(orders, { Id: "1", Arn: FUNCTION });
    await room.put(
      { id: 7 },
      { Resources: ["arn:aws:x"], Time: new Date("2026-01-02T03:04:05.6Z") },
    );
    expect(room.arrivals).toEqual([
      {
        target: FUNCTION,
        at: "2026-03-14T09:26:53.000Z",
        source: {
          principal: "events.amazonaws.com",
          sourceArn: RULE_ARN,
          sourceAccount: "000000000000",
        },
        payload: {
          version: "0",
          id: expect.stringMatching(/^[0-9a-f-]{36}$/),
          "detail-type": "Order",
          source: "shop",
          account: "000000000000",
          time: "2026-01-02T03:04:05Z",
          region: "us-east-1",
          resources: ["arn:aws:x"],
          detail: { id: 7 },
        },
      },
    ]);
  });

  test("reaches each target in its own form; a topic gets text", async () => {
    await rule(
      orders,
      { Id: "1", Arn: TOPIC },
      { Id: "2", Arn: FUNCTION, Input: '{"a": 1}' },
      { Id: "3", Arn: FUNCTION, InputPath: "$.detail.id" },
      {
        Id: "4",
        Arn: TOPIC,
        InputTransformer: { InputPathsMap: { id: "$.detail.id" }, InputTemplate: '"order <id>"' },
      },
    );
    await room.put({ id: 7 });
    expect(payloads()).toEqual([
      expect.stringContaining('"detail":{"id":7}'),
      { a: 1 },
      7,
      '"order 7"',
    ]);
  });

  test("without what an InputPath asks for is not sent", async () => {
    await rule(orders, { Id: "1", Arn: FUNCTION, InputPath: "$.detail.id" });
    await room.put({});
    expect(room.arrivals).toEqual([]);
    expect(room.lines).toEqual([expect.stringContaining("nothing at the InputPath")]);
  });

  test("goes to enabled rules of its own bus that match", async () => {
    await rule(orders, { Id: "1", Arn: FUNCTION });
    await room.call("CreateEventBus", { Name: "other" });
    await room.put({}, { Source: "bank" });
    await room.put({}, { EventBusName: "other" });
    await room.put({}, { EventBusName: "none" });
    await room.call("DisableRule", { Name: "orders" });
    await room.put({});
    expect(room.arrivals).toEqual([]);
    await room.call("EnableRule", { Name: "orders" });
    await room.put({});
    expect(room.arrivals).toHaveLength(1);
  });
});

const invalid = (member: string): object => ({
  ErrorCode: "InvalidArgument",
  ErrorMessage: `Parameter ${member} is not valid. Reason: ${member} is a required argument.`,
});

describe("PutEvents", () => {
  test("answers entry by entry", async () => {
    await rule(orders, { Id: "1", Arn: FUNCTION });
    const good = { Source: "shop", DetailType: "Order", Detail: "{}" };
    const answer = await room.call("PutEvents", {
      Entries: [
        good,
        { ...good, Source: undefined },
        { ...good, DetailType: "" },
        { ...good, Detail: undefined },
        { ...good, Detail: "{" },
        { ...good, Detail: "[]" },
        { ...good, Source: "aws.cloudwatch" },
      ],
    });
    await room.events.settled();
    expect(answer).toEqual({
      FailedEntryCount: 6,
      Entries: [
        { EventId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
        invalid("Source"),
        invalid("DetailType"),
        invalid("Detail"),
        { ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed." },
        { ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed." },
        {
          ErrorCode: "NotAuthorizedForSourceException",
          ErrorMessage: "Not authorized for the source.",
        },
      ],
    });
    expect(room.arrivals).toHaveLength(1);
  });

  const entry = { Source: "s", DetailType: "d", Detail: "{}" };
  test.each([
    [{ Entries: [] }, "ValidationException"],
    [{ Entries: Array.from({ length: 11 }, () => entry) }, "ValidationException"],
    [{ Entries: [{ ...entry, Detail: `"${"x".repeat(1_048_576)}"` }] }, "ValidationException"],
    [{ Entries: [{ ...entry, TraceHeader: "x" }] }, "NotImplemented"],
    [{ Entries: [entry], EndpointId: "x" }, "NotImplemented"],
  ])("case %#: %s", async (input, code) => {
    expect((await refusal(room.call("PutEvents", input))).code).toBe(code);
  });
});

test("another service of the lab puts events as anybody does", async () => {
  await rule({ EventPattern: JSON.stringify({ source: ["lambda"] }) }, { Id: "1", Arn: FUNCTION });
  const event = { source: "lambda", detailType: "Result", detail: '{"a":1}', resources: ["r"] };
  const bus = "arn:aws:events:us-east-1:000000000000:event-bus/default";
  expect(room.events.put(bus, event)).toEqual({ ok: true });
  await room.events.settled();
  expect(payloads()).toMatchObject([
    { "detail-type": "Result", resources: ["r"], detail: { a: 1 } },
  ]);
  expect(room.events.put(bus, { ...event, detail: "{" })).toEqual({
    ok: false,
    error: "MalformedDetail: Detail is malformed.",
  });
});

describe("a target that throttles", () => {
  test("is tried again with growing waits until it takes the event", async () => {
    await rule(orders, { Id: "1", Arn: FUNCTION });
    room.outcomes.splice(0, 1, THROTTLED, THROTTLED, THROTTLED, { ok: true });
    await room.put({});
    await room.clock.advance(10 * MINUTE_MS);
    expect(times()).toEqual(["09:26:53", "09:26:54", "09:26:56", "09:27:00"]);
    expect(room.lines).toEqual([]);
  });

  test("is tried 186 times within a day by default", async () => {
    await rule(orders, { Id: "1", Arn: FUNCTION });
    room.outcomes.splice(0, 1, THROTTLED);
    await room.put({});
    await room.clock.advance(48 * 3_600_000);
    expect(room.arrivals).toHaveLength(186);
    const spentMs = Date.parse(room.arrivals.at(-1)?.at ?? "") - Date.parse(START);
    expect(spentMs).toBeGreaterThan(23 * 3_600_000);
    expect(spentMs).toBeLessThanOrEqual(24 * 3_600_000);
    expect(room.lines).toEqual([expect.stringContaining("TooManyRequestsException")]);
  });

  test.each([
    [{ MaximumRetryAttempts: 0 }, 1],
    [{ MaximumRetryAttempts: 2 }, 3],
    // Retries come 1, 3, 7, 15 and 31 seconds after; the next one would be after 63.
    [{ MaximumEventAgeInSeconds: 60 }, 6],
  ])("is given up as %j says", async (RetryPolicy, attempts) => {
    await rule(orders, { Id: "1", Arn: FUNCTION, RetryPolicy });
    room.outcomes.splice(0, 1, THROTTLED);
    await room.put({});
    await room.clock.advance(24 * 3_600_000);
    expect(room.arrivals).toHaveLength(attempts);
  });

  test("a stopped lab tries no more", async () => {
    await rule(orders, { Id: "1", Arn: FUNCTION });
    room.outcomes.splice(0, 1, THROTTLED);
    await room.put({});
    await room.events.stop();
    await room.clock.advance(24 * 3_600_000);
    expect(room.arrivals).toHaveLength(1);
  });
});

test.each(["AccessDeniedException: no", "ResourceNotFoundException: gone", "Topic does not exist"])(
  "'%s' is not worth a retry",
  async (error) => {
    await rule(orders, { Id: "1", Arn: FUNCTION });
    room.outcomes.splice(0, 1, { ok: false, error });
    await room.put({});
    await room.clock.advance(24 * 3_600_000);
    expect(room.arrivals).toHaveLength(1);
    expect(room.lines).toEqual([`events: rule orders did not reach ${FUNCTION}: ${error}`]);
  },
);

describe("by the clock", () => {
  test("a rate runs a period after the rule was made, and every period after that", async () => {
    await rule({ ScheduleExpression: "rate(5 minutes)" }, { Id: "1", Arn: FUNCTION });
    await room.clock.advance(12 * MINUTE_MS);
    expect(times()).toEqual(["09:31:53", "09:36:53"]);
    expect(payloads()[0]).toMatchObject({
      source: "aws.events",
      "detail-type": "Scheduled Event",
      time: "2026-03-14T09:31:53Z",
      resources: [RULE_ARN],
      detail: {},
    });
  });

  test("a cron runs at its minute in UTC", async () => {
    await rule({ ScheduleExpression: "cron(0/30 9-10 * * ? *)" }, { Id: "1", Arn: FUNCTION });
    await room.clock.advance(24 * 3_600_000);
    expect(times()).toEqual(["09:30:00", "10:00:00", "10:30:00", "09:00:00"]);
  });

  test("its event is for the rule alone, whatever others match", async () => {
    await rule({ ScheduleExpression: "rate(1 minute)" }, { Id: "1", Arn: FUNCTION });
    await room.call("PutRule", { Name: "all", EventPattern: '{"source":[{"prefix":""}]}' });
    await room.call("PutTargets", { Rule: "all", Targets: [{ Id: "1", Arn: TOPIC }] });
    await room.clock.advance(MINUTE_MS);
    expect(room.arrivals.map(({ target }) => target)).toEqual([FUNCTION]);
  });

  test("a rule with a pattern as well comes with both", async () => {
    await rule({ ...orders, ScheduleExpression: "rate(1 minute)" }, { Id: "1", Arn: FUNCTION });
    await room.put({});
    await room.clock.advance(MINUTE_MS);
    expect(room.arrivals).toHaveLength(2);
  });

  test("a rule rests while disabled and keeps its beat, a new rate starts a new one", async () => {
    await rule({ ScheduleExpression: "rate(5 minutes)" }, { Id: "1", Arn: FUNCTION });
    await room.call("DisableRule", { Name: "orders" });
    await room.clock.advance(7 * MINUTE_MS);
    await room.call("EnableRule", { Name: "orders" });
    await room.clock.advance(4 * MINUTE_MS);
    expect(times()).toEqual(["09:36:53"]);
    await room.call("PutRule", { Name: "orders", ScheduleExpression: "rate(2 minutes)" });
    await room.clock.advance(4 * MINUTE_MS);
    expect(times()).toEqual(["09:36:53", "09:39:53", "09:41:53"]);
  });

  test("a deleted rule and a stopped lab are silent", async () => {
    await rule({ ScheduleExpression: "rate(1 minute)" }, { Id: "1", Arn: FUNCTION });
    await room.call("RemoveTargets", { Rule: "orders", Ids: ["1"] });
    await room.call("DeleteRule", { Name: "orders" });
    await rule({ ScheduleExpression: "rate(3 minutes)" }, { Id: "1", Arn: FUNCTION });
    await room.clock.advance(3 * MINUTE_MS);
    expect(room.arrivals).toHaveLength(1);
    await room.events.stop();
    await room.clock.advance(9 * MINUTE_MS);
    expect(room.arrivals).toHaveLength(1);
  });
});

const of = (metricName: string, sum: number, dimensions: object): object => ({
  metricName,
  sum,
  minute: "09:26",
  dimensions,
});

test("metrics count what happened in a minute, failures only where there are some", async () => {
  await room.call("CreateEventBus", { Name: "other" });
  await room.call("PutRule", { Name: "far", EventBusName: "other", ...orders });
  await rule(orders, { Id: "1", Arn: FUNCTION }, { Id: "2", Arn: TOPIC });
  await room.put({});
  await room.put({});
  await room.put({}, { EventBusName: "other" });
  room.outcomes.splice(
    0,
    1,
    THROTTLED,
    { ok: false, error: "AccessDeniedException" },
    { ok: true },
  );
  await room.put({});
  await room.clock.advance(MINUTE_MS);
  await room.clock.advance(MINUTE_MS);
  const counted = room.points.map(({ metricName, dimensions, timestampMs, values, counts }) => {
    const minute = new Date(timestampMs).toISOString().slice(11, 16);
    const sum = values.reduce((total, value, index) => total + value * (counts[index] ?? 0), 0);
    return { metricName, dimensions, minute, sum };
  });
  expect(counted).toEqual(
    expect.arrayContaining([
      of("MatchedEvents", 3, { RuleName: "orders" }),
      of("TriggeredRules", 3, { RuleName: "orders" }),
      of("MatchedEvents", 1, { EventBusName: "other", RuleName: "far" }),
      of("TriggeredRules", 1, { EventBusName: "other", RuleName: "far" }),
      // Of six, one was throttled first: its retry makes it no seventh.
      of("Invocations", 6, { RuleName: "orders" }),
      of("Invocations", 6, {}),
      of("FailedInvocations", 1, { RuleName: "orders" }),
    ]),
  );
  expect(counted).toHaveLength(7);
});
