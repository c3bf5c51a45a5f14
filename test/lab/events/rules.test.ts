/** Buses, rules, targets and tags, as their owners see them. */
import { beforeEach, describe, expect, test } from "vitest";
import { refusal } from "../fixture.ts";
import { eventRoom, FUNCTION, TOPIC } from "./room.ts";
import type { EventRoom } from "./room.ts";

const RULE_ARN = "arn:aws:events:us-east-1:000000000000:rule/orders";
const EventPattern = JSON.stringify({ source: ["shop"] });

let room: EventRoom;
let call: EventRoom["call"];

beforeEach(async () => {
  room = eventRoom();
  call = room.call;
  await call("PutRule", {
    Name: "orders",
    EventPattern,
    Description: "all orders",
    Tags: [{ Key: "a", Value: "1" }],
  });
});

describe("a rule", () => {
  test("is described as it was put", async () => {
    expect(await call("DescribeRule", { Name: "orders" })).toEqual({
      Name: "orders",
      Arn: RULE_ARN,
      EventPattern,
      State: "ENABLED",
      Description: "all orders",
      EventBusName: "default",
      CreatedBy: "000000000000",
    });
  });

  test("put again is replaced: what is left out is gone, its targets and tags stay", async () => {
    await call("PutTargets", { Rule: "orders", Targets: [{ Id: "1", Arn: FUNCTION }] });
    await call("PutRule", {
      Name: "orders",
      ScheduleExpression: "rate(5 minutes)",
      State: "DISABLED",
      Tags: [{ Key: "b", Value: "2" }],
    });
    const described = await call("DescribeRule", { Name: "orders" });
    expect(described).toMatchObject({ ScheduleExpression: "rate(5 minutes)", State: "DISABLED" });
    expect(described).toMatchObject({ EventPattern: undefined, Description: undefined });
    expect((await call("ListTargetsByRule", { Rule: "orders" })).Targets).toHaveLength(1);
    expect((await call("ListTagsForResource", { ResourceARN: RULE_ARN })).Tags).toEqual([
      { Key: "a", Value: "1" },
    ]);
  });

  test("is switched off and on", async () => {
    await call("DisableRule", { Name: "orders" });
    expect((await call("DescribeRule", { Name: "orders" })).State).toBe("DISABLED");
    await room.put({});
    await call("EnableRule", { Name: "orders" });
    expect((await call("DescribeRule", { Name: "orders" })).State).toBe("ENABLED");
  });

  test("is listed by name, page by page, and by its targets", async () => {
    await call("PutRule", { Name: "older", EventPattern });
    await call("PutRule", { Name: "refunds", EventPattern });
    await call("PutTargets", { Rule: "refunds", Targets: [{ Id: "1", Arn: TOPIC }] });
    const first = await call("ListRules", { NamePrefix: "o", Limit: 1 });
    expect(first).toMatchObject({ Rules: [{ Name: "older" }], NextToken: "1" });
    const second = await call("ListRules", { NamePrefix: "o", NextToken: first.NextToken });
    expect(second.Rules).toMatchObject([{ Name: "orders" }]);
    expect(second.NextToken).toBeUndefined();
    expect(await call("ListRuleNamesByTarget", { TargetArn: TOPIC })).toEqual({
      RuleNames: ["refunds"],
    });
  });

  test("with targets cannot be deleted; deleted twice is no error", async () => {
    await call("PutTargets", { Rule: "orders", Targets: [{ Id: "1", Arn: FUNCTION }] });
    expect((await refusal(call("DeleteRule", { Name: "orders" }))).message).toBe(
      "Rule can't be deleted since it has targets.",
    );
    await call("RemoveTargets", { Rule: "orders", Ids: ["1"] });
    await call("DeleteRule", { Name: "orders" });
    await call("DeleteRule", { Name: "orders" });
    expect(await refusal(call("DescribeRule", { Name: "orders" }))).toMatchObject({
      code: "ResourceNotFoundException",
      message: "Rule orders does not exist on EventBus default.",
    });
  });

  test("a bus takes 300 of them", async () => {
    for (let index = 1; index < 300; index++) {
      await call("PutRule", { Name: `rule-${index}`, EventPattern });
    }
    const { code } = await refusal(call("PutRule", { Name: "one-more", EventPattern }));
    expect(code).toBe("LimitExceededException");
  });

  test.each([
    [{ Name: "x" }, "ValidationException", "EventPattern or ScheduleExpression must be specified"],
    [{ Name: "a b", EventPattern }, "ValidationException", "at 'name'"],
    [{ Name: "x".repeat(65), EventPattern }, "ValidationException", "64"],
    [{ EventPattern }, "ValidationException", "at 'name'"],
    [{ Name: "x", EventPattern: "{" }, "InvalidEventPatternException", "not valid JSON"],
    [{ Name: "x", EventPattern: " ".repeat(4097) }, "ValidationException", "4096"],
    [{ Name: "x", EventPattern, State: "MAYBE" }, "ValidationException", "enum value set"],
    [
      { Name: "x", EventPattern, State: "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS" },
      "NotImplemented",
      "CLOUDTRAIL",
    ],
    [{ Name: "x", EventPattern, Description: "x".repeat(513) }, "ValidationException", "512"],
    [{ Name: "x", ScheduleExpression: "rate(1 minutes)" }, "ValidationException", "Schedule"],
    [{ Name: "x", ScheduleExpression: "at(2030-01-01T00:00:00)" }, "ValidationException", "Sched"],
    [{ Name: "x", ScheduleExpression: "cron(0 0 30 2 ? *)" }, "ValidationException", "Schedule"],
    [{ Name: "x", EventPattern, RoleArn: "arn:aws:iam::1:role/x" }, "NotImplemented", "RoleArn"],
    [
      { Name: "x", EventPattern, EventBusName: "none" },
      "ResourceNotFoundException",
      "Event bus none does not exist.",
    ],
  ])("PutRule %j: %s", async (input, code, message) => {
    const refused = await refusal(call("PutRule", input));
    expect(refused).toMatchObject({ code, message: expect.stringContaining(message) });
  });
});

