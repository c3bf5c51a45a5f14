/** How an environment's rollouts go, as a Pulumi program says it. */
import type { Problem } from "../base/errors.ts";
import type { Hook } from "../guard/rollout/hooks.ts";
import type { OnBad, OnDeadline, Step } from "../guard/rollout/rollout.ts";
import {
  DEFAULT_SETTINGS,
  parseSettings,
  type RolloutSettings,
  STEPS,
} from "../guard/rollout/settings.ts";
import { type HookArgs, stackHooks } from "./rolloutHooks.ts";

export interface StepArgs {
  /**
   * Percent of the traffic, a whole number from 0 to 100; steps must rise. At 0 only testers (see
   * `testRoutes`) and hooks reach the candidate. What is bad at one step never hurts more than this
   * share.
   */
  readonly weight: number;
  /**
   * Time under watch before the next step, such as "5m". Shorter than the alarms need to see a
   * fault is refused when a rollout starts: with 60-second metrics that is about 4 to 5 minutes.
   */
  readonly bake: string;
  /** A person must say `backout rollout promote` after the bake. @default false */
  readonly gate?: boolean;
}

export interface RolloutArgs {
  /**
   * After the last step the candidate gets all traffic and becomes the stable slot. As text:
   * "5:5m 25:10m 50:10m:gate".
   * @default one step of 100 % and 10 minutes (blue-green), or 5, 25 and 50 % (canary)
   */
  readonly steps?: readonly StepArgs[] | string;
  /** Requests that the candidate must get in a step for it to count as judged. @default 50 */
  readonly minimumRequests?: number;
  /** How long a step may stay unjudged, or its gate closed, after the bake. @default "15m" */
  readonly decideWithin?: string;
  /**
   * What happens then: `abort` brings all traffic home, `hold` waits for a person, `proceed` goes on
   * to the next step **unjudged**. @default "abort"
   */
  readonly onDeadline?: OnDeadline;
  /**
   * What happens to a candidate whose alarm goes off: `revert`, or `hold` for a release that cannot
   * go back (a one-way migration): then **nothing** moves traffic home by itself. @default "revert"
   */
  readonly onBad?: OnBad;
  /** How long the previous release stays warm after a promotion. @default "1h" */
  readonly warm?: string;
  /**
   * What every rollout asks beside its alarms, in this order; `backout rollout start --hook` adds
   * more. As JSON they may take 2000 bytes. @default none
   */
  readonly hooks?: readonly HookArgs[];
}

/** @param steps of the strategy, where the arguments name none */
export function rolloutSettings(
  args: RolloutArgs,
  steps: readonly Step[],
): {
  readonly settings: RolloutSettings;
  readonly hooks: readonly Hook[];
  readonly problems: readonly Problem[];
} {
  const asked = stackHooks(args.hooks);
  const texts = {
    steps: typeof args.steps === "string" ? args.steps : args.steps?.map(renderStep).join(" "),
    minimumRequests: args.minimumRequests?.toString(),
    decideWithin: args.decideWithin,
    onDeadline: args.onDeadline,
    onBad: args.onBad,
    warm: args.warm,
  };
  const read = parseSettings(texts, { ...DEFAULT_SETTINGS, steps });
  return {
    settings: read.settings,
    hooks: asked.hooks,
    problems: [...read.problems, ...asked.problems].map((problem) => inRollout(problem)),
  };
}

function renderStep({ weight, bake, gate }: StepArgs): string {
  return `${weight}:${bake}${gate ? ":gate" : ""}`;
}

function inRollout(problem: Problem): Problem {
  return { ...problem, field: `rollout.${problem.field}` };
}

/** For stacks that name their strategy. */
export const Strategy = { BlueGreen: "blue-green", Canary: "canary" } as const;
export type Strategy = (typeof Strategy)[keyof typeof Strategy];

export const STRATEGY_STEPS: Readonly<Record<Strategy, readonly Step[]>> = {
  "blue-green": STEPS.blueGreen,
  canary: STEPS.canary,
};
