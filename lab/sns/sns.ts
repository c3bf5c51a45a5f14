/** SNS: standard topics that fan messages out to functions and to HTTP endpoints. */
import { randomUUID } from "node:crypto";

import type * as Sdk from "@aws-sdk/client-sns";

import { messageOf } from "../../base/errors.ts";
import { Decision } from "../iam/evaluate.ts";
import type { Call, LabCore, LabService, Operation } from "../service.ts";
import { ACCOUNT_ID, arn, AwsError, ServiceName } from "../service.ts";
import { refuseUnsupported } from "../supported.ts";
import { publishBatch } from "./batch.ts";
import { askToConfirm, deliver, type DeliveryPorts } from "./delivery.ts";
import { effectivePolicy } from "./deliveryPolicy.ts";
import { judge, Verdict } from "./filter.ts";
import { FilterScope } from "./filterPolicy.ts";
import { type Message, parseMessage } from "./message.ts";
import { type MetricName, TopicMetrics } from "./metrics.ts";
import { type Publisher, roleAccess, serviceAccess } from "./policy.ts";
import type { PublishOutcome, SnsPorts } from "./ports.ts";
import { subscriptionOperations } from "./subscriptionOperations.ts";
import { topicOperations } from "./topicOperations.ts";
import type { Subscription, Topic } from "./topics.ts";
import { invalidParameter, topicNotFound } from "./topics.ts";

export class Sns implements LabService {
  readonly name = ServiceName.Sns;
  readonly operations: Readonly<Record<string, Operation>>;
  readonly #core: LabCore;
  readonly #ports: SnsPorts;
  readonly #metrics: TopicMetrics;
  readonly #topics = new Map<string, Topic>();
  readonly #deliveries = new Set<Promise<void>>();
  readonly #stopping = new AbortController();

  constructor(core: LabCore, ports: SnsPorts) {
    this.#core = core;
    this.#ports = ports;
    this.#metrics = new TopicMetrics(core.clock, ports.metrics);
    this.operations = {
      ...topicOperations(this.#topics),
      ...subscriptionOperations({
        topics: this.#topics,
        clock: core.clock,
        confirm: (topic, subscription) => this.#track(this.#confirm(topic, subscription)),
      }),
      Publish: (input: Sdk.PublishInput, call: Call) => this.#publish(input, call),
      PublishBatch: (input: Sdk.PublishBatchInput, call: Call) =>
        publishBatch(input, (entry) => this.#publish(entry, call)),
    };
  }

  /** A subscription is authorised by its topic: its ARN is the topic's with an id behind it. */
  resourcesOf(operation: string, input: Record<string, unknown>): readonly string[] {
    const { TopicArn, TargetArn, ResourceArn, SubscriptionArn, Name } = input;
    const given = [TopicArn, TargetArn, ResourceArn].find((one) => typeof one === "string");
    if (given !== undefined) return [given];
    if (typeof SubscriptionArn === "string") {
      return [SubscriptionArn.split(":").slice(0, 6).join(":")];
    }
    return operation === "CreateTopic" && typeof Name === "string" ? [arn("sns", Name)] : ["*"];
  }

  /**
   * Publishes for the lab's own services. `publisher` is a service that acts for a resource (an
   * alarm, a rule), whom the topic's policy must let in; without one the caller has asked IAM.
   * `error` begins with an error code. Accepted is not delivered: as on AWS, a subscriber that fails is not the publisher's problem.
   */
  publish(
    topicArn: string,
    message: Pick<Sdk.PublishInput, "Subject" | "Message" | "MessageAttributes">,
    publisher?: Publisher,
  ): PublishOutcome {
    try {
      const topic = this.#find(topicArn);
      if (publisher && serviceAccess(topic.policy, topicArn, publisher) !== Decision.Allow) {
        const error =
          `AuthorizationError: User: ${publisher.principal} is not authorized to perform: ` +
          `SNS:Publish on resource: ${topicArn} because no resource-based policy allows the ` +
          "SNS:Publish action";
        return { ok: false, error };
      }
      this.#fanOut(topic, parseMessage(message, randomUUID(), this.#core.clock.now()));
      return { ok: true };
    } catch (error) {
      const code = error instanceof AwsError ? error.code : "InternalError";
      return { ok: false, error: `${code}: ${messageOf(error)}` };
    }
  }

  /** Resolves when every delivery under way has ended, retries included. */
  async settled(): Promise<void> {
    while (this.#deliveries.size > 0) await Promise.all(this.#deliveries);
  }

  async stop(): Promise<void> {
    this.#metrics.stop();
    this.#stopping.abort(new Error("the lab is stopping"));
    await this.settled();
  }

  #publish(input: Sdk.PublishInput, { principal }: Call): Sdk.PublishResponse {
    refuseUnsupported("Publish", input, [
      "TopicArn",
      "TargetArn",
      "Message",
      "Subject",
      "MessageStructure",
      "MessageAttributes",
    ]);
    const wanted = input.TopicArn ?? input.TargetArn;
    if (wanted === undefined)
      throw invalidParameter("TopicArn or TargetArn Reason: no value for required parameter");
    const topic = this.#find(wanted);
    if (principal.kind === "role") {
      const role = `arn:aws:iam::${ACCOUNT_ID}:role/${principal.roleName}`;
      // The role's own policies have allowed it; the topic's can still deny it.
      if (roleAccess(topic.policy, topic.arn, [role, principal.arn]) === Decision.ExplicitDeny) {
        throw new AwsError(
          "AuthorizationErrorException",
          `User: ${principal.arn} is not authorized to perform: SNS:Publish on resource: ` +
            `${topic.arn} with an explicit deny in a resource-based policy`,
          403,
        );
      }
    }
    const message = parseMessage(input, randomUUID(), this.#core.clock.now());
    this.#fanOut(topic, message);
    return { MessageId: message.id };
  }

  #find(topicArn: string): Topic {
    const topic = this.#topics.get(topicArn);
    if (!topic) throw topicNotFound();
    return topic;
  }

  #fanOut(topic: Topic, message: Message): void {
    this.#metrics.count(topic.name, "NumberOfMessagesPublished");
    this.#metrics.count(topic.name, "PublishSize", message.size);
    for (const subscription of topic.subscriptions.values()) {
      if (subscription.pending) continue;
      const refusals = this.#filteredOut(subscription, message);
      for (const metric of refusals) this.#metrics.count(topic.name, metric);
      if (refusals.length === 0) this.#track(this.#deliver(topic, subscription, message));
    }
  }

  /** The metrics that a message counts in which the filter policy keeps from the subscriber. */
  #filteredOut({ filter, protocol }: Subscription, message: Message): readonly MetricName[] {
    if (!filter) return [];
    const verdict = judge(filter, message.attributes, message.textFor(protocol));
    if (verdict === Verdict.Pass) return [];
    const scoped =
      filter.scope === FilterScope.Body
        ? "NumberOfNotificationsFilteredOut-MessageBody"
        : "NumberOfNotificationsFilteredOut-MessageAttributes";
    return ["NumberOfNotificationsFilteredOut", REFUSALS[verdict] ?? scoped];
  }

