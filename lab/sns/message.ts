/** A message as it is published, and the documents in which it reaches its subscribers. */
import type * as Sdk from "@aws-sdk/client-sns";

import { REGION } from "../service.ts";
import type { Protocol, Subscription } from "./topics.ts";
import { invalidParameter } from "./topics.ts";

export interface Message {
  readonly id: string;
  readonly subject: string | undefined;
  /** What one protocol gets; `MessageStructure: json` gives each its own text. */
  textFor(protocol: Protocol): string;
  readonly attributes: Readonly<Record<string, { Type: string; Value: string }>>;
  /** Of the message and its attributes, in bytes. */
  readonly size: number;
  /** ISO 8601, nominal. */
  readonly timestamp: string;
}

/** A message and its attributes together (SNS quotas). */
export const LARGEST_BYTES = 262_144;

/** Throws InvalidParameter for what SNS refuses. */
export function parseMessage(input: Sdk.PublishInput, id: string, nowMs: number): Message {
  const text = input.Message ?? "";
  if (text === "") throw invalidParameter("Empty message");
  const attributes = parseAttributes(input.MessageAttributes ?? {});
  const size = sizeOf(text, attributes);
  if (size > LARGEST_BYTES) throw invalidParameter("Message too long");
  return {
    id,
    subject: checkSubject(input.Subject),
    textFor: texts(text, input.MessageStructure),
    attributes,
    size,
    timestamp: new Date(nowMs).toISOString(),
  };
}

/** An attribute's name, type and value count, too ("Amazon SNS message attributes"). */
function sizeOf(text: string, attributes: Message["attributes"]): number {
  return Object.entries(attributes).reduce(
    (sum, [name, { Type, Value }]) => sum + Buffer.byteLength(name + Type + Value),
    Buffer.byteLength(text),
  );
}

/** Up to 100 characters on one line. */
function checkSubject(subject: string | undefined): string | undefined {
  if (subject === undefined) return undefined;
  // oxlint-disable-next-line no-control-regex -- SNS refuses control characters.
  if (subject === "" || subject.length > 100 || /[\u0000-\u001f\u007f]/.test(subject)) {
    throw invalidParameter("Subject");
  }
  return subject;
}

function texts(text: string, structure: string | undefined): (protocol: Protocol) => string {
  if (structure === undefined) return () => text;
  if (structure !== "json") throw invalidParameter("MessageStructure");
  const byProtocol = parseStructure(text);
  const fallback = byProtocol["default"];
  if (fallback === undefined) {
    throw invalidParameter("Message Structure - No default entry in JSON message body");
  }
  return (protocol) => byProtocol[protocol] ?? fallback;
}

function parseStructure(text: string): Readonly<Record<string, string>> {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === "object" && parsed !== null) {
      const entries = Object.entries(parsed);
      return Object.fromEntries(entries.filter(([, value]) => typeof value === "string"));
    }
  } catch {
    // Answered below, as any text that is no object.
  }
  throw invalidParameter("Message Structure - JSON message body failed to parse");
}

function parseAttributes(
  attributes: Readonly<Record<string, Sdk.MessageAttributeValue>>,
): Message["attributes"] {
  const entries = Object.entries(attributes).map(([name, attribute]) => {
    const type = attribute.DataType ?? "";
    const value = type.startsWith("Binary")
      ? Buffer.from(attribute.BinaryValue ?? []).toString("base64")
      : (attribute.StringValue ?? "");
    if (!/^(Binary|String|Number)(\..+)?$/.test(type)) {
      throw invalidParameter(
        `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
      );
    }
    if (value === "") {
      throw invalidParameter(
        `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${type}'.`,
      );
    }
    if (type.startsWith("Number") && !Number.isFinite(Number(value))) {
      throw invalidParameter(
        `The message attribute '${name}' with type '${type}' must use a valid number.`,
      );
    }
    return [name, { Type: type, Value: value }] as const;
  });
  return Object.fromEntries(entries);
}

const CERTIFICATE = `https://sns.${REGION}.amazonaws.com/SimpleNotificationService.pem`;

/** Followed without a signature. AWS's links leave the API's version out. */
function link(endpoint: string, parameters: Record<string, string>): string {
  const query = new URLSearchParams({ ...parameters, Version: "2010-03-31" });
  return `${endpoint}/?${query.toString()}`;
}

/** What every delivery has in common. AWS signs it; the lab has no certificate of AWS's to do so. */
function envelope(message: Message, subscription: Subscription, endpoint: string) {
  return {
    Type: "Notification",
    MessageId: message.id,
    TopicArn: subscription.topicArn,
    Subject: message.subject,
    Message: message.textFor(subscription.protocol),
    Timestamp: message.timestamp,
    SignatureVersion: "1",
    Signature: "UNSIGNED",
    unsubscribe: link(endpoint, { Action: "Unsubscribe", SubscriptionArn: subscription.arn }),
    certificate: CERTIFICATE,
  };
}

/** The body of an HTTP notification (developer guide, "HTTP/HTTPS notification JSON format"). */
export function httpBody(message: Message, subscription: Subscription, endpoint: string): string {
  if (subscription.rawDelivery) return message.textFor(subscription.protocol);
  const { unsubscribe, certificate, ...common } = envelope(message, subscription, endpoint);
  return JSON.stringify({
    ...common,
    SigningCertURL: certificate,
    UnsubscribeURL: unsubscribe,
    ...(Object.keys(message.attributes).length > 0
      ? { MessageAttributes: message.attributes }
      : {}),
  });
}

/** What a pending HTTP endpoint gets ("HTTP/HTTPS subscription confirmation JSON format"). */
export function confirmationBody(
  id: string,
  token: string,
  timestamp: string,
  subscription: Subscription,
  endpoint: string,
): string {
  const { topicArn: TopicArn } = subscription;
  return JSON.stringify({
    Type: "SubscriptionConfirmation",
    MessageId: id,
    Token: token,
    TopicArn: subscription.topicArn,
    Message:
      `You have chosen to subscribe to the topic ${subscription.topicArn}.\n` +
      "To confirm the subscription, visit the SubscribeURL included in this message.",
    SubscribeURL: link(endpoint, { Action: "ConfirmSubscription", TopicArn, Token: token }),
    Timestamp: timestamp,
    SignatureVersion: "1",
    Signature: "UNSIGNED",
    SigningCertURL: CERTIFICATE,
  });
}

/** The event a subscribed function gets; its members are named a little differently. */
export function lambdaEvent(
  message: Message,
  subscription: Subscription,
  endpoint: string,
): unknown {
  const { unsubscribe, certificate, ...common } = envelope(message, subscription, endpoint);
  return {
    Records: [
      {
        EventSource: "aws:sns",
        EventVersion: "1.0",
        EventSubscriptionArn: subscription.arn,
        Sns: {
          ...common,
          Subject: message.subject ?? null,
          SigningCertUrl: certificate,
          UnsubscribeUrl: unsubscribe,
          MessageAttributes: message.attributes,
        },
      },
    ],
  };
}
