/** Topics, who subscribes to them, and how a message fans out to functions. */
import { beforeEach, describe, expect, test } from "vitest";
import { Sns } from "../../../lab/sns/sns.ts";
import { callerOf, refusal, START_MS } from "../fixture.ts";
import { FUNCTION, SnsFixture, TOPIC as TopicArn } from "./fixture.ts";

let fixture: SnsFixture;
let sns: Sns;
let call: ReturnType<typeof callerOf>;

beforeEach(async () => {
  fixture = await SnsFixture.start();
  ({ sns, call } = fixture);
});

describe("topics", () => {
  test("creating a topic again returns it, unless it would differ", async () => {
    expect(await call("CreateTopic", { Name: "checkout-guard" })).toEqual({ TopicArn });
    const same = { Name: "checkout-guard", Tags: [{ Key: "a", Value: "1" }] };
    expect(await call("CreateTopic", same)).toEqual({ TopicArn });
    const otherTags = { Name: "checkout-guard", Tags: [{ Key: "a", Value: "2" }] };
    expect((await refusal(call("CreateTopic", otherTags))).message).toContain("different tags");
    const named = { Name: "checkout-guard", Attributes: { DisplayName: "Guard" } };
    expect((await refusal(call("CreateTopic", named))).message).toContain("different attributes");
    expect(await call("ListTopics")).toEqual({ Topics: [{ TopicArn }] });
  });

  test("attributes and tags are set and read back", async () => {
    await call("SetTopicAttributes", {
      TopicArn,
      AttributeName: "DisplayName",
      AttributeValue: "Guard",
    });
    expect((await call("GetTopicAttributes", { TopicArn })).Attributes).toMatchObject({
      TopicArn,
      Owner: "000000000000",
      DisplayName: "Guard",
      SubscriptionsConfirmed: "0",
      Policy: expect.stringContaining("__default_policy_ID"),
    });
    await call("TagResource", { ResourceArn: TopicArn, Tags: [{ Key: "b", Value: "2" }] });
    await call("UntagResource", { ResourceArn: TopicArn, TagKeys: ["a"] });
    expect(await call("ListTagsForResource", { ResourceArn: TopicArn })).toEqual({
      Tags: [{ Key: "b", Value: "2" }],
    });
  });

  test("a deleted topic is gone, and deleting it again is no error", async () => {
    await call("DeleteTopic", { TopicArn });
    await call("DeleteTopic", { TopicArn });
    expect((await refusal(call("GetTopicAttributes", { TopicArn }))).code).toBe(
      "NotFoundException",
    );
    expect(sns.publish(TopicArn, { Subject: "s", Message: "m" })).toEqual({
      ok: false,
      error: "NotFoundException: Topic does not exist",
    });
  });

  test.each([
    ["CreateTopic", { Name: "a b" }, "InvalidParameterException"],
    ["CreateTopic", { Name: "x", Attributes: { FifoTopic: "true" } }, "NotImplemented"],
    ["CreateTopic", { Name: "x", Attributes: { KmsMasterKeyId: "k" } }, "NotImplemented"],
    [
      "SetTopicAttributes",
      { TopicArn, AttributeName: "Policy", AttributeValue: "{}" },
      "InvalidParameterException",
    ],
    [
      "Subscribe",
      { TopicArn, Protocol: "carrier-pigeon", Endpoint: "x" },
      "InvalidParameterException",
    ],
    ["Subscribe", { TopicArn, Protocol: "sqs", Endpoint: "x" }, "NotImplemented"],
    ["Subscribe", { TopicArn, Protocol: "lambda", Endpoint: "x" }, "InvalidParameterException"],
    [
      "Subscribe",
      { TopicArn, Protocol: "http", Endpoint: "http://example.com/" },
      "InvalidParameterException",
    ],
    [
      "Subscribe",
      { TopicArn, Protocol: "https", Endpoint: "http://127.0.0.1/" },
      "InvalidParameterException",
    ],
    [
      "Subscribe",
      { TopicArn, Protocol: "http", Endpoint: "http://127.0.0.1.example.com/" },
      "InvalidParameterException",
    ],
    [
      "Subscribe",
      {
        TopicArn,
        Protocol: "lambda",
        Endpoint: FUNCTION,
        Attributes: { RedrivePolicy: '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:1:q"}' },
      },
      "NotImplemented",
    ],
    [
      "Subscribe",
      {
        TopicArn,
        Protocol: "lambda",
        Endpoint: FUNCTION,
        Attributes: { DeliveryPolicy: '{"healthyRetryPolicy":{"numRetries":1}}' },
      },
      "InvalidParameterException",
    ],
    [
      "Subscribe",
      {
        TopicArn,
        Protocol: "lambda",
        Endpoint: FUNCTION,
        Attributes: { RawMessageDelivery: "true" },
      },
      "InvalidParameterException",
    ],
    ["Publish", { TopicArn, Message: "" }, "InvalidParameterException"],
    ["Publish", { TopicArn, Message: "x".repeat(262_145) }, "InvalidParameterException"],
    ["Publish", { TopicArn, Message: "m", Subject: "two\nlines" }, "InvalidParameterException"],
    ["Publish", { TopicArn, Message: "{}", MessageStructure: "json" }, "InvalidParameterException"],
    ["Publish", { TopicArn, Message: "{", MessageStructure: "json" }, "InvalidParameterException"],
    ["Publish", { Message: "m" }, "InvalidParameterException"],
    ["Publish", { PhoneNumber: "+1", Message: "m" }, "NotImplemented"],
    ["Publish", { TopicArn: `${TopicArn}2`, Message: "m" }, "NotFoundException"],
    ["GetSubscriptionAttributes", { SubscriptionArn: `${TopicArn}:x` }, "NotFoundException"],
  ])("%s %j: %s", async (operation, input, code) => {
    expect((await refusal(call(operation, input))).code).toBe(code);
  });
});

