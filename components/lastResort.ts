/** The static answer that everybody gets when no side is fit: its arguments, their rules, its rule. */
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { parseDuration } from "../base/duration.ts";
import type { Problem } from "../base/errors.ts";
import { LAST_RESORT_PRIORITY, NOBODY } from "../guard/lastResort/rule.ts";
import { checks } from "./checks.ts";

export const LastResort = { None: "none", Static: "static" } as const;
export type LastResort = (typeof LastResort)[keyof typeof LastResort];

export const AnswerType = {
  Text: "text/plain",
  Html: "text/html",
  Json: "application/json",
} as const;
export type AnswerType = (typeof AnswerType)[keyof typeof AnswerType];

/** All of it only with `lastResort` "static". */
export interface LastResortArgs {
  /**
   * What everybody gets when the second way home finds no side fit for traffic: `static`, an answer that
   * the load balancer gives itself. What it costs: **everybody** gets it, also those whom a half-broken
   * side would have served, and people must mend a side all the same; and it is bought with a rule more
   * on the listener. Testers' routes come before it: the watchdog sees both sides through them, so
   * `testRoutes.onPublicListener` is needed. It goes on when all that gets traffic has been bad, and the
   * traffic could not leave it, for `lastResortAfter`; off when all that gets traffic has been good for
   * `lastResortUntil`, or by `backout env fallback NAME off`. Weights are never touched by it. With the
   * record's table down it is not switched at all.
   * @default "none": a bad side goes on serving what it can
   */
  readonly lastResort?: LastResort;
  /** Time without a fit side until it goes on, "1m" to "1h". @default "3m" */
  readonly lastResortAfter?: string;
  /** Time with a good side until it goes off, "1m" to "1h". @default "3m" */
  readonly lastResortUntil?: string;
  /** 200 to 299 or 400 to 599. Caches and crawlers take a 2xx for the page itself. @default 503 */
  readonly lastResortStatus?: number;
  /** @default "text/plain" */
  readonly lastResortContentType?: AnswerType;
  /**
   * At most 1,024 characters; `{retryAfter}` in it stands for `lastResortRetryAfter`.
   * @default a sentence that asks to try again, of the content type
   */
  readonly lastResortBody?: string;
  /**
   * Seconds after which clients are asked to try again, 1 to 86,400. ALB's fixed responses carry no
   * header of one's own, so there is no `Retry-After`: it is said in the body, as a refresh in HTML and as
   * `retryAfterSeconds` in JSON.
   * @default 120
   */
  readonly lastResortRetryAfter?: number;
}

/** As ELBv2 takes it. */
export interface StaticAnswer {
  readonly statusCode: string;
  readonly contentType: AnswerType;
  readonly messageBody: string;
}

/** Fixed responses hold no more (ELBv2, FixedResponseActionConfig). */
const LONGEST_BODY = 1024;
const MINUTE_MS = 60_000;
const DEFAULT_MS = 3 * MINUTE_MS;

export function renderAnswer(args: LastResortArgs): StaticAnswer {
  const { lastResortContentType: contentType = AnswerType.Text } = args;
  const seconds = String(args.lastResortRetryAfter ?? 120);
  const template = args.lastResortBody ?? BODIES[contentType];
  return {
    statusCode: String(args.lastResortStatus ?? 503),
    contentType,
    messageBody: template.replaceAll("{retryAfter}", seconds),
  };
}

const BODIES: Readonly<Record<AnswerType, string>> = {
  "text/plain": "We cannot answer right now. Please try again in {retryAfter} seconds.\n",
  "text/html":
    '<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="{retryAfter}">' +
    "<title>Back soon</title><p>We cannot answer right now. This page tries again by itself.</p>\n",
  "application/json": '{"error":"unavailable","retryAfterSeconds":{retryAfter}}\n',
};

/** Milliseconds; the defaults where nothing, or nothing readable, is said. */
export function lastResortTimes(args: LastResortArgs): { afterMs: number; untilMs: number } {
  return { afterMs: msOf(args.lastResortAfter), untilMs: msOf(args.lastResortUntil) };
}

function msOf(text: string | undefined): number {
  return (text === undefined ? undefined : parseDuration(text)) ?? DEFAULT_MS;
}

/** @param around whether there is a watchdog to throw the switch, and a route by which it sees both sides */
export function lastResortProblems(
  args: LastResortArgs,
  around: { readonly secondWay: boolean; readonly publicRoutes: boolean },
): Problem[] {
  const { problems, check, integer } = checks();
  const { lastResort, lastResortStatus: status, lastResortContentType: type } = args;
  check(
    lastResort === undefined || Object.values(LastResort).includes(lastResort),
    "guard.lastResort",
    lastResort,
    Object.values(LastResort).join(" or "),
  );
  for (const field of ["lastResortAfter", "lastResortUntil"] as const) {
    const text = args[field];
    const ms = text === undefined ? MINUTE_MS : (parseDuration(text) ?? 0);
    const isFit = ms >= MINUTE_MS && ms <= 60 * MINUTE_MS;
    check(isFit, `guard.${field}`, text, "a duration from 1m to 1h", "such as 3m");
  }
  check(
    status === undefined || isStatus(status),
    "guard.lastResortStatus",
    status,
    "200 to 299 or 400 to 599",
  );
  check(
    type === undefined || Object.values(AnswerType).includes(type),
    "guard.lastResortContentType",
    type,
    Object.values(AnswerType).join(", "),
  );
  integer("guard.lastResortRetryAfter", args.lastResortRetryAfter, 1, 86_400);
  check(
    args.lastResortBody === undefined || renderAnswer(args).messageBody.length <= LONGEST_BODY,
    "guard.lastResortBody",
    args.lastResortBody,
    `at most ${LONGEST_BODY} characters`,
  );
  if (lastResort === LastResort.Static) {
    check(
      around.secondWay,
      "guard.lastResort",
      lastResort,
      "none without the second way home, which throws the switch",
      "leave guard.secondWay on",
    );
    check(
      around.publicRoutes,
      "guard.lastResort",
      lastResort,
      "none without a tester's route on the public listener: nobody could see when a side is well again",
      "set testRoutes.onPublicListener to secret, with a testRoutes.secret",
    );
  }
  const others = Object.entries(args).filter(
    ([field, value]) => /^lastResort.+/.test(field) && value !== undefined,
  );
  for (const [field, value] of lastResort === LastResort.Static ? [] : others) {
    check(false, `guard.${field}`, value, "nothing without guard.lastResort static");
  }
  return problems;
}

function isStatus(n: number): boolean {
  return Number.isInteger(n) && n >= 200 && n <= 599 && (n < 300 || n >= 400);
}

/** Made in a form that matches nobody; `pulumi up` never touches the switch afterwards. */
export function lastResortRule(
  name: string,
  args: LastResortArgs,
  listener: aws.lb.Listener,
  tags: Record<string, string>,
  opts: pulumi.CustomResourceOptions,
): aws.lb.ListenerRule {
  return new aws.lb.ListenerRule(
    name,
    {
      listenerArn: listener.arn,
      priority: LAST_RESORT_PRIORITY,
      conditions: [{ sourceIp: { values: [NOBODY] } }],
      actions: [{ type: "fixed-response", fixedResponse: renderAnswer(args) }],
      tags,
    },
    { ...opts, ignoreChanges: ["conditions"] },
  );
}
