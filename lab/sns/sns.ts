/** SNS: standard topics that fan messages out to functions and to HTTP endpoints. */
import { randomUUID } from "node:crypto";

import type * as Sdk from "@aws-sdk/client-sns";

import { messageOf } from "../../base/errors.ts";
import type { LabCore, LabService, Operation } from "../service.ts";
import { arn, ServiceName } from "../service.ts";
import { refuseUnsupported } from "../supported.ts";
import { deliver } from "./delivery.ts";
import { parseMessage } from "./message.ts";
import type { FunctionInvoker } from "./ports.ts";
import { subscriptionOperations } from "./subscriptionOperations.ts";
import { topicOperations } from "./topicOperations.ts";
import type { Subscription, Topic } from "./topics.ts";
import { invalidParameter, topicNotFound } from "./topics.ts";

export class Sns implements LabService {
  readonly name = ServiceName.Sns;
  readonly operations: Readonly<Record<string, Operation>>;
  readonly #core: LabCore;
  readonly #functions: FunctionInvoker;
  readonly #topics = new Map<string, Topic>();
  readonly #deliveries = new Set<Promise<void>>();
  readonly #stopping = new AbortController();

  constructor(core: LabCore, functions: FunctionInvoker) {
    this.#core = core;
    this.#functions = functions;
    this.operations = {
      ...topicOperations(this.#topics),
      ...subscriptionOperations(this.#topics),
      Publish: (input: Sdk.PublishInput) => this.#publish(input),
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
   * Publishes for the lab's own services (an alarm's action). Accepted is not delivered: as on AWS,
   * a subscriber that fails is not the publisher's problem.
   */
  publish(
    topic: string,
    subject: string,
    message: string,
  ): { readonly ok: true } | { readonly ok: false; readonly error: string } {
    try {
      this.#publish({ TopicArn: topic, Subject: subject, Message: message });
      return { ok: true };
    } catch (error) {
      return { ok: false, error: messageOf(error) };
    }
  }

  /** Resolves when every delivery under way has ended, retries included. */
  async settled(): Promise<void> {
    while (this.#deliveries.size > 0) await Promise.all(this.#deliveries);
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error("the lab is stopping"));
    await this.settled();
  }

  #publish(input: Sdk.PublishInput): Sdk.PublishResponse {
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
    const topic = this.#topics.get(wanted);
    if (!topic) throw topicNotFound();
    const message = parseMessage(input, randomUUID(), this.#core.clock.now());
    for (const subscription of topic.subscriptions.values()) {
      if (subscription.confirmed) this.#track(this.#deliver(message, subscription));
    }
    return { MessageId: message.id };
  }

  async #deliver(
    message: ReturnType<typeof parseMessage>,
    subscription: Subscription,
  ): Promise<void> {
    const error = await deliver(message, subscription, {
      clock: this.#core.clock,
      endpoint: this.#core.endpoint,
      functions: this.#functions,
      stopped: this.#stopping.signal,
    });
    if (error !== undefined && !this.#stopping.signal.aborted) {
      this.#core.log(`sns: message ${message.id} did not reach ${subscription.endpoint}: ${error}`);
    }
  }

  #track(delivery: Promise<void>): void {
    const tracked = delivery.finally(() => this.#deliveries.delete(tracked));
    this.#deliveries.add(tracked);
  }
}
