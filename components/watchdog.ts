/** The second way home: a function with a role, a log group and a schedule of its own. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type EnvironmentNames, FAST_NAMESPACE } from "../guard/names.ts";
import type { Slot } from "../guard/slot.ts";
import { DEFAULT_TEST_HEADER, PublicRoutes } from "../guard/testRoutes.ts";
import type { EnvironmentArgs } from "./args.ts";
import { bundleGuard } from "./guardBundle.ts";
import { assumedBy, type Grant, inlinePolicy } from "./policy.ts";
import { guardFunction } from "./guardFunction.ts";
import type { ReversionFunction } from "./reversionFunction.ts";
import type { TrafficSplit } from "./trafficSplit.ts";

export interface WatchdogArgs {
  readonly environment: string;
  readonly names: EnvironmentNames;
  readonly split: TrafficSplit;
  /** Only its topic and its table are used, neither its function nor its role. */
  readonly reversion: Pick<ReversionFunction, "topic" | "recordTable">;
  readonly initialStable: Slot;
  readonly errorRatePercent: number;
  /** Where probes go, as `probeVariables` gives it. */
  readonly probing: Readonly<Record<string, pulumi.Input<string>>>;
  readonly policyText: string;
  /** The rule that gives everybody the static answer; undefined without a last resort. */
  readonly lastResort:
    | { readonly rule: aws.lb.ListenerRule; readonly afterMs: number; readonly untilMs: number }
    | undefined;
  readonly tags: Record<string, string>;
}

/**
 * EventBridge Scheduler calls it, with a role, and not the rule that calls the guard: no resource
 * policy, no rule and no role stands in both ways home. A call that fails is not repeated: the next
 * minute's is there before.
 */
export class Watchdog extends pulumi.ComponentResource {
  readonly function: aws.lambda.Function;

  constructor(name: string, args: WatchdogArgs, opts?: pulumi.ComponentResourceOptions) {
    super("backout:index:Watchdog", name, {}, opts);
    const child = { parent: this };
    this.function = this.#function(name, args);
    const { names, tags } = args;
    new aws.lambda.FunctionEventInvokeConfig(
      name,
      {
        functionName: this.function.name,
        maximumEventAgeInSeconds: 60,
        maximumRetryAttempts: 0,
      },
      child,
    );
    const role = new aws.iam.Role(
      `${name}-schedule`,
      {
        name: `${names.watchdogFunction}-schedule`,
        assumeRolePolicy: assumedBy("scheduler.amazonaws.com"),
        tags,
      },
      child,
    );
    const policy = new aws.iam.RolePolicy(
      `${name}-schedule`,
      {
        name: "call",
        role: role.name,
        policy: inlinePolicy([
          { actions: ["lambda:InvokeFunction"], resources: [this.function.arn] },
        ]),
      },
      child,
    );
    new aws.scheduler.Schedule(
      name,
      {
        name: names.watchdogFunction,
        description: "Backout: the watchdog looks every minute",
        scheduleExpression: "rate(1 minute)",
        flexibleTimeWindow: { mode: "OFF" },
        target: {
          arn: this.function.arn,
          roleArn: role.arn,
          // Scheduler puts in when the call was due (User Guide, "context attributes").
          input: JSON.stringify({ time: "<aws.scheduler.scheduled-time>" }),
          retryPolicy: { maximumEventAgeInSeconds: 60, maximumRetryAttempts: 0 },
        },
      },
      { ...child, dependsOn: [policy] },
    );
    this.registerOutputs({ functionArn: this.function.arn });
  }

