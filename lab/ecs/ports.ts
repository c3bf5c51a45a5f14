/** What ECS needs of its neighbours, and its settings. */
import type { LogSink, RoleCredentials } from "../ports.ts";
import type { EcsEvent } from "./announcements.ts";
import type { PortHost } from "./localPorts.ts";

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

/** One alarm that deployments are watched by. */
export interface WatchedAlarm {
  readonly state: string;
  /** Nominal milliseconds of the periods that one evaluation looks at. */
  readonly windowMs: number;
}

export interface AlarmReader {
  /** The alarms of these names, as far as there are such. */
  alarms(names: readonly string[]): Promise<readonly WatchedAlarm[]>;
}

export interface EcsPorts {
  readonly targets: TargetRegistry;
  readonly logs: TaskLogs;
  readonly credentials: RoleCredentials;
  readonly alarms: AlarmReader;
  /** Takes events to EventBridge. */
  announce?(event: EcsEvent): void;
}

export interface EcsSettings {
  /**
   * Nominal time from a task's creation to the start of its first container: the network interface
   * and the image pull. AWS gives no figure.
   * @default 10_000
   */
  readonly launchDelayMs?: number;
  /**
   * Wall time that a process has to listen before its target is registered, and its health checks
   * begin, all the same: a release that never listens is an unhealthy target, as on AWS.
   * @default 10_000
   */
  readonly listenGraceMs?: number;
  /** Where containers listen. @default free ports of this machine */
  readonly portHost?: PortHost;
}