describe("functions", () => {
  beforeEach(() => call("Subscribe", { TopicArn, Protocol: "lambda", Endpoint: FUNCTION }));

  test("a function gets the message as an event, invoked by the topic", async () => {
    const { MessageId } = await call("Publish", {
      TopicArn,
      Subject: "reverted",
      Message: "green to blue",
      MessageAttributes: { severity: { DataType: "String", StringValue: "high" } },
    });
    await sns.settled();
    expect(fixture.invocations).toMatchObject([
      {
        arn: FUNCTION,
        invoker: {
          principal: "sns.amazonaws.com",
          sourceArn: TopicArn,
          sourceAccount: "000000000000",
        },
        payload: {
          Records: [
            {
              EventSource: "aws:sns",
              EventVersion: "1.0",
              EventSubscriptionArn: expect.stringMatching(`^${TopicArn}:`),
              Sns: {
                Type: "Notification",
                MessageId,
                TopicArn,
                Subject: "reverted",
                Message: "green to blue",
                Timestamp: new Date(START_MS).toISOString(),
                MessageAttributes: { severity: { Type: "String", Value: "high" } },
              },
            },
          ],
        },
      },
    ]);
  });

  test("a refused invocation is the lab's to tell, not the publisher's", async () => {
    fixture.outcome = { ok: false, error: "not authorized" };
    expect(sns.publish(TopicArn, { Subject: "reverted", Message: "m" })).toEqual({ ok: true });
    await sns.settled();
    expect(fixture.core.lines).toEqual([
      expect.stringMatching(`did not reach ${FUNCTION}: not authorized$`),
    ]);
  });

  test("one endpoint is one subscription, listed until it is dropped", async () => {
    const again = await call("Subscribe", { TopicArn, Protocol: "lambda", Endpoint: FUNCTION });
    const { Subscriptions } = await call("ListSubscriptionsByTopic", { TopicArn });
    expect(Subscriptions).toMatchObject([
      { SubscriptionArn: again.SubscriptionArn, Protocol: "lambda", Endpoint: FUNCTION },
    ]);
    await call("Unsubscribe", again);
    await call("Publish", { TopicArn, Message: "m" });
    await sns.settled();
    expect(fixture.invocations).toEqual([]);
    expect((await call("GetTopicAttributes", { TopicArn })).Attributes.SubscriptionsDeleted).toBe(
      "1",
    );
  });

  test("each protocol can have its own text", async () => {
    const Message = JSON.stringify({ default: "for all", lambda: "for functions" });
    await call("Publish", { TopicArn, Message, MessageStructure: "json" });
    await sns.settled();
    expect(fixture.invocations[0]?.payload).toMatchObject({
      Records: [{ Sns: { Message: "for functions" } }],
    });
  });
});

const subscribe = (Attributes: object) =>
  call("Subscribe", { TopicArn, Protocol: "lambda", Endpoint: FUNCTION, Attributes });
