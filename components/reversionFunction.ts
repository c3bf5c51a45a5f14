/** The guard's Lambda function, its role and policy, and the record that it keeps. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { EnvironmentNames } from "../guard/names.ts";
import type { Hook } from "../guard/rollout/hooks.ts";
import { type Slot, SLOTS } from "../guard/slot.ts";
import { RehearsedBreak } from "./guardArgs.ts";
import { bundleGuard } from "./guardBundle.ts";
import { guardFunction } from "./guardFunction.ts";
import { type NoticeArgs, webhooksVariable } from "./noticeArgs.ts";
import type { Grant } from "./policy.ts";
import { functionArns, hooksVariable } from "./rolloutHooks.ts";
import type { TrafficSplit } from "./trafficSplit.ts";

export interface ReversionFunctionArgs {
  readonly environment: string;
  readonly names: EnvironmentNames;
  readonly split: TrafficSplit;
  readonly initialStable: Slot;
  readonly rehearseWithout: RehearsedBreak | undefined;
  /** Of every rollout; the guard may invoke the functions that they name, and no others. */
  readonly hooks: readonly Hook[];
  /** As `renderVerification` writes it; undefined where all is as the defaults say. */
  readonly verification: string | undefined;
  readonly notify: NoticeArgs;
  /** Tasks of a slot that nobody needs; undefined where the guard scales nothing. */
  readonly idleCount: number | undefined;
  /** What each signal may do (`renderPolicy`); empty when each reverts alone. */
  readonly policyText: string;
  readonly tags: Record<string, string>;
}

export class ReversionFunction extends pulumi.ComponentResource {
  readonly function: aws.lambda.Function;
  /** People subscribe here to hear of every reversion. */
  readonly topic: aws.sns.Topic;
  readonly recordTable: aws.dynamodb.Table;

  constructor(name: string, args: ReversionFunctionArgs, opts?: pulumi.ComponentResourceOptions) {
    super("backout:index:ReversionFunction", name, {}, opts);
    const { names, split, tags } = args;
    const child = { parent: this };
    const region = aws.getRegionOutput({}, child).region;
    const accountId = aws.getCallerIdentityOutput({}, child).accountId;

    this.topic = new aws.sns.Topic(name, { name: names.topic, tags }, child);
    this.recordTable = new aws.dynamodb.Table(
      `${name}-record`,
      {
        name: names.recordTable,
        billingMode: "PAY_PER_REQUEST",
        hashKey: "environment",
        rangeKey: "entry",
        attributes: [
          { name: "environment", type: "S" },
          { name: "entry", type: "S" },
        ],
        tags,
      },
      child,
    );
    const invoked = functionArns(args.hooks, region, accountId);
    this.function = guardFunction(
      name,
      {
        functionName: names.guardFunction,
        description: `Backout: moves the traffic of ${args.environment} back when an alarm says so`,
        code: bundleGuard(),
        policyName: "revert",
        grants: [
          {
            actions: ["elasticloadbalancing:ModifyListener"],
            resources: [split.listener.arn],
          },
          {
            // ELBv2 authorises its Describe calls on all resources only; of alarms only states are read.
            actions: [
              "cloudwatch:DescribeAlarms",
              "cloudwatch:GetMetricStatistics",
              "elasticloadbalancing:DescribeListeners",
              "elasticloadbalancing:DescribeTargetHealth",
            ],
            resources: ["*"],
          },
          {
            actions: ["dynamodb:GetItem", "dynamodb:PutItem"],
            resources: [this.recordTable.arn],
          },
          {
            actions: [
              "ecs:DescribeServices",
              ...(args.idleCount === undefined ? [] : ["ecs:UpdateService"]),
            ],
            resources: SLOTS.map(
              (slot) =>
                pulumi.interpolate`arn:aws:ecs:${region}:${accountId}:service/${names.cluster}/${names.service[slot]}`,
            ),
          },
          ...(args.idleCount === undefined ? [] : scalingGrants(region, accountId)),
          { actions: ["sns:Publish"], resources: [this.topic.arn] },
          ...(invoked.length > 0
            ? [{ actions: ["lambda:InvokeFunction"], resources: invoked }]
            : []),
        ],
        // Three write attempts, a record store that does not answer, and an open write to outlast.
        timeoutSeconds: 60,
        variables: {
          BACKOUT_ENVIRONMENT: args.environment,
          BACKOUT_INITIAL_STABLE: args.initialStable,
          BACKOUT_LISTENER_ARN: split.listener.arn,
          BACKOUT_BLUE_TARGET_GROUP_ARN: split.targetGroups.blue.arn,
          BACKOUT_GREEN_TARGET_GROUP_ARN: split.targetGroups.green.arn,
          BACKOUT_TOPIC_ARN: this.topic.arn,
          ...hooksVariable(args.hooks),
          ...(args.idleCount === undefined ? {} : { BACKOUT_IDLE_COUNT: String(args.idleCount) }),
          ...(args.verification === undefined ? {} : { BACKOUT_VERIFICATION: args.verification }),
          ...webhooksVariable(args.notify),
          ...(args.policyText === "" ? {} : { BACKOUT_SIGNAL_POLICY: args.policyText }),
          ...(args.rehearseWithout === RehearsedBreak.Function
            ? { BACKOUT_REHEARSED_FAILURE: "throw" }
            : {}),
        },
        tags,
      },
      child,
    );
    this.registerOutputs({ functionArn: this.function.arn, topicArn: this.topic.arn });
  }
}

/**
 * The ARN of a scalable target is made up when a person registers it, so it cannot be named here: of
 * all targets only counts of ECS services may be changed. The ECS guide asks for `ecs:UpdateService`
 * beside it, which this role has for the slots' services alone; that AWS checks it per service is not
 * documented.
 */
function scalingGrants(region: pulumi.Output<string>, accountId: pulumi.Output<string>): Grant[] {
  return [
    { actions: ["application-autoscaling:DescribeScalableTargets"], resources: ["*"] },
    {
      actions: ["application-autoscaling:RegisterScalableTarget"],
      resources: [
        pulumi.interpolate`arn:aws:application-autoscaling:${region}:${accountId}:scalable-target/*`,
      ],
      when: {
        "application-autoscaling:service-namespace": "ecs",
        "application-autoscaling:scalable-dimension": "ecs:service:DesiredCount",
      },
    },
  ];
}
