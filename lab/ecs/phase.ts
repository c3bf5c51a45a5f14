/** How the service scheduler sees a task: by its state, its containers' checks, its targets. */
import { checkedContainers, taskHealth } from "./containerHealth.ts";
import type { TaskPhase } from "./decide.ts";
import type { TargetRegistry } from "./ports.ts";
import type { TaskRecord } from "./store.ts";
import { targetsOf } from "./targets.ts";

/**
 * A task without load balancer and without container checks counts as healthy only "40 seconds
 * after a task reaches a RUNNING state" (API reference, minimumHealthyPercent).
 */
export const UNCHECKED_WAIT_MS = 40_000;

export interface Sight {
  readonly phase: TaskPhase;
  /** What an unhealthy task failed, in the words of ECS's events. */
  readonly failedChecks?: string;
}

/** Failed checks count only after the service's grace period. */
export function seeTask(task: TaskRecord, registry: TargetRegistry, nowMs: number): Sight {
  if (task.desiredStatus === "STOPPED") return { phase: "stopping" };
  if (task.status !== "RUNNING") return { phase: "starting" };
  const startedAt = task.startedAt ?? nowMs;
  const sights = [...containerSight(task), ...targetSight(task, registry)];
  const failed = sights.find(({ phase }) => phase === "unhealthy");
  const graceMs = (task.service?.healthCheckGracePeriodSeconds ?? 0) * 1000;
  if (failed) return nowMs < startedAt + graceMs ? { phase: "starting" } : failed;
  if (sights.length === 0) {
    return { phase: nowMs < startedAt + UNCHECKED_WAIT_MS ? "starting" : "healthy" };
  }
  return { phase: sights.every(({ phase }) => phase === "healthy") ? "healthy" : "starting" };
}

function containerSight(task: TaskRecord): Sight[] {
  if (checkedContainers(task).length === 0) return [];
  switch (taskHealth(task)) {
    case "HEALTHY":
      return [{ phase: "healthy" }];
    case "UNHEALTHY":
      return [{ phase: "unhealthy", failedChecks: "failed container health checks" }];
    default:
      return [{ phase: "starting" }];
  }
}

function targetSight(task: TaskRecord, registry: TargetRegistry): Sight[] {
  return targetsOf(task).map(({ targetGroupArn, target }): Sight => {
    if (!task.registered) return { phase: "starting" };
    switch (registry.targetState?.(targetGroupArn, target) ?? "healthy") {
      case "unhealthy":
        return {
          phase: "unhealthy",
          failedChecks: `failed ELB health checks in (target-group ${targetGroupArn})`,
        };
      case "healthy":
      // A group that no rule uses checks nobody, so there is nothing to wait for.
      case "unused":
        return { phase: "healthy" };
      default:
        return { phase: "starting" };
    }
  });
}
