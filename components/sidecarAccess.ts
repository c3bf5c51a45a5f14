/** What the fault sidecars may do: their table, and the task role's rights. */
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { type EnvironmentNames, FAST_NAMESPACE } from "../guard/names.ts";
import { type Grant, inlinePolicy } from "./policy.ts";
import type { SentinelArgs } from "./sentinelArgs.ts";

export interface SidecarAccessArgs {
  readonly names: EnvironmentNames;
  readonly fastSignals: boolean;
  readonly sentinel: SentinelArgs | undefined;
  readonly tags: Record<string, string>;
}

/** @returns what must be there before a task starts */
export function sidecarAccess(
  name: string,
  args: SidecarAccessArgs,
  taskRole: aws.iam.Role,
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const table = new aws.dynamodb.Table(
    `${name}-faults`,
    {
      name: args.names.faultTable,
      billingMode: "PAY_PER_REQUEST",
      hashKey: "slot",
      rangeKey: "entry",
      attributes: [
        { name: "slot", type: "S" },
        { name: "entry", type: "S" },
      ],
      tags: args.tags,
    },
    opts,
  );
  const policy = (suffix: string, policyName: string, grants: readonly Grant[]) =>
    new aws.iam.RolePolicy(
      `${name}-${suffix}`,
      { name: policyName, role: taskRole.name, policy: inlinePolicy(grants) },
      opts,
    );
  const leases = policy("faults", "fault-leases", [
    { actions: ["dynamodb:GetItem", "dynamodb:PutItem"], resources: [table.arn] },
  ]);
  const needed: pulumi.Resource[] = [table, leases];
  if (args.fastSignals) {
    // PutMetricData knows no resources: the namespace is what bounds it.
    const when = { "cloudwatch:namespace": FAST_NAMESPACE };
    const grant = { actions: ["cloudwatch:PutMetricData"], resources: ["*"], when };
    needed.push(policy("metrics", "fast-metrics", [grant]));
  }
  if (args.sentinel) {
    const { recordTableArn, guardFunctionArn } = args.sentinel;
    needed.push(
      policy("sentinel", "sentinel", [
        { actions: ["dynamodb:Query"], resources: [table.arn] },
        { actions: ["dynamodb:GetItem"], resources: [recordTableArn] },
        { actions: ["lambda:InvokeFunction"], resources: [guardFunctionArn] },
      ]),
    );
  }
  return needed;
}