  #function(name: string, args: WatchdogArgs): aws.lambda.Function {
    const { names, split, reversion, policyText, lastResort, tags } = args;
    return guardFunction(
      name,
      {
        functionName: names.watchdogFunction,
        description: "Backout: looks every minute, and brings traffic home where the guard did not",
        code: bundleGuard("watchdog/lambda"),
        policyName: "bring-home",
        grants: watchdogGrants({
          listener: split.listener.arn,
          recordTable: reversion.recordTable.arn,
          topic: reversion.topic.arn,
          ...(lastResort && { lastResortRule: lastResort.rule.arn }),
        }),
        // As the guard's, after two slots' probes.
        timeoutSeconds: 90,
        variables: {
          BACKOUT_ENVIRONMENT: args.environment,
          BACKOUT_INITIAL_STABLE: args.initialStable,
          BACKOUT_LISTENER_ARN: split.listener.arn,
          BACKOUT_BLUE_TARGET_GROUP_ARN: split.targetGroups.blue.arn,
          BACKOUT_GREEN_TARGET_GROUP_ARN: split.targetGroups.green.arn,
          BACKOUT_TOPIC_ARN: reversion.topic.arn,
          BACKOUT_ERROR_RATE_PERCENT: String(args.errorRatePercent),
          ...args.probing,
          ...(policyText === "" ? {} : { BACKOUT_SIGNAL_POLICY: policyText }),
          ...(lastResort && {
            BACKOUT_LAST_RESORT_RULE_ARN: lastResort.rule.arn,
            BACKOUT_LAST_RESORT_AFTER_MS: String(lastResort.afterMs),
            BACKOUT_LAST_RESORT_UNTIL_MS: String(lastResort.untilMs),
          }),
        },
        tags,
      },
      { parent: this },
    );
  }
}

/** All that its role may do beside logging. */
export function watchdogGrants(
  arns: Readonly<Record<"listener" | "recordTable" | "topic", pulumi.Input<string>>> & {
    readonly lastResortRule?: pulumi.Input<string>;
  },
): Grant[] {
  const { lastResortRule } = arns;
  return [
    { actions: ["elasticloadbalancing:ModifyListener"], resources: [arns.listener] },
    {
      // ELBv2 authorises its Describe calls on all resources only; of alarms only states are read.
      actions: [
        "cloudwatch:DescribeAlarms",
        "elasticloadbalancing:DescribeListeners",
        ...(lastResortRule === undefined ? [] : ["elasticloadbalancing:DescribeRules"]),
        "elasticloadbalancing:DescribeTargetHealth",
      ],
      resources: ["*"],
    },
    // Query: what was tried before, for the people who are asked when nothing more can be.
    {
      actions: ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"],
      resources: [arns.recordTable],
    },
    // This one rule, which holds no weight.
    ...(lastResortRule === undefined
      ? []
      : [{ actions: ["elasticloadbalancing:ModifyRule"], resources: [lastResortRule] }]),
    { actions: ["sns:Publish"], resources: [arns.topic] },
    {
      // How many probes it sends, so that alarms leave them out; bounded by the namespace, as it knows
      // no resources.
      actions: ["cloudwatch:PutMetricData"],
      resources: ["*"],
      when: { "cloudwatch:namespace": FAST_NAMESPACE },
    },
  ];
}

/** Anybody on the internet, AWS's own addresses among them. */
const EVERYBODY = "0.0.0.0/0";

/** Why probes may reach nobody, as a warning at preview; null when nothing stands in their way. */
export function probeDoubt({ network }: EnvironmentArgs): string | null {
  const { allowedCidrs = [EVERYBODY] } = network ?? {};
  if (allowedCidrs.includes(EVERYBODY)) return null;
  return (
    `network.allowedCidrs (${allowedCidrs.join(", ")}) keeps out a Lambda function outside your VPC: ` +
    "the watchdog's probes will say `error`, never good, and it acts on latches and unheeded alarms only"
  );
}

/** By a tester's route where one is open to it, else as everybody reaches the listener. */
export function probeVariables(
  args: EnvironmentArgs,
  dnsName: pulumi.Input<string>,
): Record<string, pulumi.Input<string>> {
  const { testRoutes = {}, workload = {}, guard = {}, listenerPort = 80 } = args;
  const path = guard.probePath ?? workload.healthCheckPath ?? "/";
  const { onPublicListener = PublicRoutes.Off, header, secret } = testRoutes;
  return {
    BACKOUT_PROBE_URL: pulumi.interpolate`http://${dnsName}:${listenerPort}${path}`,
    ...(onPublicListener !== PublicRoutes.Off && {
      BACKOUT_PROBE_HEADER: header ?? DEFAULT_TEST_HEADER,
    }),
    ...(onPublicListener === PublicRoutes.Secret &&
      secret !== undefined && { BACKOUT_PROBE_SECRET: pulumi.secret(secret) }),
  };
}
