/** An environment: two slots behind one listener, with a guard that reverts by itself. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { renderReason } from "../base/errors.ts";
import { ENVIRONMENT_TAG, environmentNames, ROLLOUT_TAG, SENTINEL_TAG } from "../guard/names.ts";
import type { Step } from "../guard/rollout/rollout.ts";
import { renderSettings } from "../guard/rollout/settings.ts";
import { Slot, SLOTS } from "../guard/slot.ts";
import { type EnvironmentArgs, environmentProblems } from "./args.ts";
import { EcsSlots } from "./ecsSlots.ts";
import { GuardAlarms } from "./guardAlarms.ts";
import { GuardSchedule } from "./guardSchedule.ts";
import { ReversionFunction } from "./reversionFunction.ts";
import { rolloutSettings } from "./rolloutArgs.ts";
import { falseReversionsOf, sentinelArgs } from "./sentinelArgs.ts";
import { TrafficSplit } from "./trafficSplit.ts";

/**
 * The one graph under every strategy; `BlueGreenEnvironment` and `CanaryEnvironment` differ in the
 * steps of their rollouts.
 *
 * @throws pulumi.InputPropertiesError that lists every argument that cannot be used.
 */
export class GuardedEnvironment extends pulumi.ComponentResource {
  /** Where the environment answers; in the lab the listener's own URL stands in `lab status`. */
  readonly url: pulumi.Output<string>;
  readonly listenerArn: pulumi.Output<string>;
  /** Every reversion is announced here. */
  readonly topicArn: pulumi.Output<string>;

  constructor(
    type: string,
    name: string,
    args: EnvironmentArgs,
    steps: readonly Step[],
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(type, name, {}, opts);
    const { settings, problems: rolloutProblems } = rolloutSettings(args.rollout ?? {}, steps);
    const problems = [...environmentProblems(name, args), ...rolloutProblems];
    if (problems.length > 0) {
      throw new pulumi.InputPropertiesError({
        message: `environment "${name}" cannot be provisioned`,
        errors: problems.map((problem) => ({
          propertyPath: problem.field,
          reason: renderReason(problem),
        })),
      });
    }
    const child = { parent: this };
    const environment = args.environment ?? name;
    const names = environmentNames(environment);
    const tags = { [ENVIRONMENT_TAG]: environment };
    const initialStable = args.initialStable ?? Slot.Blue;
    const listenerPort = args.listenerPort ?? 80;
    const containerPort = args.workload?.containerPort ?? 8080;
    const { rehearseWithout, fastSignals = false, latencyP99Seconds = 1 } = args.guard ?? {};
    const network = this.#network(args);
    const falseReversions = falseReversionsOf(args);

    const split = new TrafficSplit(
      name,
      {
        names,
        ...network,
        allowedCidrs: args.network?.allowedCidrs ?? ["0.0.0.0/0"],
        listenerPort,
        containerPort,
        healthCheckPath: args.workload?.healthCheckPath ?? "/",
        initialStable,
        tags: {
          ...tags,
          [ROLLOUT_TAG]: renderSettings(settings),
          ...(falseReversions === null ? {} : { [SENTINEL_TAG]: String(falseReversions) }),
        },
      },
      child,
    );
    const reversion = new ReversionFunction(
      `${name}-guard`,
      { environment, names, split, initialStable, rehearseWithout, tags },
      child,
    );
    const slots = new EcsSlots(
      name,
      {
        environment,
        names,
        releases: args.releases,
        workload: args.workload ?? {},
        containerPort,
        split,
        subnetIds: network.subnetIds,
        assignPublicIp: args.network?.assignPublicIp ?? true,
        region: aws.getRegionOutput({}, child).region,
        fastSignals,
        sentinel: sentinelArgs(args, reversion),
        initialStable,
        tags,
      },
      child,
    );
    // An environment that rehearses a broken link has no second look either: nothing comes home.
    if (rehearseWithout === undefined) {
      new GuardSchedule(`${name}-reconcile`, { names, function: reversion.function, tags }, child);
    }
    const accountId = aws.getCallerIdentityOutput({}, child).accountId;
    for (const slot of SLOTS) {
      new GuardAlarms(
        `${name}-${slot}`,
        {
          environment,
          names,
          slot,
          split,
          function: reversion.function,
          accountId,
          errorRatePercent: args.guard?.errorRatePercent ?? 5,
          minimumRequestsPerMinute: args.guard?.minimumRequestsPerMinute ?? 20,
          latencyP99Seconds,
          latencyRatio: args.guard?.latencyRatio ?? 2,
          fastSignals,
          rehearseWithout,
          tags,
        },
        // Alarms that are there before any target would go off over their absence.
        { ...child, dependsOn: [slots] },
      );
    }
    this.url = pulumi.interpolate`http://${split.loadBalancer.dnsName}:${listenerPort}`;
    this.listenerArn = split.listener.arn;
    this.topicArn = reversion.topic.arn;
    this.registerOutputs({
      url: this.url,
      listenerArn: this.listenerArn,
      topicArn: this.topicArn,
    });
  }

  /** The given network, or the region's default VPC with all its subnets. */
  #network(args: EnvironmentArgs): {
    vpcId: pulumi.Input<string>;
    subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  } {
    const vpcId =
      args.network?.vpcId ?? aws.ec2.getVpcOutput({ default: true }, { parent: this }).id;
    const subnetIds =
      args.network?.subnetIds ??
      aws.ec2.getSubnetsOutput({ filters: [{ name: "vpc-id", values: [vpcId] }] }, { parent: this })
        .ids;
    return { vpcId, subnetIds };
  }
}
