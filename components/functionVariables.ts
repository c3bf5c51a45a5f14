/**
 * What the guard's function is told takes its environment variables, of which Lambda takes 4 KB in
 * all. Each part has a limit of its own, and together they may still be too much: that is known at
 * preview, where it can be mended, and not first when Lambda refuses the function.
 */
import type { Problem } from "../base/errors.ts";
import { environmentNames, HOOKS_VARIABLE } from "../guard/names.ts";
import type { Hook } from "../guard/rollout/hooks.ts";
import type { NoticeArgs } from "./noticeArgs.ts";

/** As Lambda measures them: the bytes of all names and values as one JSON object. */
const MOST_BYTES = 4_096;
/** For what is left out below, and for a secret that is not known at preview. */
const SPARE_BYTES = 120;

export interface TellingArgs {
  readonly environment: string;
  readonly hooks: readonly Hook[];
  /** As `renderVerification` writes it. */
  readonly verification: string | undefined;
  /** As `renderPolicy` writes it. */
  readonly policyText: string;
  readonly notify: NoticeArgs;
}

/** Which argument a part comes from, and what makes it smaller. */
const PARTS = {
  hooks: [
    "rollout.hooks",
    "URLs and headers of rollout.hooks, or let one function ask several things",
  ],
  checks: ["guard.smokeChecks", "addresses of guard.smokeChecks and guard.wayBackChecks"],
  webhooks: ["guard.notify", "guard.notify.pagerDutyUrl, or leave one of its receivers out"],
} as const;
type Part = keyof typeof PARTS;
const ALL_PARTS: readonly Part[] = ["hooks", "checks", "webhooks"];

/** One problem at most, of the largest part. */
export function variableProblems(args: TellingArgs): Problem[] {
  const sizes = sizesOf(args);
  const total = ALL_PARTS.reduce((sum, part) => sum + sizes[part], sizes.rest);
  if (total <= MOST_BYTES) return [];
  const [largest = "hooks", ...others] = ALL_PARTS.toSorted((a, b) => sizes[b] - sizes[a]);
  const [field, shorten] = PARTS[largest];
  const next = others.find((part) => sizes[part] > 0);
  const or = next ? `; or ${PARTS[next][1]}` : "";
  const each = ALL_PARTS.map((part) => `${part} ${sizes[part]}`).join(", ");
  return [
    {
      field,
      value: `${total} bytes (${each}, names and the rest ${sizes.rest})`,
      allowed: `at most ${MOST_BYTES} bytes together: Lambda's limit for a function's variables`,
      fix: `save ${total - MOST_BYTES} bytes: shorten ${shorten}${or}`,
    },
  ];
}

function sizesOf({ environment, hooks, verification, policyText, notify }: TellingArgs) {
  const webhooks = Object.entries(notify).filter(([, value]) => value !== undefined);
  const known = Object.fromEntries(
    webhooks.map(([name, value]) => [name, typeof value === "string" ? value : UNKNOWN_SECRET]),
  );
  return {
    hooks: hooks.length === 0 ? 0 : sizeOf({ [HOOKS_VARIABLE]: JSON.stringify(hooks) }),
    checks: verification === undefined ? 0 : sizeOf({ BACKOUT_VERIFICATION: verification }),
    webhooks: webhooks.length === 0 ? 0 : sizeOf({ BACKOUT_WEBHOOKS: JSON.stringify(known) }),
    rest: sizeOf({ ...placesOf(environment), BACKOUT_SIGNAL_POLICY: policyText }) + SPARE_BYTES,
  };
}

/** As long as Slack's own address. */
const UNKNOWN_SECRET = "x".repeat(81);

/** ARNs are known after the first update only; none is longer than in such a region. */
function placesOf(environment: string): Record<string, string> {
  const names = environmentNames(environment);
  const group = (name: string): string =>
    arn("elasticloadbalancing", `targetgroup/${name}/0123456789abcdef`);
  const listener = `listener/app/${names.loadBalancer}/0123456789abcdef/0123456789abcdef`;
  return {
    BACKOUT_ENVIRONMENT: environment,
    BACKOUT_INITIAL_STABLE: "green",
    BACKOUT_LISTENER_ARN: arn("elasticloadbalancing", listener),
    BACKOUT_BLUE_TARGET_GROUP_ARN: group(names.targetGroup.blue),
    BACKOUT_GREEN_TARGET_GROUP_ARN: group(names.targetGroup.green),
    BACKOUT_TOPIC_ARN: arn("sns", names.topic),
    BACKOUT_IDLE_COUNT: "1000",
  };
}

function arn(service: string, rest: string): string {
  return `arn:aws-us-gov:${service}:ap-southeast-1:000000000000:${rest}`;
}

/** With a comma in place of the two braces. */
function sizeOf(variables: Readonly<Record<string, string>>): number {
  return Buffer.byteLength(JSON.stringify(variables)) - 1;
}