const severity = (StringValue: string) => ({
  MessageAttributes: { severity: { DataType: "String", StringValue } },
});

describe("filters", () => {
  test("keep messages from a subscriber, and are counted by their reason", async () => {
    await subscribe({ FilterPolicy: JSON.stringify({ severity: ["high"] }) });
    await call("Publish", { TopicArn, Message: "seen", ...severity("high") });
    await call("Publish", { TopicArn, Message: "unseen", ...severity("low") });
    await call("Publish", { TopicArn, Message: "bare" });
    await sns.settled();
    expect(fixture.invocations).toHaveLength(1);
    expect(await fixture.metric("NumberOfMessagesPublished")).toBe(3);
    expect(await fixture.metric("NumberOfNotificationsDelivered")).toBe(1);
    const filteredOut = "NumberOfNotificationsFilteredOut";
    expect(await fixture.metric(filteredOut)).toBe(2);
    expect(await fixture.metric(`${filteredOut}-MessageAttributes`)).toBe(1);
    expect(await fixture.metric(`${filteredOut}-NoMessageAttributes`)).toBe(1);
    expect(fixture.points[0]).toMatchObject({
      namespace: "AWS/SNS",
      dimensions: { TopicName: "checkout-guard" },
      timestampMs: Date.parse("2026-03-14T09:26:00Z"),
      unit: "Count",
    });
  });

  test("look into the body where the scope says so, and are changed in place", async () => {
    const { SubscriptionArn } = await subscribe({});
    const set = (AttributeName: string, AttributeValue: string) =>
      call("SetSubscriptionAttributes", { SubscriptionArn, AttributeName, AttributeValue });
    await set("FilterPolicyScope", "MessageBody");
    await set("FilterPolicy", JSON.stringify({ detail: { state: ["ALARM"] } }));
    const { Attributes } = await call("GetSubscriptionAttributes", { SubscriptionArn });
    expect(Attributes).toMatchObject({
      FilterPolicyScope: "MessageBody",
      FilterPolicy: '{"detail":{"state":["ALARM"]}}',
    });
    const back = set("FilterPolicyScope", "MessageAttributes");
    expect((await refusal(back)).message).toContain("does not support nested");
    await call("Publish", { TopicArn, Message: '{"detail":{"state":"OK"}}' });
    await call("Publish", { TopicArn, Message: '{"detail":{"state":"ALARM"}}' });
    await call("Publish", { TopicArn, Message: "text" });
    await sns.settled();
    expect(fixture.invocations).toHaveLength(1);
    expect(await fixture.metric("NumberOfNotificationsFilteredOut-InvalidMessageBody")).toBe(1);
    await set("FilterPolicy", "");
    await call("Publish", { TopicArn, Message: "text" });
    await sns.settled();
    expect(fixture.invocations).toHaveLength(2);
  });
});

const batch = (...entries: object[]) =>
  call("PublishBatch", { TopicArn, PublishBatchRequestEntries: entries });

describe("batches", () => {
  test("each entry is accepted or refused on its own", async () => {
    await call("Subscribe", { TopicArn, Protocol: "lambda", Endpoint: FUNCTION });
    const answer = await batch({ Id: "a", Message: "one" }, { Id: "b", Message: "" });
    await sns.settled();
    expect(answer).toEqual({
      Successful: [{ Id: "a", MessageId: expect.stringMatching(/^[0-9a-f-]{36}$/) }],
      Failed: [
        {
          Id: "b",
          Code: "InvalidParameter",
          Message: "Invalid parameter: Empty message",
          SenderFault: true,
        },
      ],
    });
    expect(fixture.invocations).toHaveLength(1);
  });

  test.each<[string, object[]]>([
    ["EmptyBatchRequestException", []],
    [
      "TooManyEntriesInBatchRequestException",
      Array.from({ length: 11 }, (_, index) => ({ Id: `${index}`, Message: "m" })),
    ],
    [
      "BatchEntryIdsNotDistinctException",
      [
        { Id: "a", Message: "m" },
        { Id: "a", Message: "m" },
      ],
    ],
    ["InvalidBatchEntryIdException", [{ Id: "a b", Message: "m" }]],
    [
      "BatchRequestTooLongException",
      ["a", "b"].map((Id) => ({ Id, Message: "x".repeat(200_000) })),
    ],
  ])("%s", async (code, entries) => {
    expect((await refusal(batch(...entries))).code).toBe(code);
  });
});

