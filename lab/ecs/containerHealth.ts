/** Health of containers and tasks by the containers' own checks: decisions without a clock. */
import type { ContainerDefinition, HealthCheck, HealthStatus } from "@aws-sdk/client-ecs";
import type { ContainerRecord, TaskRecord } from "./store.ts";

/** A check's settings with ECS's defaults; seconds. */
export function healthPolicy(check: HealthCheck) {
  const { interval = 30, timeout = 5, retries = 3, startPeriod = 0 } = check;
  return { interval, timeout, retries, startPeriod };
}

export type HealthPolicy = ReturnType<typeof healthPolicy>;

export interface HealthTally {
  readonly status: HealthStatus;
  /** Failures in a row that count. */
  readonly failures: number;
  /** The first success ends the start period. */
  readonly passedOnce: boolean;
}

export const UNCHECKED: HealthTally = { status: "UNKNOWN", failures: 0, passedOnce: false };

/**
 * The tally after one more check that began `sinceStartMs` after the container. Failures within the
 * start period do not count, "if a health check succeeds within the startPeriod, then … any
 * subsequent failures count".
 */
export function tallyAfter(
  before: HealthTally,
  passed: boolean,
  sinceStartMs: number,
  { retries, startPeriod }: HealthPolicy,
): HealthTally {
  if (passed) return { status: "HEALTHY", failures: 0, passedOnce: true };
  if (!before.passedOnce && sinceStartMs < startPeriod * 1000) return before;
  const failures = before.failures + 1;
  return { ...before, failures, status: failures >= retries ? "UNHEALTHY" : before.status };
}

/**
 * A task's health: that of its essential containers with a check, the worst first. Without such a
 * check it is UNKNOWN.
 */
export function taskHealth(task: TaskRecord): HealthStatus {
  const states = checkedContainers(task).map(({ health }) => health);
  if (states.includes("UNHEALTHY")) return "UNHEALTHY";
  return states.length > 0 && states.every((state) => state === "HEALTHY") ? "HEALTHY" : "UNKNOWN";
}

/** The essential containers that have a health check. */
export function checkedContainers(task: TaskRecord): ContainerRecord[] {
  const definitions: readonly ContainerDefinition[] =
    task.taskDefinition.definition.containerDefinitions ?? [];
  return task.containers.filter((_, index) => {
    const definition = definitions[index];
    return definition?.healthCheck !== undefined && definition.essential !== false;
  });
}

/**
 * The check's command as a process: `CMD` as it is, `CMD-SHELL` by a shell. In a container
 * `localhost:8080` is the container's own port; here another local port stands for it.
 */
export function checkCommand(
  command: readonly string[],
  localPorts: ReadonlyMap<number, number>,
): string[] {
  const [kind, ...rest] = command.map((word) => withLocalPorts(word, localPorts));
  return kind === "CMD-SHELL" ? ["/bin/sh", "-c", rest.join(" ")] : rest;
}

function withLocalPorts(text: string, localPorts: ReadonlyMap<number, number>): string {
  return text.replaceAll(
    /\b(?:localhost|127\.0\.0\.1)([: /])(\d+)\b/g,
    (whole, separator: string, containerPort: string) => {
      const local = localPorts.get(Number(containerPort));
      return local === undefined ? whole : `127.0.0.1${separator}${local}`;
    },
  );
}