  async #deliver(topic: Topic, subscription: Subscription, message: Message): Promise<void> {
    const policy = effectivePolicy(topic.delivery, subscription.delivery);
    const error = await deliver(message, subscription, policy, this.#deliveryPorts());
    if (this.#stopping.signal.aborted) return;
    const metric = error === undefined ? "Delivered" : "Failed";
    this.#metrics.count(topic.name, `NumberOfNotifications${metric}`);
    if (error !== undefined) {
      this.#core.log(`sns: message ${message.id} did not reach ${subscription.endpoint}: ${error}`);
    }
  }

  async #confirm(topic: Topic, subscription: Subscription): Promise<void> {
    const token = subscription.pending?.token ?? "";
    const policy = effectivePolicy(topic.delivery, subscription.delivery);
    const ports = this.#deliveryPorts();
    const error = await askToConfirm(randomUUID(), token, subscription, policy, ports);
    if (error === undefined || this.#stopping.signal.aborted) return;
    this.#core.log(`sns: ${subscription.endpoint} was not asked to confirm: ${error}`);
  }

  #deliveryPorts(): DeliveryPorts {
    return {
      clock: this.#core.clock,
      endpoint: this.#core.endpoint,
      functions: this.#ports,
      send: this.#ports.send,
      stopped: this.#stopping.signal,
    };
  }

  #track(delivery: Promise<void>): void {
    const tracked = delivery.finally(() => this.#deliveries.delete(tracked));
    this.#deliveries.add(tracked);
  }
}

/** Beside the plain count, a message is counted by why it was filtered out. */
const REFUSALS: Partial<Record<Verdict, MetricName>> = {
  [Verdict.NoAttributes]: "NumberOfNotificationsFilteredOut-NoMessageAttributes",
  [Verdict.InvalidAttributes]: "NumberOfNotificationsFilteredOut-InvalidAttributes",
  [Verdict.InvalidBody]: "NumberOfNotificationsFilteredOut-InvalidMessageBody",
};
