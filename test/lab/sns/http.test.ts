/** HTTP endpoints: asked whether they want the subscription, then notified, with retries. */
import { beforeEach, describe, expect, test } from "vitest";
import { refusal, START_MS } from "../fixture.ts";
import { FUNCTION, SnsFixture, Subscriber, TOPIC as TopicArn } from "./fixture.ts";

let fixture: SnsFixture;
let subscriber: Subscriber;

beforeEach(async () => {
  fixture = await SnsFixture.start();
  subscriber = await Subscriber.start();
});

const subscribe = (Attributes = {}, more = {}) =>
  fixture.call("Subscribe", {
    TopicArn,
    Protocol: "http",
    Endpoint: subscriber.endpoint,
    Attributes,
    ...more,
  });

/** A confirmed subscription; what the endpoint got for it is forgotten. */
async function subscribed(Attributes = {}): Promise<string> {
  await subscribe(Attributes);
  await fixture.sns.settled();
  const { Token } = subscriber.message;
  const { SubscriptionArn } = await fixture.call("ConfirmSubscription", { TopicArn, Token });
  subscriber.received.length = 0;
  return SubscriptionArn;
}

const publish = () => fixture.sns.publish(TopicArn, { Subject: "s", Message: "m" });

describe("confirmation", () => {
  test("the endpoint is asked, and gets nothing else before it agrees", async () => {
    expect(await subscribe()).toEqual({ SubscriptionArn: "pending confirmation" });
    publish();
    await fixture.sns.settled();
    expect(subscriber.count).toBe(1);
    expect(subscriber.received[0]?.headers).toMatchObject({
      "x-amz-sns-message-type": "SubscriptionConfirmation",
      "x-amz-sns-topic-arn": TopicArn,
    });
    expect(subscriber.message).toMatchObject({
      Type: "SubscriptionConfirmation",
      TopicArn,
      Token: expect.stringMatching(/^[0-9a-f]{128}$/),
      Message: expect.stringMatching(/^You have chosen to subscribe to the topic .*\nTo confirm/),
      SubscribeURL: expect.stringMatching(
        /^http:\/\/127\.0\.0\.1:4599\/\?Action=ConfirmSubscription&TopicArn=.*&Token=/,
      ),
      Timestamp: new Date(START_MS).toISOString(),
    });
    expect(await fixture.call("ListSubscriptionsByTopic", { TopicArn })).toMatchObject({
      Subscriptions: [{ SubscriptionArn: "PendingConfirmation" }],
    });
    expect((await fixture.call("GetTopicAttributes", { TopicArn })).Attributes).toMatchObject({
      SubscriptionsPending: "1",
      SubscriptionsConfirmed: "0",
    });
  });

  test("the token confirms, also twice; the ARN was known before to who asked for it", async () => {
    const { SubscriptionArn } = await subscribe({}, { ReturnSubscriptionArn: true });
    await fixture.sns.settled();
    const { Token } = subscriber.message;
    for (const _ of [1, 2]) {
      expect(await fixture.call("ConfirmSubscription", { TopicArn, Token })).toEqual({
        SubscriptionArn,
      });
    }
    publish();
    await fixture.sns.settled();
    expect(subscriber.message).toMatchObject({ Type: "Notification", Message: "m" });
  });

  test("subscribing again asks again, with a token that replaces the first", async () => {
    await subscribe();
    await fixture.sns.settled();
    const first = subscriber.message["Token"];
    await subscribe();
    await fixture.sns.settled();
    expect(subscriber.count).toBe(2);
    const stale = fixture.call("ConfirmSubscription", { TopicArn, Token: first });
    expect((await refusal(stale)).message).toContain("Token");
  });

  test("a token lasts two days", async () => {
    await subscribe();
    await fixture.sns.settled();
    await fixture.clock.advance(2 * 24 * 3_600_000 + 1);
    const { Token } = subscriber.message;
    const late = fixture.call("ConfirmSubscription", { TopicArn, Token });
    expect((await refusal(late)).code).toBe("InvalidParameterException");
  });

  test("an endpoint that fails is asked again like any delivery", async () => {
    subscriber.statuses = [500];
    await subscribe();
    await retryPending(1);
    await fixture.clock.advance(20_000);
    await fixture.sns.settled();
    expect(subscriber.count).toBe(2);
  });
});

