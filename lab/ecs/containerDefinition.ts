/** Checks the containers of a task definition as ECS does for Fargate. */
import type { ContainerDefinition, HealthCheck } from "@aws-sdk/client-ecs";
import { REGION } from "../service.ts";
import { notImplemented } from "../supported.ts";
import { healthPolicy } from "./containerHealth.ts";
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
  "command",
  "dependsOn",
  "healthCheck",
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

const LONGEST_TIMEOUT_SECONDS = 120;

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
  for (const container of containers) checkContainer(container, containers);
  checkNoCycle(containers);
}

function checkContainer(
  container: ContainerDefinition,
  containers: readonly ContainerDefinition[],
): void {
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
    if (!containers.some(({ name }) => name === containerName)) {
      throw clientError(`Container '${container.name}' depends on an unknown '${containerName}'.`);
    }
    const dependency = containers.find(({ name }) => name === containerName);
    if (condition === "HEALTHY" && !dependency?.healthCheck) {
      throw clientError(
        `Container '${containerName}' has no health check, so '${container.name}' cannot depend ` +
          "on it being HEALTHY.",
      );
    }
  }
  if (container.healthCheck) checkHealthCheck(container.healthCheck);
  for (const name of ["startTimeout", "stopTimeout"] as const) {
    const seconds = container[name] ?? LONGEST_TIMEOUT_SECONDS;
    if (seconds >= 2 && seconds <= LONGEST_TIMEOUT_SECONDS) continue;
    throw clientError(`${name} must be from 2 to ${LONGEST_TIMEOUT_SECONDS} on Fargate.`);
  }
  if (container.logConfiguration) checkLogging(container.logConfiguration);
}

/** The ranges of the API reference, in seconds but for `retries`. */
const HEALTH_RANGES = {
  interval: [5, 300],
  timeout: [2, 60],
  retries: [1, 10],
  startPeriod: [0, 300],
} as const;

function checkHealthCheck(check: HealthCheck): void {
  refuseMeaningful(`${OPERATION} (healthCheck)`, check, ["command", ...Object.keys(HEALTH_RANGES)]);
  const [kind, ...rest] = check.command ?? [];
  if ((kind !== "CMD" && kind !== "CMD-SHELL") || rest.length === 0) {
    throw clientError("healthCheck.command must be CMD or CMD-SHELL and the command itself.");
  }
  for (const name of ["interval", "timeout", "retries", "startPeriod"] as const) {
    const [from, to] = HEALTH_RANGES[name];
    const value = check[name];
    if (value !== undefined && !(value >= from && value <= to)) {
      throw clientError(`healthCheck.${name} must be from ${from} to ${to}.`);
    }
  }
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
    ...(container.healthCheck && {
      healthCheck: {
        ...healthDefaults(container.healthCheck),
        command: container.healthCheck.command,
      },
    }),
    portMappings: (container.portMappings ?? []).map((mapping) =>
      Object.assign({ protocol: "tcp" as const }, mapping, { hostPort: mapping.containerPort }),
    ),
  };
}

/** DescribeTaskDefinition shows them; a start period is shown when it is set. */
function healthDefaults(check: HealthCheck) {
  const { startPeriod: _, ...defaults } = healthPolicy(check);
  return {
    ...defaults,
    ...(check.startPeriod !== undefined && { startPeriod: check.startPeriod }),
  };
}