describe("targets", () => {
  test("are listed as they were put, and replaced by id", async () => {
    const Targets = [
      { Id: "plain", Arn: FUNCTION },
      { Id: "constant", Arn: FUNCTION, Input: '{"a":1}' },
      { Id: "path", Arn: TOPIC, InputPath: "$.detail" },
      {
        Id: "template",
        Arn: TOPIC,
        InputTransformer: { InputPathsMap: { s: "$.detail.s" }, InputTemplate: '"<s>"' },
        RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 },
      },
    ];
    expect(await call("PutTargets", { Rule: "orders", Targets })).toEqual({
      FailedEntryCount: 0,
      FailedEntries: [],
    });
    expect(await call("ListTargetsByRule", { Rule: "orders" })).toEqual({ Targets });
    await call("PutTargets", { Rule: "orders", Targets: [{ Id: "constant", Arn: TOPIC }] });
    const listed = await call("ListTargetsByRule", { Rule: "orders" });
    expect(listed.Targets).toHaveLength(4);
    expect(listed.Targets).toContainEqual({ Id: "constant", Arn: TOPIC });
  });

  test("a rule has at most five; the sixth fails alone", async () => {
    const Targets = Array.from({ length: 6 }, (_, index) => ({ Id: String(index), Arn: FUNCTION }));
    expect(await call("PutTargets", { Rule: "orders", Targets })).toMatchObject({
      FailedEntryCount: 1,
      FailedEntries: [{ TargetId: "5", ErrorCode: "LimitExceededException" }],
    });
  });

  test("removing one that is not there is told", async () => {
    await call("PutTargets", { Rule: "orders", Targets: [{ Id: "1", Arn: FUNCTION }] });
    expect(await call("RemoveTargets", { Rule: "orders", Ids: ["1", "2"] })).toMatchObject({
      FailedEntryCount: 1,
      FailedEntries: [{ TargetId: "2", ErrorCode: "ResourceNotFoundException" }],
    });
    expect(await call("ListTargetsByRule", { Rule: "orders" })).toEqual({ Targets: [] });
  });

  test.each([
    [{ Id: "a b", Arn: FUNCTION }, "ValidationException", "id"],
    [{ Id: "1", Arn: "guard" }, "ValidationException", "not in correct format"],
    [{ Id: "1", Arn: FUNCTION.replace("us-east-1", "eu-west-1") }, "ValidationException", "region"],
    [{ Id: "1", Arn: "arn:aws:sqs:us-east-1:000000000000:q" }, "NotImplemented", "targets of sqs"],
    [{ Id: "1", Arn: FUNCTION, Input: "{" }, "ValidationException", "JSON syntax error"],
    [{ Id: "1", Arn: FUNCTION, Input: `"${"x".repeat(8192)}"` }, "ValidationException", "8192"],
    [{ Id: "1", Arn: FUNCTION, Input: "1", InputPath: "$" }, "ValidationException", "Only one of"],
    [{ Id: "1", Arn: FUNCTION, InputPath: "detail" }, "ValidationException", "JSONPath"],
    [
      { Id: "1", Arn: FUNCTION, InputTransformer: { InputTemplate: "plain" } },
      "ValidationException",
      "neither JSON",
    ],
    [{ Id: "1", Arn: FUNCTION, RoleArn: "arn:aws:iam::1:role/x" }, "NotImplemented", "RoleArn"],
    [{ Id: "1", Arn: FUNCTION, DeadLetterConfig: { Arn: "q" } }, "NotImplemented", "DeadLetter"],
    [{ Id: "1", Arn: FUNCTION, EcsParameters: {} }, "NotImplemented", "EcsParameters"],
    [
      { Id: "1", Arn: FUNCTION, RetryPolicy: { MaximumRetryAttempts: 186 } },
      "ValidationException",
      "between 0 and 185",
    ],
    [
      { Id: "1", Arn: FUNCTION, RetryPolicy: { MaximumEventAgeInSeconds: 59 } },
      "ValidationException",
      "between 60 and 86400",
    ],
  ])("%j: %s", async (target, code, message) => {
    const Targets = [{ Id: "good", Arn: FUNCTION }, target];
    const refused = await refusal(call("PutTargets", { Rule: "orders", Targets }));
    expect(refused).toMatchObject({ code, message: expect.stringContaining(message) });
    expect(await call("ListTargetsByRule", { Rule: "orders" })).toEqual({ Targets: [] });
  });

  test("need a rule", async () => {
    const Targets = [{ Id: "1", Arn: FUNCTION }];
    const { code } = await refusal(call("PutTargets", { Rule: "other", Targets }));
    expect(code).toBe("ResourceNotFoundException");
  });
});

