/** The ends of a deployment: completed, failed, rolled back. Changes records; starts no task. */
import { addEvent } from "./events.ts";
import type { DeploymentRecord, ServiceRecord } from "./store.ts";

export type FailureCause = "circuit breaker" | "alarm";

/** AWS documents the circuit breaker's words; those for alarms are this lab's. */
const WORDS = {
  "circuit breaker": {
    event: "tasks failed to start.",
    failed: "ECS deployment circuit breaker: tasks failed to start.",
    rollingBack: "ECS deployment circuit breaker: rolling back to deploymentId",
  },
  alarm: {
    event: "alarm detected.",
    failed: "ECS deployment failed: alarm detected.",
    rollingBack: "ECS deployment alarm detected: rolling back to deploymentId",
  },
} as const;

/** Marks the PRIMARY deployment COMPLETED: from now on it is what a rollback returns to. */
export function completeDeployment(service: ServiceRecord, nowMs: number): void {
  const [primary] = service.deployments;
  if (primary?.rolloutState !== "IN_PROGRESS") return;
  primary.rolloutState = "COMPLETED";
  primary.rolloutStateReason = `ECS deployment ${primary.id} completed.`;
  primary.updatedAt = nowMs;
  primary.failedTasks = 0;
  service.lastCompleted = primary;
  addEvent(service, nowMs, `(deployment ${primary.id}) deployment completed.`);
}

/**
 * Marks the PRIMARY deployment FAILED: it launches nothing any more. With `rollback` for this cause
 * the last completed deployment becomes PRIMARY again, under its own id and IN_PROGRESS, so that it
 * is no goal of another rollback until it is COMPLETED. Without such a deployment all stands still.
 */
export function failDeployment(service: ServiceRecord, cause: FailureCause, nowMs: number): void {
  const [failed] = service.deployments;
  if (failed?.rolloutState !== "IN_PROGRESS") return;
  failed.rolloutState = "FAILED";
  failed.rolloutStateReason = WORDS[cause].failed;
  failed.updatedAt = nowMs;
  addEvent(service, nowMs, `(deployment ${failed.id}) deployment failed: ${WORDS[cause].event}`);
  const { deploymentCircuitBreaker: breaker, alarms } = service.configuration;
  const wanted = cause === "alarm" ? alarms?.rollback : breaker?.rollback;
  const goal = service.lastCompleted;
  if (!wanted || goal?.rolloutState !== "COMPLETED") return;
  restart(goal, nowMs);
  goal.rolloutStateReason = `${WORDS[cause].rollingBack} ${goal.id}.`;
  service.deployments = [goal, ...service.deployments.filter((one) => one !== goal)];
  addEvent(service, nowMs, `rolling back to deployment ${goal.id}.`);
}

function restart(deployment: DeploymentRecord, nowMs: number): void {
  deployment.rolloutState = "IN_PROGRESS";
  deployment.updatedAt = nowMs;
  deployment.failedTasks = 0;
  deployment.failedLaunches = 0;
  deployment.throttledUntil = 0;
  deployment.watch = { kind: "not looked yet" };
  deployment.bakeUntil = undefined;
}
