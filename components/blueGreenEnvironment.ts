/** A blue-green environment: two slots behind one listener, with a guard that reverts by itself. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { renderReason } from "../base/errors.ts";
import { ENVIRONMENT_TAG, environmentNames } from "../guard/names.ts";
import { Slot, SLOTS } from "../guard/slot.ts";
import { type EnvironmentArgs, environmentProblems } from "./args.ts";
import { EcsSlots } from "./ecsSlots.ts";
import { GuardAlarms } from "./guardAlarms.ts";
import { ReversionFunction } from "./reversionFunction.ts";
import { TrafficSplit } from "./trafficSplit.ts";

/**
 * The idle slot takes the new release, traffic moves by weight, and the slot's alarms move it back.
 *
 * @throws pulumi.InputPropertiesError that lists every argument that cannot be used.
 */
export class BlueGreenEnvironment extends pulumi.ComponentResource {
  /** Where the environment answers; in the lab the listener's own URL stands in `lab status`. */
  readonly url: pulumi.Output<string>;
  readonly listenerArn: pulumi.Output<string>;
  /** Every reversion is announced here. */
  readonly topicArn: pulumi.Output<string>;

  constructor(name: string, args: EnvironmentArgs, opts?: pulumi.ComponentResourceOptions) {
    super("backout:index:BlueGreenEnvironment", name, {}, opts);
    const problems = environmentProblems(name, args);
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
    const rehearseWithout = args.guard?.rehearseWithout;
    const network = this.#network(args);

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
        tags,
      },
      child,
    );
    const slots = new EcsSlots(
      name,
      {
        names,
        releases: args.releases,
        workload: args.workload ?? {},
        containerPort,
        split,
        subnetIds: network.subnetIds,
        assignPublicIp: args.network?.assignPublicIp ?? true,
        region: aws.getRegionOutput({}, child).region,
        tags,
      },
      child,
    );
    const reversion = new ReversionFunction(
      `${name}-guard`,
      { environment, names, split, initialStable, rehearseWithout, tags },
      child,
    );
    const accountId = aws.getCallerIdentityOutput({}, child).accountId;
    for (const slot of SLOTS) {
      new GuardAlarms(
        `${name}-${slot}`,
        {
          names,
          slot,
          split,
          function: reversion.function,
          accountId,
          errorRatePercent: args.guard?.errorRatePercent ?? 5,
          minimumRequestsPerMinute: args.guard?.minimumRequestsPerMinute ?? 20,
          latencyP99Seconds: args.guard?.latencyP99Seconds ?? 1,
          latencyRatio: args.guard?.latencyRatio ?? 2,
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
