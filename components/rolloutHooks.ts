/** The hooks of an environment's rollouts, as a Pulumi program says them, and what they need of AWS. */
import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../base/errors.ts";
import { HOOKS_VARIABLE } from "../guard/names.ts";
import type { Hook, HookWhen } from "../guard/rollout/hooks.ts";
import { parseHooks } from "../guard/rollout/hookTexts.ts";

interface EveryHookArgs {
  /** 1 to 40 lower-case letters, digits and hyphens; every hook of a rollout has its own. */
  readonly name: string;
  /**
   * `before`: the candidate is up and no user's request reaches it; a bad answer ends the rollout
   * without a latch. `between`: a step has baked, before the next weight. `after`: all traffic has
   * baked, before promotion. A bad answer of these two is as an alarm of the candidate: it reverts
   * and latches, or holds where `onBad` says so.
   */
  readonly when: HookWhen;
  /**
   * For an answer, such as "5s": 100ms to 30s. The guard's function asks, once a minute, and a hook
   * may be asked **more than once**: after no verdict, or when whoever asked died. @default "10s"
   */
  readonly timeout?: string;
}

/**
 * One request. The expected status is good, 429 is no verdict, no answer in time is an error, and
 * anything else is bad; redirects are not followed. What has no verdict is asked again every 30
 * seconds until the step's deadline (`decideWithin`), when `onDeadline` acts.
 */
export interface HttpHookArgs extends EveryHookArgs {
  readonly kind: "http";
  /**
   * http or https. `${testUrl}`: where testers reach a slot whatever its weight (`testRoutes`); the
   * header that names the candidate is added. `${url}`: where users go, which before any traffic is
   * the **stable** slot. Also `${slot}` (the candidate's), `${release}` and `${environment}`.
   */
  readonly url: string;
  /** GET, HEAD or POST (without a body). @default "GET" */
  readonly method?: string;
  /**
   * With the same placeholders. They stand in **clear text** in the function's settings and in the
   * environment's record: no secrets. @default none
   */
  readonly headers?: Readonly<Record<string, string>>;
  /** 200 to 599. @default 200 */
  readonly expectStatus?: number;
}

/**
 * A Lambda function that is invoked with `{ hook, when, environment, slot, release, url, testUrl,
 * testHeader, step, weight }` and answers `{ "outcome": "good" | "bad" | "inconclusive", "why": "…" }`.
 */
export interface FunctionHookArgs extends EveryHookArgs {
  readonly kind: "function";
  /** Its name (of this account and region) or ARN. The guard gets the right to invoke exactly it. */
  readonly function: string;
}

export type HookArgs = HttpHookArgs | FunctionHookArgs;

/** Lambda's environment variables may take 4 KB in all, and the guard has others. */
const MOST_BYTES = 2_000;

const NO_COMMANDS =
  "a stack has no machine to run a command on: give it to `backout rollout start --wait --hook`";

export function stackHooks(args: readonly HookArgs[] = []): {
  readonly hooks: readonly Hook[];
  readonly problems: readonly Problem[];
} {
  const { hooks, problems } = parseHooks(args, { command: NO_COMMANDS });
  const bytes = Buffer.byteLength(JSON.stringify(hooks));
  if (bytes <= MOST_BYTES) return { hooks, problems };
  const allowed = `at most ${MOST_BYTES} bytes of JSON with all defaults in it`;
  const fix = "shorten URLs and headers, or let one function ask several things";
  return { hooks, problems: [...problems, { field: "hooks", value: bytes, allowed, fix }] };
}

/** Where `backout rollout start` finds them, so that it and the stack say the same. */
export function hooksVariable(hooks: readonly Hook[]): Record<string, string> {
  return hooks.length === 0 ? {} : { [HOOKS_VARIABLE]: JSON.stringify(hooks) };
}

export function functionArns(
  hooks: readonly Hook[],
  region: pulumi.Input<string>,
  accountId: pulumi.Input<string>,
): pulumi.Input<string>[] {
  const named = hooks.flatMap((hook) => (hook.kind === "function" ? hook.function : []));
  return [...new Set(named)].map((name) =>
    name.startsWith("arn:")
      ? name
      : pulumi.interpolate`arn:aws:lambda:${region}:${accountId}:function:${name}`,
  );
}
