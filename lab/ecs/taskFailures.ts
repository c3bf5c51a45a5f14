/** Counts how a deployment's tasks fail: for the launches' back-off and for the circuit breaker. */
import { countsAsFailure, failureThreshold } from "./circuitBreaker.ts";
import { launchBackoffMs } from "./decide.ts";
import { addEvent } from "./events.ts";
import { failDeployment } from "./rollout.ts";
import type { DeploymentRecord, ServiceRecord, TaskRecord } from "./store.ts";

/** A task is RUNNING: launches need no more patience. */
export function noteStarted(deployment: DeploymentRecord): void {
  deployment.failedLaunches = 0;
}

/** The scheduler counts a task as healthy; the first time may forget the failures before. */
export function noteHealthy(service: ServiceRecord, task: TaskRecord): void {
  if (task.wasHealthy) return;
  task.wasHealthy = true;
  const deployment = deploymentOf(service, task);
  const reset = service.configuration.deploymentCircuitBreaker?.resetOnHealthyTask ?? true;
  if (deployment && reset) deployment.failedTasks = 0;
}

/**
 * A task of a service begins to end. Tasks that never reach RUNNING are retried ever more slowly;
 * those that end after it are not.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-throttle-logic.html
 */
export function noteEnding(
  service: ServiceRecord,
  task: TaskRecord,
  tasks: readonly TaskRecord[],
  nowMs: number,
): void {
  const deployment = deploymentOf(service, task);
  if (!deployment) return;
  if (task.stopCode === "TaskFailedToStart") slowDown(service, deployment, nowMs);
  const inProgress = deployment.rolloutState === "IN_PROGRESS";
  const failed = countsAsFailure({
    stopCode: task.stopCode,
    failedHealthChecks: task.failedChecks !== undefined,
    wasHealthy: task.wasHealthy,
    othersRunning: tasks.some(
      (other) => other.deploymentId === deployment.id && other.status === "RUNNING",
    ),
  });
  if (!inProgress || !failed) return;
  deployment.failedTasks += 1;
  const breaker = service.configuration.deploymentCircuitBreaker;
  if (!breaker?.enable || deployment !== service.deployments[0]) return;
  if (deployment.failedTasks >= failureThreshold(breaker, service.desiredCount)) {
    failDeployment(service, "circuit breaker", nowMs);
  }
}

function slowDown(service: ServiceRecord, deployment: DeploymentRecord, nowMs: number): void {
  deployment.failedLaunches += 1;
  deployment.throttledUntil = nowMs + launchBackoffMs(deployment.failedLaunches);
  if (deployment.failedLaunches > 1) {
    addEvent(service, nowMs, "is unable to consistently start tasks successfully.");
  }
}

function deploymentOf(service: ServiceRecord, task: TaskRecord): DeploymentRecord | undefined {
  return service.deployments.find(({ id }) => id === task.deploymentId);
}
