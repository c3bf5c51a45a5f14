/** Who else is told of a reversion, beside the subscribers of the environment's topic. */
import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../base/errors.ts";
import { checks } from "./checks.ts";

export interface NoticeArgs {
  /**
   * An incoming webhook of Slack. Whoever knows it may write to your channel: keep it a secret
   * (`pulumi config set --secret`); it is one in the state, too.
   * @default nobody in Slack is told
   */
  readonly slackUrl?: pulumi.Input<string>;
  /**
   * The integration key of a PagerDuty service with "Events API v2": a reversion opens an incident
   * there, and closes it once it is verified. A secret like the other.
   * @default nobody is paged
   */
  readonly pagerDutyRoutingKey?: pulumi.Input<string>;
  /** Where its events go; PagerDuty's European region has another. @default PagerDuty's own */
  readonly pagerDutyUrl?: string;
}

/** What is known before the program runs: a secret that is an output is not. */
export function noticeProblems(args: NoticeArgs): Problem[] {
  const { problems, check } = checks();
  const { slackUrl, pagerDutyRoutingKey: key, pagerDutyUrl } = args;
  const url = "a URL of https, or of http on this machine";
  check(
    typeof slackUrl !== "string" || isUsable(slackUrl),
    "guard.notify.slackUrl",
    SECRET,
    url,
    "copy the whole URL of the incoming webhook",
  );
  check(
    typeof key !== "string" || /^[A-Za-z0-9]{32}$/.test(key),
    "guard.notify.pagerDutyRoutingKey",
    SECRET,
    "the 32 letters and digits of an integration key",
    'add the integration "Events API v2" to the service, and copy its key',
  );
  check(
    pagerDutyUrl === undefined || isUsable(pagerDutyUrl),
    "guard.notify.pagerDutyUrl",
    pagerDutyUrl,
    url,
  );
  check(
    pagerDutyUrl === undefined || key !== undefined,
    "guard.notify.pagerDutyUrl",
    pagerDutyUrl,
    "nothing without a routing key",
    "set pagerDutyRoutingKey, too",
  );
  return problems;
}

/** In place of what must not be repeated in an error. */
const SECRET = "(not shown)";

function isUsable(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === "https:" || (protocol === "http:" && hostname === "127.0.0.1");
}

/** For the guard's function; nothing where nobody is named. */
export function webhooksVariable(
  args: NoticeArgs,
): { readonly BACKOUT_WEBHOOKS: pulumi.Output<string> } | undefined {
  const named = Object.entries(args).filter(([, value]) => value !== undefined);
  if (named.length === 0) return undefined;
  return {
    BACKOUT_WEBHOOKS: pulumi.secret(pulumi.jsonStringify(Object.fromEntries(named))),
  };
}
