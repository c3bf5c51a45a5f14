/** Load balancer, listener and the two slots' target groups: where traffic is split by weight. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type EnvironmentNames, INITIAL_STABLE_TAG } from "../guard/names.ts";
import { allOn, type Slot, SLOTS } from "../guard/slot.ts";

export interface TrafficSplitArgs {
  readonly names: EnvironmentNames;
  readonly vpcId: pulumi.Input<string>;
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  readonly allowedCidrs: readonly string[];
  readonly listenerPort: number;
  readonly containerPort: number;
  readonly healthCheckPath: string;
  /** Decides the first weights only; afterwards the guard's traffic authority is their one writer. */
  readonly initialStable: Slot;
  readonly tags: Record<string, string>;
}

export class TrafficSplit extends pulumi.ComponentResource {
  readonly loadBalancer: aws.lb.LoadBalancer;
  readonly listener: aws.lb.Listener;
  readonly targetGroups: Readonly<Record<Slot, aws.lb.TargetGroup>>;
  /** The security group of the load balancer. */
  readonly publicSecurityGroup: aws.ec2.SecurityGroup;
  /** The security group of the tasks: reachable from the load balancer only. */
  readonly taskSecurityGroup: aws.ec2.SecurityGroup;

  constructor(name: string, args: TrafficSplitArgs, opts?: pulumi.ComponentResourceOptions) {
    super("backout:index:TrafficSplit", name, {}, opts);
    const { names, tags } = args;
    const child = { parent: this };

    const publicGroup = this.#securityGroup(`${name}-lb`, "reaches the listener", args);
    this.publicSecurityGroup = publicGroup;
    args.allowedCidrs.forEach((cidrIpv4, index) => {
      new aws.vpc.SecurityGroupIngressRule(
        `${name}-lb-in-${index}`,
        {
          securityGroupId: publicGroup.id,
          ipProtocol: "tcp",
          fromPort: args.listenerPort,
          toPort: args.listenerPort,
          cidrIpv4,
        },
        child,
      );
    });
    this.taskSecurityGroup = this.#securityGroup(`${name}-tasks`, "reaches the tasks", args);
    new aws.vpc.SecurityGroupIngressRule(
      `${name}-tasks-in`,
      {
        securityGroupId: this.taskSecurityGroup.id,
        ipProtocol: "tcp",
        fromPort: args.containerPort,
        toPort: args.containerPort,
        referencedSecurityGroupId: publicGroup.id,
      },
      child,
    );

    this.loadBalancer = new aws.lb.LoadBalancer(
      name,
      {
        name: names.loadBalancer,
        loadBalancerType: "application",
        securityGroups: [publicGroup.id],
        subnets: args.subnetIds,
        tags: { ...tags, [INITIAL_STABLE_TAG]: args.initialStable },
      },
      child,
    );
    const targetGroup = (slot: Slot): aws.lb.TargetGroup =>
      new aws.lb.TargetGroup(
        `${name}-${slot}`,
        {
          name: names.targetGroup[slot],
          targetType: "ip",
          protocol: "HTTP",
          // Never used: ECS registers each task with its own port. A port that followed the
          // container's would force a new target group, which the ignored action would not name.
          port: 80,
          vpcId: args.vpcId,
          // In-flight requests of a slot that is left get this long to end.
          deregistrationDelay: 30,
          healthCheck: {
            path: args.healthCheckPath,
            matcher: "200-399",
            interval: 10,
            timeout: 5,
            healthyThreshold: 2,
            unhealthyThreshold: 2,
          },
          tags: { ...tags, "backout:slot": slot },
        },
        child,
      );
    this.targetGroups = { blue: targetGroup("blue"), green: targetGroup("green") };

    const first = allOn(args.initialStable);
    this.listener = new aws.lb.Listener(
      name,
      {
        loadBalancerArn: this.loadBalancer.arn,
        port: args.listenerPort,
        protocol: "HTTP",
        defaultActions: [
          {
            type: "forward",
            forward: {
              targetGroups: SLOTS.map((slot) => ({
                arn: this.targetGroups[slot].arn,
                weight: first[slot],
              })),
              stickiness: { enabled: false, duration: 1 },
            },
          },
        ],
        tags,
      },
      // The whole action, not only its weights: with weights alone ignored inside the list, a change
      // beside them resets the live ones (pulumi-aws #5798, #5772).
      { ...child, ignoreChanges: ["defaultActions"] },
    );
    this.registerOutputs({ listenerArn: this.listener.arn });
  }

  #securityGroup(name: string, purpose: string, args: TrafficSplitArgs): aws.ec2.SecurityGroup {
    const group = new aws.ec2.SecurityGroup(
      name,
      { name, description: `Backout: ${purpose}`, vpcId: args.vpcId, tags: args.tags },
      { parent: this },
    );
    new aws.vpc.SecurityGroupEgressRule(
      `${name}-out`,
      { securityGroupId: group.id, ipProtocol: "-1", cidrIpv4: "0.0.0.0/0" },
      { parent: this },
    );
    return group;
  }
}
