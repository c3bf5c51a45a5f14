/** The links in SNS's messages, followed as an endpoint follows them: by an unsigned GET. */
import { expect, test } from "vitest";
import { ServiceName } from "../../../lab/service.ts";
import { startServer } from "../wire/labServer.ts";
import { SnsFixture, Subscriber, TOPIC as TopicArn } from "./fixture.ts";

test("SubscribeURL confirms, UnsubscribeURL ends the subscription; nothing else goes unsigned", async () => {
  const fixture = await SnsFixture.start();
  const { endpoint } = await startServer({ [ServiceName.Sns]: { ...fixture.sns.operations } });
  const subscriber = await Subscriber.start();
  const follow = (link: string | undefined) => {
    const { search } = new URL(link ?? "");
    return fetch(`${endpoint}/${search}`);
  };

  const Endpoint = subscriber.endpoint;
  await fixture.call("Subscribe", { TopicArn, Protocol: "http", Endpoint });
  await fixture.sns.settled();
  const confirmed = await follow(subscriber.message["SubscribeURL"]);
  expect(confirmed.status).toBe(200);
  expect(await confirmed.text()).toMatch(
    /<ConfirmSubscriptionResult><SubscriptionArn>arn:aws:sns:.*<\/SubscriptionArn>/,
  );

  fixture.sns.publish(TopicArn, { Message: "m" });
  await fixture.sns.settled();
  expect((await follow(subscriber.message["UnsubscribeURL"])).status).toBe(200);
  expect(await fixture.call("ListSubscriptions")).toEqual({ Subscriptions: [] });

  const other = await fetch(`${endpoint}/?Action=ListTopics&Version=2010-03-31`);
  expect(other.status).toBe(403);
  const post = await fetch(`${endpoint}/?Action=Unsubscribe&Version=2010-03-31`, {
    method: "POST",
  });
  expect(post.status).toBe(403);
});