describe("buses", () => {
  test("there is a default one; others come, hold rules of their own, and go", async () => {
    expect(await call("DescribeEventBus")).toMatchObject({
      Name: "default",
      Arn: "arn:aws:events:us-east-1:000000000000:event-bus/default",
    });
    const { EventBusArn } = await call("CreateEventBus", { Name: "shop", Description: "orders" });
    expect((await call("ListEventBuses", { NamePrefix: "s" })).EventBuses).toMatchObject([
      { Name: "shop", Arn: EventBusArn, Description: "orders" },
    ]);
    const { RuleArn } = await call("PutRule", {
      Name: "orders",
      EventPattern,
      EventBusName: EventBusArn,
    });
    expect(RuleArn).toBe("arn:aws:events:us-east-1:000000000000:rule/shop/orders");
    expect((await refusal(call("DeleteEventBus", { Name: "shop" }))).message).toContain("rules");
    await call("DeleteRule", { Name: "orders", EventBusName: "shop" });
    await call("DeleteEventBus", { Name: "shop" });
    await call("DeleteEventBus", { Name: "shop" });
    expect((await call("ListEventBuses")).EventBuses).toHaveLength(1);
  });

  test.each([
    ["CreateEventBus", { Name: "default" }, "ResourceAlreadyExistsException"],
    ["CreateEventBus", { Name: "a/b" }, "ValidationException"],
    ["CreateEventBus", { Name: "x", KmsKeyIdentifier: "k" }, "NotImplemented"],
    ["DeleteEventBus", { Name: "default" }, "ValidationException"],
    ["DescribeEventBus", { Name: "none" }, "ResourceNotFoundException"],
  ])("%s %j: %s", async (operation, input, code) => {
    expect((await refusal(call(operation, input))).code).toBe(code);
  });

  test("schedules are the default bus's alone", async () => {
    await call("CreateEventBus", { Name: "shop" });
    const put = call("PutRule", {
      Name: "x",
      EventBusName: "shop",
      ScheduleExpression: "rate(5 minutes)",
    });
    expect((await refusal(put)).message).toBe(
      "ScheduleExpression is supported only on the default event bus.",
    );
  });
});