const setPolicy = (statement: object) =>
  call("SetTopicAttributes", {
    TopicArn,
    AttributeName: "Policy",
    AttributeValue: JSON.stringify({
      Statement: [{ Action: "sns:Publish", Resource: TopicArn, ...statement }],
    }),
  });

describe("the topic's policy", () => {
  const alarm = "arn:aws:cloudwatch:us-east-1:000000000000:alarm:checkout-green";
  const publishAs = (principal: string) =>
    sns.publish(TopicArn, { Message: "m" }, { principal, sourceArn: alarm });

  test("says which services may publish", async () => {
    expect(publishAs("cloudwatch.amazonaws.com")).toEqual({ ok: true });
    expect(publishAs("events.amazonaws.com")).toMatchObject({ ok: false });
    await setPolicy({ Effect: "Allow", Principal: { Service: "events.amazonaws.com" } });
    expect(publishAs("events.amazonaws.com")).toEqual({ ok: true });
    expect(publishAs("cloudwatch.amazonaws.com")).toEqual({
      ok: false,
      error: expect.stringMatching(
        /^AuthorizationError: User: cloudwatch.amazonaws.com is not authorized to perform: SNS:Publish/,
      ),
    });
  });

  test("can deny a role what the role's own policies allow", async () => {
    const principal = {
      kind: "role",
      roleName: "guard",
      arn: "arn:aws:sts::000000000000:assumed-role/guard/x",
    } as const;
    const asRole = callerOf(sns, principal);
    const message = { TopicArn, Message: "m" };
    expect(await asRole("Publish", message)).toMatchObject({ MessageId: expect.any(String) });
    const AWS = "arn:aws:iam::000000000000:role/guard";
    await setPolicy({ Effect: "Deny", Principal: { AWS } });
    expect((await refusal(asRole("Publish", message))).code).toBe("AuthorizationErrorException");
  });

  test("is read back as set, and goes back to the default", async () => {
    await setPolicy({ Effect: "Allow", Principal: "*" });
    const policy = async () => (await call("GetTopicAttributes", { TopicArn })).Attributes.Policy;
    expect(await policy()).toContain('"Principal":"*"');
    await call("SetTopicAttributes", { TopicArn, AttributeName: "Policy", AttributeValue: "" });
    expect(await policy()).toContain("__default_policy_ID");
  });
});

const attribute = (DataType: string, more: object) => ({
  TopicArn,
  Message: "m",
  MessageAttributes: { a: { DataType, ...more } },
});

test("binary attributes arrive as base64, and numbers must be such", async () => {
  await call("Subscribe", { TopicArn, Protocol: "lambda", Endpoint: FUNCTION });
  await call("Publish", attribute("Binary", { BinaryValue: Buffer.from("hi") }));
  await sns.settled();
  expect(fixture.invocations[0]?.payload).toMatchObject({
    Records: [{ Sns: { MessageAttributes: { a: { Type: "Binary", Value: "aGk=" } } } }],
  });
  const wrong = call("Publish", attribute("Number", { StringValue: "many" }));
  expect((await refusal(wrong)).message).toContain("must use a valid number");
});

test("mail waits for a confirmation that never comes", async () => {
  const mail = { TopicArn, Protocol: "email", Endpoint: "sre@example.com" };
  expect(await call("Subscribe", mail)).toEqual({ SubscriptionArn: "pending confirmation" });
  const { SubscriptionArn } = await call("Subscribe", { ...mail, ReturnSubscriptionArn: true });
  expect((await call("GetSubscriptionAttributes", { SubscriptionArn })).Attributes).toMatchObject({
    PendingConfirmation: "true",
  });
  expect(await call("ListSubscriptionsByTopic", { TopicArn })).toMatchObject({
    Subscriptions: [{ SubscriptionArn: "PendingConfirmation" }],
  });
  await call("Publish", { TopicArn, Message: "m" });
  await sns.settled();
  expect(fixture.core.lines).toEqual([]);
});

test("calls act on the topic, also through a subscription", () => {
  expect(sns.resourcesOf("Publish", { TopicArn })).toEqual([TopicArn]);
  expect(sns.resourcesOf("CreateTopic", { Name: "checkout-guard" })).toEqual([TopicArn]);
  expect(sns.resourcesOf("Unsubscribe", { SubscriptionArn: `${TopicArn}:1-2` })).toEqual([
    TopicArn,
  ]);
  expect(sns.resourcesOf("ListTopics", {})).toEqual(["*"]);
});
