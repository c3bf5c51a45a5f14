/** Topics: create, read, change, delete, tag. */
import type * as Sdk from "@aws-sdk/client-sns";

import type { Operation } from "../service.ts";
import { ACCOUNT_ID, arn, AwsError } from "../service.ts";
import { notImplemented, refuseUnsupported } from "../supported.ts";
import { DEFAULT_DELIVERY, type HttpPolicy, parseHttpPolicy } from "./deliveryPolicy.ts";
import { parsePolicy } from "./policy.ts";
import type { Topic } from "./topics.ts";
import { defaultPolicy, invalidParameter, required, topicNotFound } from "./topics.ts";

const PAGE = 100;

export function topicOperations(topics: Map<string, Topic>): Record<string, Operation> {
  const find = (topicArn: string | undefined): Topic => {
    const topic = topics.get(required(topicArn, "TopicArn"));
    if (!topic) throw topicNotFound();
    return topic;
  };
  const tagged = (resourceArn: string | undefined): Topic => {
    const topic = topics.get(required(resourceArn, "ResourceArn"));
    if (topic) return topic;
    throw new AwsError("ResourceNotFoundException", "Resource does not exist", 404);
  };
  return {
    /** Creating a topic that exists returns it, unless attributes or tags differ. */
    CreateTopic: (input: Sdk.CreateTopicInput): Sdk.CreateTopicResponse => {
      refuseUnsupported("CreateTopic", input, ["Name", "Attributes", "Tags"]);
      const name = required(input.Name, "Topic Name");
      if (!/^[A-Za-z0-9_-]{1,256}$/.test(name)) throw invalidParameter("Topic Name");
      const attributes = Object.entries(input.Attributes ?? {});
      const tags = (input.Tags ?? []).map((tag) => [tag.Key ?? "", tag.Value ?? ""] as const);
      const topicArn = arn("sns", name);
      const existing = topics.get(topicArn);
      if (!existing) {
        const created: Topic = {
          arn: topicArn,
          name,
          attributes: new Map(),
          tags: new Map(tags),
          subscriptions: new Map(),
          policy: parsePolicy("CreateTopic", defaultPolicy(topicArn)),
          delivery: undefined,
          confirmed: new Map(),
          deletedSubscriptions: 0,
        };
        for (const [key, value] of attributes) setAttribute("CreateTopic", created, key, value);
        topics.set(topicArn, created);
        return { TopicArn: topicArn };
      }
      if (attributes.some(([key, value]) => (existing.attributes.get(key) ?? "") !== value)) {
        throw invalidParameter("Attributes Reason: Topic already exists with different attributes");
      }
      const sameTags =
        tags.length === existing.tags.size &&
        tags.every(([key, value]) => existing.tags.get(key) === value);
      if (input.Tags && input.Tags.length > 0 && !sameTags) {
        throw invalidParameter("Tags Reason: Topic already exists with different tags");
      }
      return { TopicArn: topicArn };
    },

    GetTopicAttributes: (input: Sdk.GetTopicAttributesInput): Sdk.GetTopicAttributesResponse => ({
      Attributes: describe(find(input.TopicArn)),
    }),

    SetTopicAttributes: (input: Sdk.SetTopicAttributesInput): object => {
      const topic = find(input.TopicArn);
      const name = required(input.AttributeName, "AttributeName");
      const value = input.AttributeValue ?? "";
      setAttribute("SetTopicAttributes", topic, name, value);
      return {};
    },

    /** Deleting a topic that does not exist succeeds (API reference: "idempotent"). */
    DeleteTopic: (input: Sdk.DeleteTopicInput): object => {
      topics.delete(required(input.TopicArn, "TopicArn"));
      return {};
    },

    ListTopics: (input: Sdk.ListTopicsInput): Sdk.ListTopicsResponse => {
      const { entries, rest } = page([...topics.keys()].sort(), input.NextToken);
      return { Topics: entries.map((TopicArn) => ({ TopicArn })), ...rest };
    },

    TagResource: (input: Sdk.TagResourceRequest): object => {
      const topic = tagged(input.ResourceArn);
      for (const tag of input.Tags ?? []) topic.tags.set(tag.Key ?? "", tag.Value ?? "");
      return {};
    },

    UntagResource: (input: Sdk.UntagResourceRequest): object => {
      const topic = tagged(input.ResourceArn);
      for (const key of input.TagKeys ?? []) topic.tags.delete(key);
      return {};
    },

    ListTagsForResource: (
      input: Sdk.ListTagsForResourceRequest,
    ): Sdk.ListTagsForResourceResponse => ({
      Tags: [...tagged(input.ResourceArn).tags].map(([Key, Value]) => ({ Key, Value })),
    }),
  };
}

/** 100 entries; the token is the index to go on from. */
export function page<T>(
  all: readonly T[],
  token: string | undefined,
): { readonly entries: readonly T[]; readonly rest: { NextToken?: string } } {
  const from = token === undefined ? 0 : Number(token);
  if (!Number.isInteger(from) || from < 0) throw invalidParameter("NextToken");
  const next = from + PAGE;
  return {
    entries: all.slice(from, next),
    rest: next < all.length ? { NextToken: String(next) } : {},
  };
}

/** An empty policy brings the default back. */
function setAttribute(operation: string, topic: Topic, name: string, value: string): void {
  if (name === "DisplayName") {
    if (value.length > 100) {
      throw invalidParameter("Attributes Reason: DisplayName must be 100 or fewer characters long");
    }
  } else if (name === "Policy") {
    topic.policy = parsePolicy(operation, value === "" ? defaultPolicy(topic.arn) : value);
  } else if (name === "DeliveryPolicy") {
    topic.delivery = value === "" ? undefined : parseHttpPolicy(operation, value);
  } else throw notImplemented(operation, `the topic attribute ${name}`);
  topic.attributes.set(name, value);
}

function renderDelivery({ retry, contentType, disableSubscriptionOverrides }: HttpPolicy): string {
  return JSON.stringify({
    http: {
      defaultHealthyRetryPolicy: retry,
      disableSubscriptionOverrides,
      defaultRequestPolicy: { headerContentType: contentType },
    },
  });
}

function describe(topic: Topic): Record<string, string> {
  const subscriptions = [...topic.subscriptions.values()];
  const confirmed = subscriptions.filter((subscription) => !subscription.pending).length;
  return {
    TopicArn: topic.arn,
    Owner: ACCOUNT_ID,
    DisplayName: topic.attributes.get("DisplayName") ?? "",
    Policy: topic.policy.text,
    ...(topic.delivery && { DeliveryPolicy: topic.attributes.get("DeliveryPolicy") ?? "" }),
    EffectiveDeliveryPolicy: renderDelivery(topic.delivery ?? DEFAULT_DELIVERY),
    SubscriptionsConfirmed: String(confirmed),
    SubscriptionsPending: String(subscriptions.length - confirmed),
    SubscriptionsDeleted: String(topic.deletedSubscriptions),
  };
}
