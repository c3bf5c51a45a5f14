/** Checks the containers of a task definition as ECS does for Fargate. */
import type { ContainerDefinition } from "@aws-sdk/client-ecs";
import { REGION } from "../service.ts";
import { notImplemented } from "../supported.ts";
import { clientError, refuseMeaningful } from "./validation.ts";

const OPERATION = "RegisterTaskDefinition";

/** CPU and memory are checked and kept, not enforced: a container here is a plain process. */
const SUPPORTED_OF_CONTAINER = [
  "name",
  "image",
  "cpu",
  "memory",
  "memoryReservation",
  "portMappings",
  "essential",
  "environment",
  "dependsOn",
  "startTimeout",
  "stopTimeout",
  "logConfiguration",
  "dockerLabels",
  "versionConsistency",
];

const LOG_OPTIONS = [
  "awslogs-group",
  "awslogs-region",
  "awslogs-stream-prefix",
  "awslogs-create-group",
  "mode",
  "max-buffer-size",
];

/** Throws `ClientException` for what ECS refuses and `NotImplemented` for what the lab cannot. */
export function checkContainers(containers: readonly ContainerDefinition[]): void {
  const names = containers.map(({ name }) => name ?? "");
  if (new Set(names).size < names.length) throw clientError("Container names must be unique.");
  if (!containers.some(({ essential }) => essential !== false)) {
    throw clientError("At least one container must be essential.");
  }
  const ports = containers.flatMap(({ portMappings }) => portMappings ?? []);
  const numbers = ports.map(({ containerPort }) => containerPort);
  if (new Set(numbers).size < numbers.length) {
    throw clientError(
      "The containers of an awsvpc task share one network: a port is mapped twice.",
    );
  }
  for (const { containerPort, hostPort } of ports) {
    if (hostPort !== undefined && hostPort !== 0 && hostPort !== containerPort) {
      throw clientError(
        "When networkMode=awsvpc, the host ports and container ports in port mappings must match.",
      );
    }
  }
  for (const container of containers) checkContainer(container, names);
  checkNoCycle(containers);
}

function checkContainer(container: ContainerDefinition, names: readonly string[]): void {
  refuseMeaningful(`${OPERATION} (container ${container.name})`, container, SUPPORTED_OF_CONTAINER);
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(container.name ?? "")) {
    throw clientError("Container.name contains invalid characters.");
  }
  if (!container.image) throw clientError("Container.image should not be null or empty.");
  for (const mapping of container.portMappings ?? []) {
    refuseMeaningful(`${OPERATION} (portMappings)`, mapping, [
      "containerPort",
      "hostPort",
      "protocol",
      "name",
      "appProtocol",
    ]);
    if (!mapping.containerPort)
      throw notImplemented(OPERATION, "portMappings without containerPort");
    if ((mapping.protocol ?? "tcp") !== "tcp") throw notImplemented(OPERATION, "protocol udp");
  }
  for (const { containerName, condition } of container.dependsOn ?? []) {
    if (!names.includes(containerName ?? "")) {
      throw clientError(`Container '${container.name}' depends on an unknown '${containerName}'.`);
    }
    if (condition === "HEALTHY") {
      // Health checks of containers are refused: a command that asks localhost:8080 would ask the
      // wrong port here. So no container that could be waited for has one.
      throw clientError(
        `Container '${containerName}' has no health check, so '${container.name}' cannot depend ` +
          "on it being HEALTHY.",
      );
    }
  }
  if (container.logConfiguration) checkLogging(container.logConfiguration);
}

function checkLogging(logging: NonNullable<ContainerDefinition["logConfiguration"]>): void {
  refuseMeaningful(OPERATION, logging, ["logDriver", "options"]);
  if (logging.logDriver !== "awslogs") {
    throw notImplemented(OPERATION, `logDriver ${logging.logDriver}`);
  }
  const options = logging.options ?? {};
  refuseMeaningful(`${OPERATION} (awslogs options)`, options, LOG_OPTIONS);
  for (const needed of ["awslogs-group", "awslogs-region", "awslogs-stream-prefix"]) {
    if (!options[needed]) throw clientError(`Log driver awslogs requires options: ${needed}`);
  }
  if (options["awslogs-region"] !== REGION) {
    throw notImplemented(OPERATION, `awslogs-region other than ${REGION}`);
  }
}

function checkNoCycle(containers: readonly ContainerDefinition[]): void {
  const done = new Set<string | undefined>();
  for (let left = containers.length; left > 0; left--) {
    const next = containers.find(
      ({ name, dependsOn }) =>
        !done.has(name) && (dependsOn ?? []).every(({ containerName }) => done.has(containerName)),
    );
    if (!next) throw clientError("Container dependencies must not form a cycle.");
    done.add(next.name);
  }
}

/** What ECS fills in and DescribeTaskDefinition then shows. */
export function withDefaults(container: ContainerDefinition): ContainerDefinition {
  return {
    mountPoints: [],
    volumesFrom: [],
    systemControls: [],
    ...container,
    cpu: container.cpu ?? 0,
    essential: container.essential ?? true,
    environment: container.environment ?? [],
    portMappings: (container.portMappings ?? []).map((mapping) =>
      Object.assign({ protocol: "tcp" as const }, mapping, { hostPort: mapping.containerPort }),
    ),
  };
}
