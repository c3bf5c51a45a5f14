/** Delivery of one message to one subscription, with SNS's retries for HTTP endpoints. */
import { messageOf } from "../../base/errors.ts";
import type { Clock } from "../../base/clock.ts";
import { sleep } from "../../base/clock.ts";
import { ACCOUNT_ID } from "../service.ts";
import type { DeliveryPolicy } from "./deliveryPolicy.ts";
import { retryDelays } from "./deliveryPolicy.ts";
import type { Message } from "./message.ts";
import { confirmationBody, httpBody, lambdaEvent } from "./message.ts";
import type { Send, SnsPorts } from "./ports.ts";
import type { Subscription } from "./topics.ts";

/** Wall milliseconds that SNS waits for an endpoint's answer (developer guide: 15 seconds). */
const ANSWER_MS = 15_000;

export interface DeliveryPorts {
  readonly clock: Clock;
  /** The lab's own endpoint, for links in messages. */
  readonly endpoint: string;
  readonly functions: Pick<SnsPorts, "invokeFunction">;
  readonly send: Send | undefined;
  /** Ends waiting for retries. */
  readonly stopped: AbortSignal;
}

/** Resolves with the last error, or undefined when the message arrived. Never rejects. */
export async function deliver(
  message: Message,
  subscription: Subscription,
  policy: DeliveryPolicy,
  ports: DeliveryPorts,
): Promise<string | undefined> {
  try {
    if (subscription.protocol !== "lambda") {
      return await post(
        {
          type: "Notification",
          id: message.id,
          body: httpBody(message, subscription, ports.endpoint),
        },
        subscription,
        policy,
        ports,
      );
    }
    // No retries: a function that is gone or does not let SNS in is a client-side error, after
    // which SNS does not try again; Lambda's queue takes every other event.
    const payload = lambdaEvent(message, subscription, ports.endpoint);
    const outcome = await ports.functions.invokeFunction(subscription.endpoint, payload, {
      principal: "sns.amazonaws.com",
      sourceArn: subscription.topicArn,
      sourceAccount: ACCOUNT_ID,
    });
    return outcome.ok ? undefined : outcome.error;
  } catch (error) {
    return messageOf(error);
  }
}

/** Asks an HTTP endpoint whether it wants the subscription; like `deliver` otherwise. */
export async function askToConfirm(
  id: string,
  token: string,
  subscription: Subscription,
  policy: DeliveryPolicy,
  ports: DeliveryPorts,
): Promise<string | undefined> {
  const timestamp = new Date(ports.clock.now()).toISOString();
  const body = confirmationBody(id, token, timestamp, subscription, ports.endpoint);
  try {
    return await post({ type: "SubscriptionConfirmation", id, body }, subscription, policy, ports);
  } catch (error) {
    return messageOf(error);
  }
}

interface Posted {
  readonly type: "Notification" | "SubscriptionConfirmation";
  readonly id: string;
  readonly body: string;
}

async function post(
  posted: Posted,
  subscription: Subscription,
  policy: DeliveryPolicy,
  ports: DeliveryPorts,
): Promise<string | undefined> {
  const delays = retryDelays(policy.retry);
  for (;;) {
    const outcome = await postOnce(posted, subscription, policy, ports);
    const delay = delays.shift();
    if (outcome.error === undefined || outcome.final || delay === undefined) return outcome.error;
    if (delay > 0) await sleep(ports.clock, delay * 1000, ports.stopped);
  }
}

async function postOnce(
  posted: Posted,
  subscription: Subscription,
  policy: DeliveryPolicy,
  ports: DeliveryPorts,
): Promise<{ readonly error?: string; readonly final: boolean }> {
  const notification = posted.type === "Notification";
  try {
    const sending = (ports.send ?? sendByFetch)(subscription.endpoint, {
      method: "POST",
      headers: {
        "content-type": policy.contentType,
        "user-agent": "Amazon Simple Notification Service Agent",
        "x-amz-sns-message-type": posted.type,
        "x-amz-sns-message-id": posted.id,
        "x-amz-sns-topic-arn": subscription.topicArn,
        // There is no subscription before its confirmation.
        ...(notification ? { "x-amz-sns-subscription-arn": subscription.arn } : {}),
        ...(notification && subscription.rawDelivery ? { "x-amz-sns-rawdelivery": "true" } : {}),
      },
      body: posted.body,
      signal: AbortSignal.any([ports.stopped, AbortSignal.timeout(ANSWER_MS)]),
    });
    const { status } = await ports.clock.hold(`message to ${subscription.endpoint}`, sending);
    if (status >= 200 && status < 300) return { final: true };
    // 4xx other than 429 are permanent (developer guide, "Message delivery retries").
    const final = status < 500 && status !== 429;
    return { error: `answered ${status}`, final };
  } catch (error) {
    return { error: messageOf(error), final: ports.stopped.aborted };
  }
}

const sendByFetch: Send = async (url, request) => {
  const answer = await fetch(url, { ...request, redirect: "error" });
  await answer.body?.cancel();
  return { status: answer.status };
};
