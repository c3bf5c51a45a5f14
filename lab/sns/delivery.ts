/** Delivery of one message to one subscription, with SNS's retries for HTTP endpoints. */
import { messageOf } from "../../base/errors.ts";
import type { Clock } from "../../base/clock.ts";
import { sleep } from "../../base/clock.ts";
import { ACCOUNT_ID } from "../service.ts";
import type { Message } from "./message.ts";
import { httpBody, lambdaEvent } from "./message.ts";
import type { FunctionInvoker } from "./ports.ts";
import type { Subscription } from "./topics.ts";
import { DEFAULT_DELIVERY } from "./topics.ts";

/** Wall milliseconds that SNS waits for an endpoint's answer (developer guide: 15 seconds). */
const ANSWER_MS = 15_000;

export interface DeliveryPorts {
  readonly clock: Clock;
  /** The lab's own endpoint, for links in messages. */
  readonly endpoint: string;
  readonly functions: FunctionInvoker;
  /** Ends waiting for retries. */
  readonly stopped: AbortSignal;
}

/** Resolves with the last error, or undefined when the message arrived. Never rejects. */
export async function deliver(
  message: Message,
  subscription: Subscription,
  ports: DeliveryPorts,
): Promise<string | undefined> {
  try {
    if (subscription.protocol === "lambda") {
      const payload = lambdaEvent(message, subscription, ports.endpoint);
      const outcome = await ports.functions.invokeFunction(subscription.endpoint, payload, {
        principal: "sns.amazonaws.com",
        sourceArn: subscription.topicArn,
        sourceAccount: ACCOUNT_ID,
      });
      return outcome.ok ? undefined : outcome.error;
    }
    return await post(message, subscription, ports);
  } catch (error) {
    return messageOf(error);
  }
}

async function post(
  message: Message,
  subscription: Subscription,
  ports: DeliveryPorts,
): Promise<string | undefined> {
  const { numRetries, minDelayTarget } = DEFAULT_DELIVERY;
  for (let attempt = 0; ; attempt++) {
    const outcome = await postOnce(message, subscription, ports);
    if (outcome.error === undefined || outcome.final || attempt === numRetries) {
      return outcome.error;
    }
    await sleep(ports.clock, minDelayTarget * 1000, ports.stopped);
  }
}

async function postOnce(
  message: Message,
  subscription: Subscription,
  ports: DeliveryPorts,
): Promise<{ readonly error?: string; readonly final: boolean }> {
  try {
    const answer = await fetch(subscription.endpoint, {
      method: "POST",
      redirect: "error",
      headers: {
        "content-type": "text/plain; charset=UTF-8",
        "user-agent": "Amazon Simple Notification Service Agent",
        "x-amz-sns-message-type": "Notification",
        "x-amz-sns-message-id": message.id,
        "x-amz-sns-topic-arn": subscription.topicArn,
        "x-amz-sns-subscription-arn": subscription.arn,
        ...(subscription.rawDelivery ? { "x-amz-sns-rawdelivery": "true" } : {}),
      },
      body: httpBody(message, subscription, ports.endpoint),
      signal: AbortSignal.any([ports.stopped, AbortSignal.timeout(ANSWER_MS)]),
    });
    await answer.body?.cancel();
    if (answer.ok) return { final: true };
    // 4xx other than 429 are permanent (developer guide, "Message delivery retries").
    const final = answer.status < 500 && answer.status !== 429;
    return { error: `answered ${answer.status}`, final };
  } catch (error) {
    return { error: messageOf(error), final: ports.stopped.aborted };
  }
}
