/** A message as it is published, and the documents in which it reaches its subscribers. */
import type * as Sdk from "@aws-sdk/client-sns";

import { REGION } from "../service.ts";
import { notImplemented } from "../supported.ts";
import type { Protocol, Subscription } from "./topics.ts";
import { invalidParameter } from "./topics.ts";

export interface Message {
  readonly id: string;
  readonly subject: string | undefined;
  /** What one protocol gets; `MessageStructure: json` gives each its own text. */
  textFor(protocol: Protocol): string;
  readonly attributes: Readonly<Record<string, { Type: string; Value: string }>>;
  /** ISO 8601, nominal. */
  readonly timestamp: string;
}

/** A message and its attributes together (SNS quotas). */
const LARGEST_BYTES = 262_144;

/** Throws InvalidParameter for what SNS refuses. */
export function parseMessage(input: Sdk.PublishInput, id: string, nowMs: number): Message {
  const text = input.Message ?? "";
  if (text === "") throw invalidParameter("Empty message");
  if (Buffer.byteLength(text) > LARGEST_BYTES) throw invalidParameter("Message too long");
  return {
    id,
    subject: checkSubject(input.Subject),
    textFor: texts(text, input.MessageStructure),
    attributes: parseAttributes(input.MessageAttributes ?? {}),
    timestamp: new Date(nowMs).toISOString(),
  };
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
    if (type.startsWith("Binary")) throw notImplemented("Publish", "binary message attributes");
    const value = attribute.StringValue ?? "";
    if (!/^(String|Number)(\..+)?$/.test(type)) {
      throw invalidParameter(
        `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
      );
    }
    if (value === "") {
      throw invalidParameter(
        `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${type}'.`,
      );
    }
    return [name, { Type: type, Value: value }] as const;
  });
  return Object.fromEntries(entries);
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
    unsubscribe: `${endpoint}/?Action=Unsubscribe&SubscriptionArn=${subscription.arn}`,
    certificate: `https://sns.${REGION}.amazonaws.com/SimpleNotificationService.pem`,
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
