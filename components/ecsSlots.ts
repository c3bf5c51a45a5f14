/** The workload on ECS Fargate: one cluster, one service per slot, an optional fault sidecar. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type EnvironmentNames, RELEASE_TAG } from "../guard/names.ts";
import { type Slot, SLOTS } from "../guard/slot.ts";
import type { WorkloadArgs } from "./args.ts";
import { assumedBy, inlinePolicy } from "./policy.ts";
import { slotProtection } from "./slotProtection.ts";
import type { TrafficSplit } from "./trafficSplit.ts";

export interface EcsSlotsArgs {
  readonly names: EnvironmentNames;
  readonly releases: Readonly<Record<Slot, string>>;
  readonly workload: WorkloadArgs;
  readonly containerPort: number;
  readonly split: TrafficSplit;
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  readonly assignPublicIp: boolean;
  readonly region: pulumi.Input<string>;
  readonly tags: Record<string, string>;
}

/** Where the app listens inside the task when the sidecar has taken the public port. */
const APP_PORT_BEHIND_SIDECAR = 8081;

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
    const sidecar = workload.faultSidecarImage
      ? this.#faultTable(name, args, taskRole)
      : { dependsOn: [] };

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
            .apply(([region, logGroup, environment]) =>
              JSON.stringify(renderContainers({ ...args, slot, region, logGroup, environment })),
            ),
          tags,
        },
        child,
      );
      return new aws.ecs.Service(
        `${name}-${slot}`,
        {
          name: names.service[slot],
          cluster: cluster.arn,
          taskDefinition: task.arn,
          desiredCount: workload.desiredCount ?? 1,
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
          tags: { ...tags, "backout:slot": slot, [RELEASE_TAG]: args.releases[slot] },
        },
        {
          ...child,
          // A target group takes targets only once a listener forwards to it.
          dependsOn: [args.split.listener, execution, ...sidecar.dependsOn],
          hooks: {
            beforeUpdate: [
              slotProtection(
                `${name}-${slot}-protection`,
                slot,
                args.split.listener,
                args.split.targetGroups[slot],
              ),
            ],
          },
        },
      );
    };
    this.services = { blue: service("blue"), green: service("green") };
    this.registerOutputs({ services: SLOTS.map((slot) => this.services[slot].name) });
  }

  /** The table of fault leases, and the task role's right to read them and to report. */
  #faultTable(
    name: string,
    args: EcsSlotsArgs,
    taskRole: aws.iam.Role,
  ): { readonly dependsOn: pulumi.Resource[] } {
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
      { parent: this },
    );
    const policy = new aws.iam.RolePolicy(
      `${name}-faults`,
      {
        name: "fault-leases",
        role: taskRole.name,
        policy: inlinePolicy([
          { actions: ["dynamodb:GetItem", "dynamodb:PutItem"], resources: [table.arn] },
        ]),
      },
      { parent: this },
    );
    return { dependsOn: [table, policy] };
  }
}

interface ContainerInputs extends EcsSlotsArgs {
  readonly slot: Slot;
  readonly region: string;
  readonly logGroup: string;
  readonly environment: Record<string, string>;
}

/** The task's containers in ECS's own JSON shape. */
function renderContainers(inputs: ContainerInputs): object[] {
  const { slot, workload, containerPort } = inputs;
  const release = inputs.releases[slot];
  const appPort = workload.faultSidecarImage ? APP_PORT_BEHIND_SIDECAR : containerPort;
  const container = (name: string, image: string, port: number, env: Record<string, string>) => ({
    name,
    image,
    essential: true,
    portMappings: [{ containerPort: port, protocol: "tcp" }],
    environment: Object.entries({ ...env, PORT: String(port) })
      .map(([key, value]) => ({ name: key, value }))
      .sort((a, b) => a.name.localeCompare(b.name)),
    logConfiguration: {
      logDriver: "awslogs",
      options: {
        "awslogs-group": inputs.logGroup,
        "awslogs-region": inputs.region,
        "awslogs-stream-prefix": slot,
      },
    },
  });
  const identity = { BACKOUT_SLOT: slot, BACKOUT_RELEASE: release };
  const app = container("app", release, appPort, { ...inputs.environment, ...identity });
  if (!workload.faultSidecarImage) return [app];
  const sidecar = container("fault-sidecar", workload.faultSidecarImage, containerPort, {
    ...identity,
    UPSTREAM: `http://127.0.0.1:${appPort}`,
    BACKOUT_FAULT_TABLE: inputs.names.faultTable,
  });
  return [app, sidecar];
}
