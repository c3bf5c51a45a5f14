/** What ECS needs of its neighbours, and its settings. */
import type { LogSink, RoleCredentials } from "../ports.ts";

export interface Target {
  /** `127.0.0.1`. */
  readonly id: string;
  readonly port: number;
}

export interface TargetRegistry {
  registerTargets(targetGroupArn: string, targets: Target[]): void;
  /** New requests stop at once. */
  deregisterTargets(targetGroupArn: string, targets: Target[]): void;
  /**
   * The state that DescribeTargetHealth would give for a target. With it the service scheduler
   * waits for `healthy` before it stops older tasks, replaces `unhealthy` tasks, and lets a
   * `draining` target end its work before its task is stopped. Without it a registered task counts
   * as healthy and a deregistered one as drained.
   */
  targetState?(targetGroupArn: string, target: Target): string | undefined;
}

export interface TaskLogs extends LogSink {
  hasGroup(group: string): boolean;
}

export interface EcsPorts {
  readonly targets: TargetRegistry;
  readonly logs: TaskLogs;
  readonly credentials: RoleCredentials;
}

export interface EcsSettings {
  /**
   * Nominal time from a task's creation to the start of its first container: the network interface
   * and the image pull. AWS gives no figure.
   * @default 10_000
   */
  readonly launchDelayMs?: number;
  /**
   * Wall time that a process has to listen before its target is registered all the same, so that a
   * release that never listens is an unhealthy target, as on AWS.
   * @default 10_000
   */
  readonly listenGraceMs?: number;
}
