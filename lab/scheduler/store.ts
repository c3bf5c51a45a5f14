/** Schedules in their groups: what EventBridge Scheduler remembers. */
import type * as Sdk from "@aws-sdk/client-scheduler";
import type { RetryPolicy } from "../events/retry.ts";
import type { Expression } from "../events/schedule/expression.ts";
import { arn } from "../service.ts";
import type { EcsTarget } from "./ecsTarget.ts";
import { notFound } from "./errors.ts";

export const DEFAULT_GROUP = "default";

export interface Group {
  readonly name: string;
  readonly arn: string;
  readonly tags: Map<string, string>;
  readonly schedules: Map<string, Schedule>;
  /** Nominal. */
  readonly createdMs: number;
}

/** All times are nominal milliseconds. */
export interface Schedule {
  readonly name: string;
  readonly arn: string;
  readonly group: Group;
  readonly createdMs: number;
  readonly modifiedMs: number;
  readonly timing: Timing;
  readonly enabled: boolean;
  readonly description: string | undefined;
  readonly deleteAfterCompletion: boolean;
  readonly target: ScheduleTarget;
}

/** When a schedule is due. */
export interface Timing {
  /** As it was put. */
  readonly text: string;
  readonly expression: Expression;
  /** An IANA name. */
  readonly zone: string;
  readonly startMs: number | undefined;
  readonly endMs: number | undefined;
  /** A rate without a start is counted from here. */
  readonly anchorMs: number;
  /** 0 for a window that is OFF. */
  readonly windowMinutes: number;
}

export interface ScheduleTarget {
  readonly arn: string;
  readonly roleArn: string;
  readonly input: string | undefined;
  /** Of a target that is a cluster. */
  readonly ecs: EcsTarget | undefined;
  /** As it was put. */
  readonly retryPolicy: Sdk.RetryPolicy | undefined;
  readonly retry: RetryPolicy;
}

export class ScheduleStore {
  readonly groups = new Map<string, Group>();

  constructor(nowMs: number) {
    this.createGroup(DEFAULT_GROUP, nowMs);
  }

  createGroup(name: string, createdMs: number): Group {
    const group: Group = {
      name,
      arn: groupArn(name),
      tags: new Map(),
      schedules: new Map(),
      createdMs,
    };
    this.groups.set(name, group);
    return group;
  }

  group(name: string = DEFAULT_GROUP): Group {
    const group = this.groups.get(name);
    if (group) return group;
    throw notFound(`Schedule group ${name}`);
  }

  schedule(groupName: string | undefined, name: string): Schedule {
    const schedule = this.groups.get(groupName ?? DEFAULT_GROUP)?.schedules.get(name);
    if (schedule) return schedule;
    throw notFound(`Schedule ${name}`);
  }

  /** Groups alone have tags. */
  tagged(resourceArn: string | undefined): Group {
    for (const group of this.groups.values()) if (group.arn === resourceArn) return group;
    throw notFound(`Schedule group ${resourceArn ?? ""}`);
  }
}

export function groupArn(name: string): string {
  return arn("scheduler", `schedule-group/${name}`);
}

export function scheduleArn(groupName: string, name: string): string {
  return arn("scheduler", `schedule/${groupName}/${name}`);
}
