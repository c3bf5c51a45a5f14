/**
 * A notice as an event for PagerDuty (Events API v2,
 * https://developer.pagerduty.com/docs/events-api-v2/trigger-events/).
 */
import type { Notice } from "./notice.ts";
import { cut } from "./slack.ts";

/** PagerDuty refuses a longer summary. */
const SUMMARY_LENGTH = 1_024;
const DEDUP_KEY_LENGTH = 255;

export function pagerDutyEvent(notice: Notice, routingKey: string): object {
  const { environment, headline, severity, at, impact, done, asked, over } = notice;
  const about = {
    routing_key: routingKey,
    event_action: notice.resolved ? "resolve" : "trigger",
    dedup_key: cut(notice.key, DEDUP_KEY_LENGTH),
  };
  return {
    ...about,
    client: "Backout",
    payload: {
      summary: cut(headline, SUMMARY_LENGTH),
      source: environment,
      severity,
      timestamp: at,
      component: environment,
      class: "reversion",
      custom_details: { impact, done, asked, over },
    },
  };
}