test("tags are set and taken away, of rules and of buses", async () => {
  await call("TagResource", { ResourceARN: RULE_ARN, Tags: [{ Key: "b", Value: "2" }] });
  await call("UntagResource", { ResourceARN: RULE_ARN, TagKeys: ["a"] });
  expect(await call("ListTagsForResource", { ResourceARN: RULE_ARN })).toEqual({
    Tags: [{ Key: "b", Value: "2" }],
  });
  const bus = "arn:aws:events:us-east-1:000000000000:event-bus/default";
  expect(await call("ListTagsForResource", { ResourceARN: bus })).toEqual({ Tags: [] });
  const { code } = await refusal(call("ListTagsForResource", { ResourceARN: `${bus}2` }));
  expect(code).toBe("ResourceNotFoundException");
});

describe("TestEventPattern", () => {
  const Event = JSON.stringify({
    id: "1",
    "detail-type": "Order",
    source: "shop",
    account: "000000000000",
    time: "2026-03-14T09:26:53Z",
    region: "us-east-1",
    resources: [],
  });
  test("says whether an event matches", async () => {
    expect(await call("TestEventPattern", { EventPattern, Event })).toEqual({ Result: true });
    const other = JSON.stringify({ source: ["bank"] });
    expect(await call("TestEventPattern", { EventPattern: other, Event })).toEqual({
      Result: false,
    });
  });
  test.each([
    [{ EventPattern: "{", Event }, "InvalidEventPatternException"],
    [{ EventPattern, Event: "{" }, "ValidationException"],
    [{ EventPattern, Event: '{"source":"shop"}' }, "ValidationException"],
  ])("%j: %s", async (input, code) => {
    expect((await refusal(call("TestEventPattern", input))).code).toBe(code);
  });
});

const of = (operation: string, input: Record<string, unknown>): readonly string[] =>
  room.events.resourcesOf(operation, input);

test("IAM is asked about rules and buses by their ARNs", () => {
  expect(of("PutRule", { Name: "orders" })).toEqual([RULE_ARN]);
  expect(of("PutTargets", { Rule: "orders", EventBusName: "shop" })).toEqual([
    "arn:aws:events:us-east-1:000000000000:rule/shop/orders",
  ]);
  expect(of("PutEvents", { Entries: [{}, { EventBusName: "shop" }] })).toEqual([
    "arn:aws:events:us-east-1:000000000000:event-bus/default",
    "arn:aws:events:us-east-1:000000000000:event-bus/shop",
  ]);
  expect(of("DescribeEventBus", { Name: "shop" })).toEqual([
    "arn:aws:events:us-east-1:000000000000:event-bus/shop",
  ]);
  expect(of("ListRules", {})).toEqual(["*"]);
});
