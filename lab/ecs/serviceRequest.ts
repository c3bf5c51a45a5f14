/** Checks what CreateService and UpdateService are given, and fills in ECS's defaults. */
import type {
  CreateServiceRequest,
  LoadBalancer,
  NetworkConfiguration,
  UpdateServiceRequest,
} from "@aws-sdk/client-ecs";
import { notImplemented } from "../supported.ts";
import type { TaskDefinitionRecord } from "./store.ts";
import { invalid, refuseMeaningful } from "./validation.ts";

const COMMON = [
  "cluster",
  "loadBalancers",
  "taskDefinition",
  "desiredCount",
  "deploymentConfiguration",
  "networkConfiguration",
  "healthCheckGracePeriodSeconds",
  "platformVersion",
  // Local processes have no zones to be spread over.
  "availabilityZoneRebalancing",
  "enableECSManagedTags",
  "propagateTags",
];
const CREATE = [
  ...COMMON,
  "serviceName",
  "clientToken",
  "launchType",
  "schedulingStrategy",
  "deploymentController",
  "tags",
];
const UPDATE = [...COMMON, "service", "forceNewDeployment", "deploymentController"];

export function checkCreate(input: CreateServiceRequest): void {
  refuseMeaningful("CreateService", input, CREATE);
  if (input.launchType !== "FARGATE") {
    throw notImplemented("CreateService", `launchType ${input.launchType ?? "EC2"}`);
  }
  if ((input.schedulingStrategy ?? "REPLICA") !== "REPLICA") {
    throw notImplemented("CreateService", `schedulingStrategy ${input.schedulingStrategy}`);
  }
  if (input.desiredCount === undefined) {
    throw invalid("desiredCount must be specified for the REPLICA scheduling strategy.");
  }
  checkCommon("CreateService", input);
}

export function checkUpdate(input: UpdateServiceRequest): void {
  refuseMeaningful("UpdateService", input, UPDATE);
  checkCommon("UpdateService", input);
}

function checkCommon(operation: string, input: CreateServiceRequest | UpdateServiceRequest): void {
  const { desiredCount = 0, deploymentController, platformVersion = "LATEST" } = input;
  if ((deploymentController?.type ?? "ECS") !== "ECS") {
    throw notImplemented(operation, `deploymentController ${deploymentController?.type}`);
  }
  if (!Number.isInteger(desiredCount) || desiredCount < 0) {
    throw invalid("desiredCount must not be negative.");
  }
  if (platformVersion !== "LATEST" && platformVersion !== "1.4.0") {
    throw notImplemented(operation, `platformVersion ${platformVersion}`);
  }
}

export function checkNetwork(
  configuration: NetworkConfiguration | undefined,
): NetworkConfiguration {
  const vpc = configuration?.awsvpcConfiguration;
  if (!vpc) {
    throw invalid("Network Configuration must be provided when networkMode 'awsvpc' is specified.");
  }
  if (!vpc.subnets?.length) throw invalid("subnets can not be empty.");
  return {
    awsvpcConfiguration: {
      subnets: vpc.subnets,
      securityGroups: vpc.securityGroups ?? [],
      assignPublicIp: vpc.assignPublicIp ?? "DISABLED",
    },
  };
}

/** Each entry must name a container of the task definition and one of its ports. */
export function checkLoadBalancers(
  operation: string,
  loadBalancers: readonly LoadBalancer[],
  { definition }: TaskDefinitionRecord,
): void {
  for (const entry of loadBalancers) {
    refuseMeaningful(`${operation} (loadBalancers)`, entry, [
      "targetGroupArn",
      "containerName",
      "containerPort",
    ]);
    if (!entry.targetGroupArn) throw invalid("targetGroupArn is required in loadBalancers.");
    const container = definition.containerDefinitions?.find(
      ({ name }) => name === entry.containerName,
    );
    if (!container) {
      throw invalid(`The container ${entry.containerName} does not exist in the task definition.`);
    }
    const ports = container.portMappings ?? [];
    if (!ports.some(({ containerPort }) => containerPort === entry.containerPort)) {
      throw invalid(
        `The container ${entry.containerName} did not have a container port ` +
          `${entry.containerPort} defined.`,
      );
    }
  }
}
