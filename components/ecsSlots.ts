/** The workload on ECS Fargate: one cluster, one service per slot, an optional fault sidecar. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type EnvironmentNames, IDLE_COUNT_TAG, RELEASE_TAG } from "../guard/names.ts";
import { type Slot, SLOTS } from "../guard/slot.ts";
import type { WorkloadArgs } from "./args.ts";
import { idleCountProtection } from "./idleCountProtection.ts";
import { assumedBy } from "./policy.ts";
import type { SentinelArgs } from "./sentinelArgs.ts";
import { sidecarAccess } from "./sidecarAccess.ts";
import type { SlotSource } from "./liveSlot.ts";
import { slotProtection, warnOfDrift } from "./slotProtection.ts";
import { renderContainers } from "./taskContainers.ts";
import type { TrafficSplit } from "./trafficSplit.ts";

export interface EcsSlotsArgs {
  readonly environment: string;
  readonly names: EnvironmentNames;
  readonly releases: Readonly<Record<Slot, string>>;
  readonly workload: WorkloadArgs;
  readonly containerPort: number;
  readonly split: TrafficSplit;
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  readonly assignPublicIp: boolean;
  readonly region: pulumi.Input<string>;
  /** The sidecars publish metrics of their own. */
  readonly fastSignals: boolean;
  /** Undefined where the sidecars do not judge the candidate. */
  readonly sentinel: SentinelArgs | undefined;
  readonly initialStable: Slot;
  readonly tags: Record<string, string>;
}

export class EcsSlots extends pulumi.ComponentResource {
  readonly services: Readonly<Record<Slot, aws.ecs.Service>>;

  constructor(name: string, args: EcsSlotsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("backout:index:EcsSlots", name, {}, opts);
    const { names, tags, workload } = args;
    const child = { parent: this };

    const cluster = new aws.ecs.Cluster(name, { name: names.cluster, tags }, child);
    const logs = new aws.cloudwatch.LogGroup(
      `${name}-tasks`,
      { name: `/backout/${names.cluster}`, retentionInDays: 14, tags },
      child,
    );
    const executionRole = new aws.iam.Role(
      `${name}-execution`,
      {
        name: `${names.cluster}-execution`,
        assumeRolePolicy: assumedBy("ecs-tasks.amazonaws.com"),
        tags,
      },
      child,
    );
    const execution = new aws.iam.RolePolicyAttachment(
      `${name}-execution`,
      {
        role: executionRole.name,
        policyArn: "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy",
      },
      child,
    );
    const taskRole = new aws.iam.Role(
      `${name}-task`,
      {
        name: `${names.cluster}-task`,
        assumeRolePolicy: assumedBy("ecs-tasks.amazonaws.com"),
        tags,
      },
      child,
    );
    const access = workload.faultSidecarImage ? sidecarAccess(name, args, taskRole, child) : [];

    const { desiredCount = 1 } = workload;
    const { idleCount = desiredCount } = workload;
    const service = (slot: Slot): aws.ecs.Service => {
      const task = new aws.ecs.TaskDefinition(
        `${name}-${slot}`,
        {
          family: names.service[slot],
          requiresCompatibilities: ["FARGATE"],
          networkMode: "awsvpc",
          cpu: String(workload.cpu ?? 256),
          memory: String(workload.memoryMiB ?? 512),
          executionRoleArn: executionRole.arn,
          taskRoleArn: taskRole.arn,
          containerDefinitions: pulumi
            .all([args.region, logs.name, pulumi.output(workload.environment ?? {})])
            .apply(([region, logGroup, variables]) =>
              JSON.stringify(renderContainers({ ...args, slot, region, logGroup, variables })),
            ),
          // ECS deploys no INACTIVE revision: without this no older release could come back. They
          // cost nothing, and stay when the stack is destroyed.
          skipDestroy: true,
          tags,
        },
        child,
      );
      const source: SlotSource = {
        cluster,
        serviceName: names.service[slot],
        listener: args.split.listener,
        targetGroup: args.split.targetGroups[slot],
      };
      void warnOfDrift(slot, args.releases[slot], source, this);
      return new aws.ecs.Service(
        `${name}-${slot}`,
        {
          name: names.service[slot],
          cluster: cluster.arn,
          taskDefinition: task.arn,
          desiredCount: slot === args.initialStable ? desiredCount : idleCount,
          launchType: "FARGATE",
          healthCheckGracePeriodSeconds: 60,
          networkConfiguration: {
            subnets: args.subnetIds,
            securityGroups: [args.split.taskSecurityGroup.id],
            assignPublicIp: args.assignPublicIp,
          },
          loadBalancers: [
            {
              targetGroupArn: args.split.targetGroups[slot].arn,
              containerName: workload.faultSidecarImage ? "fault-sidecar" : "app",
              containerPort: args.containerPort,
            },
          ],
          tags: {
            ...tags,
            "backout:slot": slot,
            [RELEASE_TAG]: args.releases[slot],
            ...(workload.idleCount === undefined
              ? {}
              : { [IDLE_COUNT_TAG]: String(workload.idleCount) }),
          },
        },
        {
          ...child,
          // The guard scales the idle slot, and Application Auto Scaling the other, should there be any.
          ...(workload.idleCount === undefined ? {} : { ignoreChanges: ["desiredCount"] }),
          // A target group takes targets only once a listener forwards to it.
          dependsOn: [args.split.listener, execution, ...access],
          hooks: {
            beforeUpdate: [
              slotProtection(`${name}-${slot}-protection`, slot, source),
              idleCountProtection(
                `${name}-${slot}-idle-count`,
                slot,
                desiredCount,
                source,
                names.cluster,
              ),
            ],
          },
        },
      );
    };
    this.services = { blue: service("blue"), green: service("green") };
    this.registerOutputs({ services: SLOTS.map((slot) => this.services[slot].name) });
  }
}
