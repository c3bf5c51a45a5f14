/** What the sidecars are told of their sentinel. */
import type * as pulumi from "@pulumi/pulumi";
import type { EnvironmentArgs } from "./args.ts";
import type { ReversionFunction } from "./reversionFunction.ts";

export interface SentinelArgs {
  readonly falseReversions: number;
  /** Above this a response is slow. */
  readonly slowSeconds: number;
  /** Tasks of a slot. */
  readonly tasks: number;
  readonly recordTableArn: pulumi.Input<string>;
  readonly guardFunctionArn: pulumi.Input<string>;
}

/**
 * Null without a sentinel. An environment that rehearses a broken link has none: nothing may bring
 * its traffic home.
 */
export function falseReversionsOf({ guard = {} }: EnvironmentArgs): number | null {
  if (!guard.sentinel || guard.rehearseWithout !== undefined) return null;
  return guard.sentinelAlpha ?? 0.001;
}

export function sentinelArgs(
  args: EnvironmentArgs,
  reversion: ReversionFunction,
): SentinelArgs | undefined {
  const { guard = {}, workload = {} } = args;
  const falseReversions = falseReversionsOf(args);
  if (falseReversions === null) return undefined;
  return {
    falseReversions,
    slowSeconds: guard.latencyP99Seconds ?? 1,
    tasks: workload.desiredCount ?? 1,
    recordTableArn: reversion.recordTable.arn,
    guardFunctionArn: reversion.function.arn,
  };
}
