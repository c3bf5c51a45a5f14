/**
 * When a deployment has failed by its tasks: pure counting.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
 */
import type { DeploymentCircuitBreaker, TaskStopCode } from "@aws-sdk/client-ecs";

/** The bounds of BOUNDED_PERCENT, the default type of threshold. */
const LEAST_FAILURES = 3;
const MOST_FAILURES = 200;
const DEFAULT_PERCENT = 50;

/**
 * How many failed tasks fail a deployment. `COUNT` is the number itself; the percentages are of the
 * desired count, rounded up, and `BOUNDED_PERCENT` stays between 3 and 200.
 */
export function failureThreshold(breaker: DeploymentCircuitBreaker, desiredCount: number): number {
  const { type = "BOUNDED_PERCENT", value = DEFAULT_PERCENT } =
    breaker.thresholdConfiguration ?? {};
  if (type === "COUNT") return value;
  const share = Math.ceil((desiredCount * value) / 100);
  // AWS gives no lower limit without bounds; no failure at all is not one.
  if (type === "UNBOUNDED_PERCENT") return Math.max(1, share);
  return Math.min(MOST_FAILURES, Math.max(LEAST_FAILURES, share));
}

export interface EndingTask {
  readonly stopCode: TaskStopCode | undefined;
  /** Whether the scheduler replaces it for the checks of its load balancer or its containers. */
  readonly failedHealthChecks: boolean;
  /** Whether it ever passed what makes a task healthy. */
  readonly wasHealthy: boolean;
  /** Whether another task of the same deployment is RUNNING. */
  readonly othersRunning: boolean;
}

/**
 * Whether the end of a task of a deployment in progress counts as its failure. Stage 1: a task that
 * never reached RUNNING counts until one does. Stage 2: a task replaced for its health checks does.
 */
export function countsAsFailure(task: EndingTask): boolean {
  if (task.failedHealthChecks) return true;
  if (task.stopCode === "TaskFailedToStart") return !task.othersRunning;
  // AWS names no stage for tasks that end by themselves once they ran; users see that they count
  // when they end early. "Early" is this lab's choice: before the task was healthy.
  return task.stopCode === "EssentialContainerExited" && !task.wasHealthy;
}
