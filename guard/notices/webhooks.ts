/** Tells the receivers that a stack names. None of them can hold up another, or a reversion. */
import { z } from "zod";
import { messageOf } from "../../base/errors.ts";
import type { Notice } from "./notice.ts";
import { pagerDutyEvent } from "./pagerDuty.ts";
import { slackMessage } from "./slack.ts";

/** As the guard's function is told them, in BACKOUT_WEBHOOKS. */
export const webhooksSchema = z.strictObject({
  slackUrl: z.url().optional(),
  pagerDutyRoutingKey: z.string().optional(),
  pagerDutyUrl: z.url().default("https://events.pagerduty.com/v2/enqueue"),
});
export type Webhooks = z.infer<typeof webhooksSchema>;

/** Wall milliseconds for one receiver: a second try would only tell it later than people ask. */
export const RECEIVER_TIMEOUT_MS = 2_000;

/** @throws when the text is none that the component wrote: people would never hear of anything */
export function parseWebhooks(text: string | undefined): Webhooks {
  return webhooksSchema.parse(JSON.parse(text ?? "{}"));
}

/** Never throws; a receiver that is dead, slow or refuses is logged, without its secret. */
export async function tellWebhooks(
  notice: Notice,
  webhooks: Webhooks,
  log: (line: string) => void,
  timeoutMs = RECEIVER_TIMEOUT_MS,
): Promise<void> {
  const { slackUrl, pagerDutyRoutingKey, pagerDutyUrl } = webhooks;
  const post = async (receiver: string, url: string, body: object): Promise<void> => {
    try {
      await send(url, body, timeoutMs);
    } catch (error) {
      log(`${receiver} could not be told: ${messageOf(error)}`);
    }
  };
  await Promise.all([
    slackUrl === undefined ? null : post("Slack", slackUrl, slackMessage(notice)),
    pagerDutyRoutingKey === undefined
      ? null
      : post("PagerDuty", pagerDutyUrl, pagerDutyEvent(notice, pagerDutyRoutingKey)),
  ]);
}

async function send(url: string, body: object, timeoutMs: number): Promise<void> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    redirect: "error",
    signal: AbortSignal.timeout(timeoutMs),
  });
  // Unread, it would keep its connection.
  await response.body?.cancel();
  if (!response.ok) throw new Error(`it answered HTTP ${response.status}`);
}
