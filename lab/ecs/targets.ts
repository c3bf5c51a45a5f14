/** A task's targets in the target groups of its deployment. */
import type { LoadBalancer } from "@aws-sdk/client-ecs";
import type { Target, TargetRegistry } from "./ports.ts";
import type { TaskRecord } from "./store.ts";

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

export function isDraining(task: TaskRecord, registry: TargetRegistry): boolean {
  return targetsOf(task).some(
    ({ targetGroupArn, target }) => registry.targetState?.(targetGroupArn, target) === "draining",
  );
}
