/** Topics, who subscribes to them, and how a message reaches every subscriber that it can. */
import { createServer } from "node:http";
import type { IncomingHttpHeaders, Server } from "node:http";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Cancel } from "../../../base/clock.ts";
import { ManualClock } from "../../../base/clock.ts";
import { Sns } from "../../../lab/sns/sns.ts";
import type { TestCore } from "../fixture.ts";
import { callerOf, refusal, START_MS, testCore } from "../fixture.ts";

const TopicArn = "arn:aws:sns:us-east-1:000000000000:checkout-guard";
const FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:checkout-notify";

/** Says how many timers were set, so that a test knows when a retry waits for the clock. */
class CountingClock extends ManualClock {
  scheduled = 0;

  override schedule(nominalMs: number, callback: () => void | Promise<void>): Cancel {
    this.scheduled++;
    return super.schedule(nominalMs, callback);
  }
}

interface Invocation {
  readonly arn: string;
  readonly payload: unknown;
  readonly invoker: object;
}

let clock: CountingClock;
let core: TestCore;
let sns: Sns;
let call: ReturnType<typeof callerOf>;
let invocations: Invocation[];
let outcome: { ok: true } | { ok: false; error: string };

beforeEach(async () => {
  clock = new CountingClock(START_MS);
  core = testCore(clock);
  invocations = [];
  outcome = { ok: true };
  sns = new Sns(core, {
    invokeFunction: (arn, payload, invoker) => {
      invocations.push({ arn, payload, invoker });
      return Promise.resolve(outcome);
    },
  });
  call = callerOf(sns);
  await call("CreateTopic", { Name: "checkout-guard", Tags: [{ Key: "a", Value: "1" }] });
});
afterEach(() => sns.stop());

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
    expect(sns.publish(TopicArn, "s", "m")).toEqual({ ok: false, error: "Topic does not exist" });
  });

  test.each([
    ["CreateTopic", { Name: "a b" }, "InvalidParameterException"],
    ["CreateTopic", { Name: "x", Attributes: { FifoTopic: "true" } }, "NotImplemented"],
    [
      "SetTopicAttributes",
      { TopicArn, AttributeName: "Policy", AttributeValue: "{}" },
      "NotImplemented",
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
      { TopicArn, Protocol: "lambda", Endpoint: FUNCTION, Attributes: { FilterPolicy: "{}" } },
      "NotImplemented",
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
    expect(invocations).toMatchObject([
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
    outcome = { ok: false, error: "not authorized" };
    expect(sns.publish(TopicArn, "reverted", "m")).toEqual({ ok: true });
    await sns.settled();
    expect(core.lines).toEqual([
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
    expect(invocations).toEqual([]);
    expect((await call("GetTopicAttributes", { TopicArn })).Attributes.SubscriptionsDeleted).toBe(
      "1",
    );
  });

  test("each protocol can have its own text", async () => {
    const Message = JSON.stringify({ default: "for all", lambda: "for functions" });
    await call("Publish", { TopicArn, Message, MessageStructure: "json" });
    await sns.settled();
    expect(invocations[0]?.payload).toMatchObject({
      Records: [{ Sns: { Message: "for functions" } }],
    });
  });
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
  expect(core.lines).toEqual([]);
});

/** The answer has been read and the retry is on the clock. */
async function retryPending(count: number): Promise<void> {
  await expect.poll(() => clock.scheduled).toBe(count);
}

describe("HTTP endpoints", () => {
  let server: Server;
  let endpoint: string;
  let statuses: number[];
  let received: { headers: IncomingHttpHeaders; body: string }[];

  beforeEach(async () => {
    statuses = [];
    received = [];
    server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => {
        body += chunk.toString();
      });
      request.on("end", () => {
        received.push({ headers: request.headers, body });
        response.writeHead(statuses.shift() ?? 200).end();
      });
    });
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    const address = server.address();
    if (typeof address !== "object" || !address) throw new Error("no address");
    endpoint = `http://127.0.0.1:${address.port}/hook`;
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const subscribe = (Attributes = {}) =>
    call("Subscribe", { TopicArn, Protocol: "http", Endpoint: endpoint, Attributes });
  const attempts = async (count: number): Promise<void> => {
    await expect.poll(() => received.length).toBe(count);
  };

  test("a notification has the documented headers and envelope", async () => {
    const { SubscriptionArn } = await subscribe();
    const { MessageId } = await call("Publish", { TopicArn, Subject: "s", Message: "m" });
    await sns.settled();
    expect(received[0]?.headers).toMatchObject({
      "x-amz-sns-message-type": "Notification",
      "x-amz-sns-message-id": MessageId,
      "x-amz-sns-topic-arn": TopicArn,
      "x-amz-sns-subscription-arn": SubscriptionArn,
      "content-type": "text/plain; charset=UTF-8",
    });
    expect(JSON.parse(received[0]?.body ?? "")).toMatchObject({
      Type: "Notification",
      MessageId,
      TopicArn,
      Subject: "s",
      Message: "m",
      Timestamp: new Date(START_MS).toISOString(),
      SignatureVersion: "1",
    });
  });

  test("raw delivery sends the message alone", async () => {
    await subscribe({ RawMessageDelivery: "true" });
    sns.publish(TopicArn, "s", "just this");
    await sns.settled();
    expect(received).toMatchObject([
      { body: "just this", headers: { "x-amz-sns-rawdelivery": "true" } },
    ]);
  });

  test("a server error is tried again every 20 nominal seconds, three times", async () => {
    await subscribe();
    statuses = [503, 500, 429];
    sns.publish(TopicArn, "s", "m");
    for (const count of [1, 2, 3]) {
      await attempts(count);
      await retryPending(count);
      await core.clock.advance(19_999);
      expect(received).toHaveLength(count);
      await core.clock.advance(1);
    }
    await sns.settled();
    expect(received).toHaveLength(4);
    expect(core.lines).toEqual([]);
  });

  test("a client error is final, and one subscriber's failure is not another's", async () => {
    await subscribe();
    await call("Subscribe", { TopicArn, Protocol: "lambda", Endpoint: FUNCTION });
    statuses = [404];
    sns.publish(TopicArn, "s", "m");
    await sns.settled();
    expect(received).toHaveLength(1);
    expect(core.lines).toEqual([expect.stringMatching(/answered 404$/)]);
    expect(invocations).toHaveLength(1);
  });

  test("stopping ends the wait for a retry", async () => {
    await subscribe();
    statuses = [503];
    sns.publish(TopicArn, "s", "m");
    await attempts(1);
    await sns.stop();
    expect(core.lines).toEqual([]);
  });
});

test("calls act on the topic, also through a subscription", () => {
  expect(sns.resourcesOf("Publish", { TopicArn })).toEqual([TopicArn]);
  expect(sns.resourcesOf("CreateTopic", { Name: "checkout-guard" })).toEqual([TopicArn]);
  expect(sns.resourcesOf("Unsubscribe", { SubscriptionArn: `${TopicArn}:1-2` })).toEqual([
    TopicArn,
  ]);
  expect(sns.resourcesOf("ListTopics", {})).toEqual(["*"]);
});
