/** Services and tasks as DescribeServices and DescribeTasks show them. */
import type { Deployment, Service, Task } from "@aws-sdk/client-ecs";
import { REGION } from "../service.ts";
import { taskHealth } from "./containerHealth.ts";
import { type DeploymentRecord, renderTags, type ServiceRecord, type TaskRecord } from "./store.ts";

export function renderService(
  service: ServiceRecord,
  tasks: readonly TaskRecord[],
  include: readonly string[] = [],
): Service {
  const [primary] = service.deployments;
  return {
    serviceArn: service.arn,
    serviceName: service.name,
    clusterArn: service.cluster.arn,
    loadBalancers: [...(primary?.loadBalancers ?? [])],
    serviceRegistries: [],
    status: service.status,
    desiredCount: service.desiredCount,
    ...countsOf(tasks),
    launchType: "FARGATE",
    platformVersion: primary?.platformVersion,
    platformFamily: "Linux",
    taskDefinition: primary?.taskDefinition.arn,
    deploymentConfiguration: service.configuration,
    deploymentController: { type: "ECS" },
    deployments: service.deployments.map((deployment) =>
      renderDeployment(deployment, service, tasks),
    ),
    events: service.events,
    createdAt: new Date(service.createdAt),
    createdBy: service.createdBy,
    placementConstraints: [],
    placementStrategy: [],
    networkConfiguration: primary?.networkConfiguration,
    healthCheckGracePeriodSeconds: service.healthCheckGracePeriodSeconds,
    schedulingStrategy: "REPLICA",
    enableECSManagedTags: service.enableECSManagedTags,
    propagateTags: service.propagateTags,
    enableExecuteCommand: false,
    availabilityZoneRebalancing: service.availabilityZoneRebalancing,
    ...(include.includes("TAGS") && { tags: renderTags(service.tags) }),
  };
}

function renderDeployment(
  deployment: DeploymentRecord,
  service: ServiceRecord,
  tasks: readonly TaskRecord[],
): Deployment {
  const primary = deployment === service.deployments[0];
  return {
    id: deployment.id,
    status: primary ? "PRIMARY" : "ACTIVE",
    taskDefinition: deployment.taskDefinition.arn,
    desiredCount: primary ? service.desiredCount : 0,
    ...countsOf(tasks.filter(({ deploymentId }) => deploymentId === deployment.id)),
    failedTasks: deployment.failedTasks,
    createdAt: new Date(deployment.createdAt),
    updatedAt: new Date(deployment.updatedAt),
    launchType: "FARGATE",
    platformVersion: deployment.platformVersion,
    platformFamily: "Linux",
    networkConfiguration: deployment.networkConfiguration,
    rolloutState: deployment.rolloutState,
    rolloutStateReason: deployment.rolloutStateReason,
  };
}

const PENDING: ReadonlySet<TaskRecord["status"]> = new Set([
  "PROVISIONING",
  "PENDING",
  "ACTIVATING",
]);

/** A task that is told to stop counts as running until it no longer is, as on AWS. */
function countsOf(tasks: readonly TaskRecord[]): { runningCount: number; pendingCount: number } {
  const pending = tasks.filter(({ status }) => PENDING.has(status));
  const running = tasks.filter(({ status, startedAt }) => status !== "STOPPED" && startedAt);
  return { runningCount: running.length, pendingCount: pending.length };
}

export function renderTask(task: TaskRecord, include: readonly string[] = []): Task {
  const { definition } = task.taskDefinition;
  return {
    taskArn: task.arn,
    clusterArn: task.cluster.arn,
    taskDefinitionArn: task.taskDefinition.arn,
    group: task.group,
    startedBy: task.startedBy,
    launchType: "FARGATE",
    platformVersion: "1.4.0",
    platformFamily: "Linux",
    availabilityZone: `${REGION}a`,
    cpu: definition.cpu,
    memory: definition.memory,
    lastStatus: task.status,
    desiredStatus: task.desiredStatus,
    healthStatus: taskHealth(task),
    connectivity: "CONNECTED",
    attachments: [],
    attributes: [],
    overrides: { containerOverrides: [], inferenceAcceleratorOverrides: [], ...task.overrides },
    version: task.version,
    createdAt: new Date(task.createdAt),
    startedAt: at(task.startedAt),
    stoppingAt: at(task.stoppingAt),
    stoppedAt: at(task.stoppedAt),
    executionStoppedAt: at(task.executionStoppedAt),
    stopCode: task.stopCode,
    stoppedReason: task.stoppedReason,
    containers: task.containers.map((container, index) => {
      const mapped = definition.containerDefinitions?.[index]?.portMappings ?? [];
      return {
        containerArn: container.arn,
        taskArn: task.arn,
        name: container.name,
        image: container.image,
        lastStatus: container.status,
        exitCode: container.exitCode,
        reason: container.reason,
        healthStatus: container.health,
        // On Fargate these are empty, for there the task has an address of its own.
        networkBindings: mapped.map(({ containerPort }) => ({
          bindIP: "127.0.0.1",
          containerPort,
          hostPort: task.localPorts.get(containerPort ?? 0),
          protocol: "tcp",
        })),
        networkInterfaces: [{ privateIpv4Address: "127.0.0.1" }],
      };
    }),
    ...(include.includes("TAGS") && { tags: renderTags(task.tags) }),
  };
}

function at(ms: number | undefined): Date | undefined {
  return ms === undefined ? undefined : new Date(ms);
}
