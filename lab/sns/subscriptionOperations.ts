/** Subscriptions of topics: functions, HTTP endpoints on this machine, and mail nobody reads. */
import { randomUUID } from "node:crypto";

import type * as Sdk from "@aws-sdk/client-sns";

import type { Call, Operation } from "../service.ts";
import { ACCOUNT_ID, AwsError } from "../service.ts";
import { notImplemented, refuseUnsupported } from "../supported.ts";
import { page } from "./topicOperations.ts";
import type { Protocol, Subscription, Topic } from "./topics.ts";
import { invalidParameter, PROTOCOLS, required, topicNotFound } from "./topics.ts";

const PENDING = "PendingConfirmation";

export function subscriptionOperations(topics: Map<string, Topic>): Record<string, Operation> {
  const find = (
    subscriptionArn: string | undefined,
  ): { readonly topic: Topic; readonly subscription: Subscription } => {
    const wanted = required(subscriptionArn, "SubscriptionArn");
    for (const topic of topics.values()) {
      const subscription = topic.subscriptions.get(wanted);
      if (subscription) return { topic, subscription };
    }
    throw new AwsError("NotFoundException", "Subscription does not exist", 404);
  };
  return {
    Subscribe: (input: Sdk.SubscribeInput): Sdk.SubscribeResponse => {
      refuseUnsupported("Subscribe", input, [
        "TopicArn",
        "Protocol",
        "Endpoint",
        "Attributes",
        "ReturnSubscriptionArn",
      ]);
      const topic = topics.get(required(input.TopicArn, "TopicArn"));
      if (!topic) throw topicNotFound();
      const protocol = checkProtocol(required(input.Protocol, "Protocol"));
      const endpoint = checkEndpoint(protocol, required(input.Endpoint, "Endpoint"));
      const rawDelivery = rawDeliveryOf("Subscribe", protocol, input.Attributes ?? {});
      // The same endpoint twice is one subscription.
      const existing = [...topic.subscriptions.values()].find(
        (one) => one.protocol === protocol && one.endpoint === endpoint,
      );
      const subscription = existing ?? {
        arn: `${topic.arn}:${randomUUID()}`,
        topicArn: topic.arn,
        protocol,
        endpoint,
        // AWS asks an HTTP endpoint to confirm first. One on this machine is its owner's.
        confirmed: !protocol.startsWith("email"),
        rawDelivery,
      };
      topic.subscriptions.set(subscription.arn, subscription);
      const shown = subscription.confirmed || input.ReturnSubscriptionArn === true;
      return { SubscriptionArn: shown ? subscription.arn : "pending confirmation" };
    },

    /** Unsubscribing what does not exist succeeds. */
    Unsubscribe: (input: Sdk.UnsubscribeInput): object => {
      const subscriptionArn = required(input.SubscriptionArn, "SubscriptionArn");
      for (const topic of topics.values()) {
        if (topic.subscriptions.delete(subscriptionArn)) topic.deletedSubscriptions++;
      }
      return {};
    },

    ListSubscriptionsByTopic: (
      input: Sdk.ListSubscriptionsByTopicInput,
    ): Sdk.ListSubscriptionsByTopicResponse => {
      const topic = topics.get(required(input.TopicArn, "TopicArn"));
      if (!topic) throw topicNotFound();
      const { entries, rest } = page([...topic.subscriptions.values()], input.NextToken);
      const Subscriptions = entries.map((subscription) => ({
        SubscriptionArn: subscription.confirmed ? subscription.arn : PENDING,
        Owner: ACCOUNT_ID,
        Protocol: subscription.protocol,
        Endpoint: subscription.endpoint,
        TopicArn: topic.arn,
      }));
      return { Subscriptions, ...rest };
    },

    GetSubscriptionAttributes: (
      input: Sdk.GetSubscriptionAttributesInput,
      { principal }: Call,
    ): Sdk.GetSubscriptionAttributesResponse => {
      const { subscription } = find(input.SubscriptionArn);
      return {
        Attributes: {
          SubscriptionArn: subscription.arn,
          TopicArn: subscription.topicArn,
          Protocol: subscription.protocol,
          Endpoint: subscription.endpoint,
          Owner: ACCOUNT_ID,
          SubscriptionPrincipal: principal.arn,
          PendingConfirmation: String(!subscription.confirmed),
          ConfirmationWasAuthenticated: String(subscription.confirmed),
          RawMessageDelivery: String(subscription.rawDelivery),
        },
      };
    },

    SetSubscriptionAttributes: (input: Sdk.SetSubscriptionAttributesInput): object => {
      const { subscription } = find(input.SubscriptionArn);
      const name = required(input.AttributeName, "AttributeName");
      subscription.rawDelivery = rawDeliveryOf("SetSubscriptionAttributes", subscription.protocol, {
        [name]: input.AttributeValue ?? "",
      });
      return {};
    },
  };
}

function checkProtocol(text: string): Protocol {
  const protocol = PROTOCOLS.find((one) => one === text);
  if (protocol) return protocol;
  if (["sms", "sqs", "application", "firehose"].includes(text)) {
    throw notImplemented("Subscribe", `the protocol ${text}`);
  }
  throw invalidParameter(`Amazon SNS does not support this protocol string: ${text}`);
}

function checkEndpoint(protocol: Protocol, endpoint: string): string {
  if (protocol === "lambda" && !/^arn:aws:lambda:[^:]+:\d{12}:function:.+$/.test(endpoint)) {
    throw invalidParameter("Lambda endpoint ARN");
  }
  if (protocol.startsWith("email") && !/^[^@\s]+@[^@\s]+$/.test(endpoint)) {
    throw invalidParameter("Email address");
  }
  if (protocol === "http" || protocol === "https") {
    const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
    if (url?.protocol !== `${protocol}:`) {
      throw invalidParameter("Endpoint must match the specified protocol");
    }
    if (!["127.0.0.1", "localhost", "[::1]"].includes(url.hostname)) {
      throw invalidParameter(
        `Endpoint ${endpoint}: the lab delivers to this machine only (127.0.0.1, localhost, ::1)`,
      );
    }
  }
  return endpoint;
}

/** The one attribute the lab has behaviour for; filters and dead-letter queues are refused. */
function rawDeliveryOf(
  operation: string,
  protocol: Protocol,
  attributes: Readonly<Record<string, string>>,
): boolean {
  for (const name of Object.keys(attributes)) {
    if (name !== "RawMessageDelivery") {
      throw notImplemented(operation, `the subscription attribute ${name}`);
    }
  }
  const raw = (attributes["RawMessageDelivery"] ?? "false").toLowerCase() === "true";
  if (raw && !protocol.startsWith("http")) {
    throw invalidParameter(
      `Attributes Reason: RawMessageDelivery: Delivery protocol [${protocol}] does not support raw message delivery.`,
    );
  }
  return raw;
}
