/** A task's targets in the target groups of its deployment. */
import type { LoadBalancer } from "@aws-sdk/client-ecs";
import { isListening } from "./localPorts.ts";
import type { Target, TargetRegistry } from "./ports.ts";
import type { TaskPhase } from "./decide.ts";
import type { TaskRecord } from "./store.ts";

/** Wall time between two attempts to connect to a process that has just started. */
const PROBE_INTERVAL_MS = 50;

export interface TaskTarget {
  readonly targetGroupArn: string;
  readonly target: Target;
}

export function targetsOf(task: TaskRecord): TaskTarget[] {
  return task.loadBalancers.flatMap((entry: LoadBalancer): TaskTarget[] => {
    const port = task.localPorts.get(entry.containerPort ?? 0);
    if (port === undefined) return [];
    return [{ targetGroupArn: entry.targetGroupArn ?? "", target: { id: "127.0.0.1", port } }];
  });
}

/**
 * Waits until the task's processes listen, at most `graceMs` of wall time. A process does its
 * work in wall time while the load balancer's checks may run faster: without this wait a fast clock
 * would fail every start. Resolves to false when the task ended meanwhile.
 */
export async function untilListening(task: TaskRecord, graceMs: number): Promise<boolean> {
  const deadline = Date.now() + graceMs;
  for (const { target } of targetsOf(task)) {
    while (task.status === "RUNNING" && Date.now() < deadline) {
      if (await isListening(target.port)) break;
      await new Promise((resolve) => setTimeout(resolve, PROBE_INTERVAL_MS));
    }
  }
  return task.status === "RUNNING";
}

/** How the scheduler sees a task; unhealthy only after its service's grace period. */
export function phaseOf(task: TaskRecord, registry: TargetRegistry, nowMs: number): TaskPhase {
  if (task.desiredStatus === "STOPPED") return "stopping";
  if (task.status !== "RUNNING") return "starting";
  const targets = targetsOf(task);
  if (targets.length === 0) return "healthy";
  if (!task.registered) return "starting";
  const states = targets.map(
    ({ targetGroupArn, target }) => registry.targetState?.(targetGroupArn, target) ?? "healthy",
  );
  const graceMs = (task.service?.healthCheckGracePeriodSeconds ?? 0) * 1000;
  const inGrace = nowMs < (task.startedAt ?? nowMs) + graceMs;
  if (states.includes("unhealthy")) return inGrace ? "starting" : "unhealthy";
  // A group that no rule uses checks nobody, so there is nothing to wait for.
  return states.every((state) => state === "healthy" || state === "unused")
    ? "healthy"
    : "starting";
}

export function isDraining(task: TaskRecord, registry: TargetRegistry): boolean {
  return targetsOf(task).some(
    ({ targetGroupArn, target }) => registry.targetState?.(targetGroupArn, target) === "draining",
  );
}