/** The answer has been read and the retry is on the clock. */
async function retryPending(count: number): Promise<void> {
  await expect.poll(() => fixture.clock.scheduled).toBe(count);
}

describe("notifications", () => {
  test("have the documented headers and envelope", async () => {
    const SubscriptionArn = await subscribed();
    const message = { TopicArn, Subject: "s", Message: "m" };
    const { MessageId } = await fixture.call("Publish", message);
    await fixture.sns.settled();
    expect(subscriber.received[0]?.headers).toMatchObject({
      "x-amz-sns-message-type": "Notification",
      "x-amz-sns-message-id": MessageId,
      "x-amz-sns-topic-arn": TopicArn,
      "x-amz-sns-subscription-arn": SubscriptionArn,
      "content-type": "text/plain; charset=UTF-8",
    });
    expect(subscriber.message).toMatchObject({
      Type: "Notification",
      MessageId,
      TopicArn,
      Subject: "s",
      Message: "m",
      Timestamp: new Date(START_MS).toISOString(),
      SignatureVersion: "1",
      UnsubscribeURL: expect.stringContaining("/?Action=Unsubscribe&SubscriptionArn="),
    });
  });

  test("raw delivery sends the message alone", async () => {
    await subscribed({ RawMessageDelivery: "true" });
    publish();
    await fixture.sns.settled();
    expect(subscriber.received).toMatchObject([
      { body: "m", headers: { "x-amz-sns-rawdelivery": "true" } },
    ]);
  });

  test("a server error is tried again every 20 nominal seconds, three times", async () => {
    await subscribed();
    subscriber.statuses = [503, 500, 429];
    publish();
    for (const count of [1, 2, 3]) {
      await expect.poll(() => subscriber.count).toBe(count);
      await retryPending(count);
      await fixture.clock.advance(19_999);
      expect(subscriber.count).toBe(count);
      await fixture.clock.advance(1);
    }
    await fixture.sns.settled();
    expect(subscriber.count).toBe(4);
    expect(fixture.core.lines).toEqual([]);
  });

  test("a delivery policy of the subscription sets its own phases and content type", async () => {
    const healthyRetryPolicy = {
      minDelayTarget: 5,
      maxDelayTarget: 5,
      numRetries: 2,
      numNoDelayRetries: 1,
    };
    const requestPolicy = { headerContentType: "application/json" };
    await subscribed({ DeliveryPolicy: JSON.stringify({ healthyRetryPolicy, requestPolicy }) });
    subscriber.statuses = [500, 500, 500];
    publish();
    await expect.poll(() => subscriber.count).toBe(2);
    await retryPending(1);
    await fixture.clock.advance(5000);
    await fixture.sns.settled();
    expect(subscriber.count).toBe(3);
    expect(subscriber.received[0]?.headers["content-type"]).toBe("application/json");
    expect(fixture.core.lines).toEqual([expect.stringMatching(/answered 500$/)]);
    expect(await fixture.metric("NumberOfNotificationsFailed")).toBe(1);
  });

  test("a client error is final, and one subscriber's failure is not another's", async () => {
    await subscribed();
    await fixture.call("Subscribe", { TopicArn, Protocol: "lambda", Endpoint: FUNCTION });
    subscriber.statuses = [404];
    publish();
    await fixture.sns.settled();
    expect(subscriber.count).toBe(1);
    expect(fixture.core.lines).toEqual([expect.stringMatching(/answered 404$/)]);
    expect(fixture.invocations).toHaveLength(1);
  });

  test("stopping ends the wait for a retry", async () => {
    await subscribed();
    subscriber.statuses = [503];
    publish();
    await expect.poll(() => subscriber.count).toBe(1);
    await fixture.sns.stop();
    expect(fixture.core.lines).toEqual([]);
  });
});
