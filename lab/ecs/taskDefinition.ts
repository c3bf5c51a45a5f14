/** Checks a task definition as ECS does for Fargate, and fills in what ECS fills in. */
import type { RegisterTaskDefinitionRequest, TaskDefinition } from "@aws-sdk/client-ecs";
import { notImplemented } from "../supported.ts";
import { checkContainers, withDefaults } from "./containerDefinition.ts";
import { isFargateSize, normalSize } from "./fargate.ts";
import { clientError, refuseMeaningful } from "./validation.ts";

const OPERATION = "RegisterTaskDefinition";

const SUPPORTED = [
  "family",
  "taskRoleArn",
  "executionRoleArn",
  "networkMode",
  "containerDefinitions",
  "requiresCompatibilities",
  "cpu",
  "memory",
  "tags",
  "runtimePlatform",
];

/** Throws `ClientException` for what ECS refuses and `NotImplemented` for what the lab cannot. */
export function renderDefinition(input: RegisterTaskDefinitionRequest): TaskDefinition {
  refuseMeaningful(OPERATION, input, SUPPORTED);
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(input.family ?? "")) {
    throw clientError("Family contains invalid characters.");
  }
  if (!input.requiresCompatibilities?.every((name) => name === "FARGATE")) {
    throw notImplemented(OPERATION, "requiresCompatibilities other than FARGATE");
  }
  if (!input.requiresCompatibilities?.length) {
    throw notImplemented(OPERATION, "task definitions without requiresCompatibilities: FARGATE");
  }
  if (input.networkMode !== "awsvpc") {
    throw clientError("Fargate only supports network mode ‘awsvpc’.");
  }
  const containers = input.containerDefinitions ?? [];
  if (containers.length === 0) throw clientError("Container list cannot be empty.");
  checkSize(input);
  checkContainers(containers);
  if (containers.some(({ logConfiguration }) => logConfiguration) && !input.executionRoleArn) {
    throw clientError(
      "Fargate requires task definition to have execution role ARN to support log driver awslogs.",
    );
  }
  const { tags: _, ...definition } = input;
  return {
    ...definition,
    cpu: normalSize(input.cpu ?? ""),
    memory: normalSize(input.memory ?? ""),
    containerDefinitions: containers.map(withDefaults),
    volumes: [],
    placementConstraints: [],
    compatibilities: ["EC2", "FARGATE"],
  };
}

function checkSize(input: RegisterTaskDefinitionRequest): void {
  const cpu = normalSize(input.cpu ?? "");
  const memory = normalSize(input.memory ?? "");
  for (const [name, value] of Object.entries({ cpu, memory })) {
    if (value === "") {
      throw clientError(`Fargate requires that '${name}' be defined at the task level.`);
    }
  }
  if (isFargateSize(cpu, memory)) return;
  throw clientError(
    `No Fargate configuration exists for given values: ${cpu} CPU, ${memory} memory. ` +
      "See the Amazon ECS documentation for the valid values.",
  );
}
