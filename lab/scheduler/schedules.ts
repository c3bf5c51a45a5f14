/** Schedules: created, replaced, read, listed, deleted. */
import type * as Sdk from "@aws-sdk/client-scheduler";
import type { Operation } from "../service.ts";
import { refuseUnsupported } from "../supported.ts";
import { constraint, invalid } from "../events/errors.ts";
import { conflict } from "./errors.ts";
import type { SchedulerPorts } from "./ports.ts";
import { SERVICE_PRINCIPAL } from "./runner.ts";
import type { Runner } from "./runner.ts";
import { page } from "./paging.ts";
import { scheduleArn } from "./store.ts";
import type { Group, Schedule, ScheduleStore } from "./store.ts";
import { nameOf, targetOf, timingOf } from "./validation.ts";

const LONGEST_DESCRIPTION = 512;

export interface ScheduleRoom {
  readonly store: ScheduleStore;
  readonly runner: Runner;
  readonly ports: SchedulerPorts;
  now(): number;
}

export function scheduleOperations(room: ScheduleRoom): Record<string, Operation> {
  const { store, runner } = room;
  return {
    CreateSchedule: (input: Sdk.CreateScheduleInput): Sdk.CreateScheduleOutput => {
      const name = nameOf(input.Name);
      const group = store.group(input.GroupName);
      if (group.schedules.has(name)) throw conflict(`Schedule ${name}`);
      const schedule = scheduleOf(room, "CreateSchedule", input, group, undefined);
      group.schedules.set(name, schedule);
      // A rate without a start runs at once, which is why the time of now counts as well.
      runner.arrange(schedule, room.now() - 1);
      return { ScheduleArn: schedule.arn };
    },

    /** Replaces all: what the request leaves out falls back to its default. */
    UpdateSchedule: (input: Sdk.UpdateScheduleInput): Sdk.UpdateScheduleOutput => {
      const old = store.schedule(input.GroupName, nameOf(input.Name));
      const schedule = scheduleOf(room, "UpdateSchedule", input, old.group, old);
      old.group.schedules.set(old.name, schedule);
      const kept = schedule.timing.anchorMs === old.timing.anchorMs;
      runner.arrange(schedule, kept ? room.now() : room.now() - 1);
      return { ScheduleArn: schedule.arn };
    },

    GetSchedule: (input: Sdk.GetScheduleInput): Sdk.GetScheduleOutput =>
      describe(store.schedule(input.GroupName, nameOf(input.Name))),

    DeleteSchedule: (input: Sdk.DeleteScheduleInput): Sdk.DeleteScheduleOutput => {
      const schedule = store.schedule(input.GroupName, nameOf(input.Name));
      schedule.group.schedules.delete(schedule.name);
      runner.forget(schedule);
      return {};
    },

    ListSchedules: (input: Sdk.ListSchedulesInput): Sdk.ListSchedulesOutput => {
      const groups =
        input.GroupName === undefined ? [...store.groups.values()] : [store.group(input.GroupName)];
      const all = groups
        .flatMap(({ schedules }) => Array.from(schedules.values()))
        .filter(({ name }) => name.startsWith(input.NamePrefix ?? ""))
        .filter((schedule) => input.State === undefined || stateOf(schedule) === input.State)
        .sort((a, b) => (a.arn < b.arn ? -1 : 1));
      const { entries, rest } = page(all, input);
      return { Schedules: entries.map(summary), ...rest };
    },
  };
}

function scheduleOf(
  room: ScheduleRoom,
  operation: string,
  input: Sdk.CreateScheduleInput | Sdk.UpdateScheduleInput,
  group: Group,
  old: Schedule | undefined,
): Schedule {
  // Repeated requests are told by their names: a token adds nothing here.
  const { ClientToken: _, ...asked } = input;
  refuseUnsupported(operation, asked, [
    "Name",
    "GroupName",
    "ScheduleExpression",
    "ScheduleExpressionTimezone",
    "StartDate",
    "EndDate",
    "Description",
    "State",
    "Target",
    "FlexibleTimeWindow",
    "ActionAfterCompletion",
  ]);
  oneOf(input.State, "state", ["ENABLED", "DISABLED"]);
  oneOf(input.ActionAfterCompletion, "actionAfterCompletion", ["NONE", "DELETE"]);
  if ((input.Description?.length ?? 0) > LONGEST_DESCRIPTION) {
    throw constraint(
      input.Description,
      "description",
      `Member must have length less than or equal to ${LONGEST_DESCRIPTION}`,
    );
  }
  const nowMs = room.now();
  const name = nameOf(input.Name);
  const target = targetOf(operation, input.Target);
  const timing = timingOf(input, old?.timing, nowMs);
  if (!room.ports.trusts(target.roleArn, SERVICE_PRINCIPAL, group.arn)) {
    throw invalid(
      "The execution role you provide must allow AWS EventBridge Scheduler to assume the role.",
    );
  }
  return {
    name,
    arn: scheduleArn(group.name, name),
    group,
    createdMs: old?.createdMs ?? nowMs,
    modifiedMs: nowMs,
    timing,
    enabled: input.State !== "DISABLED",
    description: input.Description,
    deleteAfterCompletion: input.ActionAfterCompletion === "DELETE",
    target,
  };
}

function oneOf(value: string | undefined, member: string, allowed: readonly string[]): void {
  if (value === undefined || allowed.includes(value)) return;
  throw constraint(value, member, `Member must satisfy enum value set: [${allowed.join(", ")}]`);
}

function stateOf({ enabled }: Schedule): "ENABLED" | "DISABLED" {
  return enabled ? "ENABLED" : "DISABLED";
}

function summary(schedule: Schedule): Sdk.ScheduleSummary {
  return {
    Arn: schedule.arn,
    Name: schedule.name,
    GroupName: schedule.group.name,
    State: stateOf(schedule),
    CreationDate: new Date(schedule.createdMs),
    LastModificationDate: new Date(schedule.modifiedMs),
    Target: { Arn: schedule.target.arn },
  };
}

function describe(schedule: Schedule): Sdk.GetScheduleOutput {
  const { timing, target } = schedule;
  const { windowMinutes } = timing;
  return {
    ...summary(schedule),
    ScheduleExpression: timing.text,
    ScheduleExpressionTimezone: timing.zone,
    StartDate: dateOf(timing.startMs),
    EndDate: dateOf(timing.endMs),
    Description: schedule.description,
    FlexibleTimeWindow:
      windowMinutes === 0
        ? { Mode: "OFF" }
        : { Mode: "FLEXIBLE", MaximumWindowInMinutes: windowMinutes },
    ActionAfterCompletion: schedule.deleteAfterCompletion ? "DELETE" : "NONE",
    Target: {
      Arn: target.arn,
      RoleArn: target.roleArn,
      ...(target.input === undefined ? {} : { Input: target.input }),
      ...(target.ecs === undefined ? {} : { EcsParameters: target.ecs }),
      RetryPolicy: target.retryPolicy ?? {
        MaximumEventAgeInSeconds: target.retry.ageSeconds,
        MaximumRetryAttempts: target.retry.attempts,
      },
    },
  };
}

function dateOf(ms: number | undefined): Date | undefined {
  return ms === undefined ? undefined : new Date(ms);
}
