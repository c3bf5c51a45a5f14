/** Subscriptions of topics: functions, HTTP endpoints on this machine, and mail nobody reads. */
import { randomBytes, randomUUID } from "node:crypto";

import type * as Sdk from "@aws-sdk/client-sns";

import type { Clock } from "../../base/clock.ts";
import type { Call, Operation } from "../service.ts";
import { ACCOUNT_ID, AwsError } from "../service.ts";
import { notImplemented, refuseUnsupported } from "../supported.ts";
import { effectivePolicy } from "./deliveryPolicy.ts";
import { parseAttributes } from "./subscriptionAttributes.ts";
import { page } from "./topicOperations.ts";
import type { Protocol, Subscription, Topic } from "./topics.ts";
import { invalidParameter, isHttp, PROTOCOLS, required, topicNotFound } from "./topics.ts";

const PENDING = "PendingConfirmation";
/** "Confirmation tokens are valid for two days" (API reference, Subscribe). Nominal. */
const TOKEN_MS = 2 * 24 * 3_600_000;

export interface SubscriptionParts {
  readonly topics: Map<string, Topic>;
  readonly clock: Clock;
  /** Asks a pending HTTP endpoint for its confirmation. */
  confirm(topic: Topic, subscription: Subscription): void;
}

export function subscriptionOperations(parts: SubscriptionParts): Record<string, Operation> {
  const { topics } = parts;
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
    /**
     * A function of the account is subscribed at once; an HTTP endpoint or a mailbox first has to
     * confirm. Subscribing a pending endpoint again sends the question again, with a new token.
     */
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
      const settings = parseAttributes("Subscribe", protocol, input.Attributes ?? {});
      // The same endpoint twice is one subscription.
      const existing = [...topic.subscriptions.values()].find(
        (one) => one.protocol === protocol && one.endpoint === endpoint,
      );
      const subscription: Subscription = existing ?? {
        arn: `${topic.arn}:${randomUUID()}`,
        topicArn: topic.arn,
        protocol,
        endpoint,
        pending: undefined,
        ...settings,
      };
      topic.subscriptions.set(subscription.arn, subscription);
      if (protocol !== "lambda" && (!existing || existing.pending)) {
        const expiresAtMs = parts.clock.now() + TOKEN_MS;
        subscription.pending = { token: randomBytes(64).toString("hex"), expiresAtMs };
        if (isHttp(protocol)) parts.confirm(topic, subscription);
      }
      const shown = !subscription.pending || input.ReturnSubscriptionArn === true;
      return { SubscriptionArn: shown ? subscription.arn : "pending confirmation" };
    },

    ConfirmSubscription: (input: Sdk.ConfirmSubscriptionInput): Sdk.ConfirmSubscriptionResponse => {
      refuseUnsupported("ConfirmSubscription", input, [
        "TopicArn",
        "Token",
        "AuthenticateOnUnsubscribe",
      ]);
      if ((input.AuthenticateOnUnsubscribe ?? "false") !== "false") {
        throw notImplemented("ConfirmSubscription", "AuthenticateOnUnsubscribe");
      }
      const topic = topics.get(required(input.TopicArn, "TopicArn"));
      if (!topic) throw topicNotFound();
      const token = required(input.Token, "Token");
      const found = [...topic.subscriptions.values()].find(
        ({ pending, arn }) => pending?.token === token || topic.confirmed.get(token) === arn,
      );
      if (!found || (found.pending && found.pending.expiresAtMs < parts.clock.now())) {
        throw invalidParameter("Token");
      }
      found.pending = undefined;
      topic.confirmed.set(token, found.arn);
      return { SubscriptionArn: found.arn };
    },

    /** Unsubscribing what does not exist succeeds. */
    Unsubscribe: (input: Sdk.UnsubscribeInput): object => {
      const subscriptionArn = required(input.SubscriptionArn, "SubscriptionArn");
      for (const topic of topics.values()) {
        if (topic.subscriptions.delete(subscriptionArn)) topic.deletedSubscriptions++;
      }
      return {};
    },

    ListSubscriptions: (input: Sdk.ListSubscriptionsInput): Sdk.ListSubscriptionsResponse => {
      const all = [...topics.values()].flatMap(({ subscriptions }) =>
        Array.from(subscriptions.values()),
      );
      const { entries, rest } = page(all, input.NextToken);
      return { Subscriptions: entries.map(listed), ...rest };
    },

    ListSubscriptionsByTopic: (
      input: Sdk.ListSubscriptionsByTopicInput,
    ): Sdk.ListSubscriptionsByTopicResponse => {
      const topic = topics.get(required(input.TopicArn, "TopicArn"));
      if (!topic) throw topicNotFound();
      const { entries, rest } = page([...topic.subscriptions.values()], input.NextToken);
      return { Subscriptions: entries.map(listed), ...rest };
    },

    GetSubscriptionAttributes: (
      input: Sdk.GetSubscriptionAttributesInput,
      { principal }: Call,
    ): Sdk.GetSubscriptionAttributesResponse => {
      const { topic, subscription } = find(input.SubscriptionArn);
      return { Attributes: describe(topic, subscription, principal.arn) };
    },

    SetSubscriptionAttributes: (input: Sdk.SetSubscriptionAttributesInput): object => {
      const { subscription } = find(input.SubscriptionArn);
      const name = required(input.AttributeName, "AttributeName");
      const given = { [name]: input.AttributeValue ?? "" };
      const { protocol } = subscription;
      Object.assign(
        subscription,
        parseAttributes("SetSubscriptionAttributes", protocol, given, subscription),
      );
      return {};
    },
  };
}

function listed(subscription: Subscription): Sdk.Subscription {
  return {
    SubscriptionArn: subscription.pending ? PENDING : subscription.arn,
    Owner: ACCOUNT_ID,
    Protocol: subscription.protocol,
    Endpoint: subscription.endpoint,
    TopicArn: subscription.topicArn,
  };
}

function describe(
  topic: Topic,
  subscription: Subscription,
  principalArn: string,
): Record<string, string> {
  const { protocol, filter, delivery, pending } = subscription;
  const { retry, contentType } = effectivePolicy(topic.delivery, delivery);
  const policy = { healthyRetryPolicy: retry, requestPolicy: { headerContentType: contentType } };
  return {
    SubscriptionArn: subscription.arn,
    TopicArn: subscription.topicArn,
    Protocol: protocol,
    Endpoint: subscription.endpoint,
    Owner: ACCOUNT_ID,
    SubscriptionPrincipal: principalArn,
    PendingConfirmation: String(pending !== undefined),
    // Only a signed ConfirmSubscription would be; a function needs none.
    ConfirmationWasAuthenticated: String(protocol === "lambda"),
    RawMessageDelivery: String(subscription.rawDelivery),
    FilterPolicyScope: subscription.filterScope,
    ...(filter && { FilterPolicy: filter.text }),
    ...(delivery && { DeliveryPolicy: JSON.stringify(policy) }),
    ...(isHttp(protocol) && { EffectiveDeliveryPolicy: JSON.stringify(policy) }),
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
  if (isHttp(protocol)) {
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
