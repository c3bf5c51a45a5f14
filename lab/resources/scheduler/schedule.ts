/** aws:scheduler/schedule:Schedule */
import {
  CreateScheduleCommand,
  DeleteScheduleCommand,
  GetScheduleCommand,
  UpdateScheduleCommand,
  AssignPublicIp,
  type ActionAfterCompletion,
  type FlexibleTimeWindowMode,
  type LaunchType,
  type ScheduleState,
} from "@aws-sdk/client-scheduler";
import {
  boolean,
  type InputProblem,
  type InputsOf,
  number,
  object,
  required,
  set,
  text,
  words,
} from "../shape.ts";
import { defineResource, type Context } from "../types.ts";
import { UNKNOWN, withoutNulls, type Properties } from "../values.ts";
import { eventually, unless } from "../waiting.ts";

const GONE = ["ResourceNotFoundException"];
const DEFAULT_GROUP = "default";
const INPUTS = {
  name: text,
  groupName: text,
  description: text,
  scheduleExpression: required(text),
  scheduleExpressionTimezone: text,
  startDate: text,
  endDate: text,
  state: words<ScheduleState>(),
  actionAfterCompletion: words<ActionAfterCompletion>(),
  flexibleTimeWindow: required(
    object({
      mode: required(words<FlexibleTimeWindowMode>()),
      maximumWindowInMinutes: number,
    }),
  ),
  target: required(
    object({
      arn: required(text),
      roleArn: required(text),
      input: text,
      retryPolicy: object({ maximumEventAgeInSeconds: number, maximumRetryAttempts: number }),
      ecsParameters: object({
        taskDefinitionArn: required(text),
        taskCount: number,
        launchType: words<LaunchType>(),
        platformVersion: text,
        group: text,
        networkConfiguration: object({
          subnets: required(set(text)),
          securityGroups: set(text),
          assignPublicIp: boolean,
        }),
      }),
    }),
  ),
} as const;

function scheduleOf(inputs: InputsOf<typeof INPUTS>) {
  const { target, flexibleTimeWindow } = inputs;
  return {
    Name: inputs.name,
    GroupName: inputs.groupName,
    Description: inputs.description,
    ScheduleExpression: inputs.scheduleExpression,
    ScheduleExpressionTimezone: inputs.scheduleExpressionTimezone,
    StartDate: dateOf(inputs.startDate),
    EndDate: dateOf(inputs.endDate),
    State: inputs.state,
    ActionAfterCompletion: inputs.actionAfterCompletion,
    FlexibleTimeWindow: {
      Mode: flexibleTimeWindow.mode,
      MaximumWindowInMinutes: flexibleTimeWindow.maximumWindowInMinutes,
    },
    Target: {
      Arn: target.arn,
      RoleArn: target.roleArn,
      Input: target.input,
      ...(target.retryPolicy && {
        RetryPolicy: {
          MaximumEventAgeInSeconds: target.retryPolicy.maximumEventAgeInSeconds,
          MaximumRetryAttempts: target.retryPolicy.maximumRetryAttempts,
        },
      }),
      ...(target.ecsParameters && { EcsParameters: ecsOf(target.ecsParameters) }),
    },
  };
}

type EcsInputs = NonNullable<InputsOf<typeof INPUTS>["target"]["ecsParameters"]>;

function ecsOf({ networkConfiguration: network, ...rest }: EcsInputs) {
  return {
    TaskDefinitionArn: rest.taskDefinitionArn,
    TaskCount: rest.taskCount,
    LaunchType: rest.launchType,
    PlatformVersion: rest.platformVersion,
    Group: rest.group,
    ...(network && {
      NetworkConfiguration: {
        awsvpcConfiguration: {
          Subnets: network.subnets,
          SecurityGroups: network.securityGroups,
          AssignPublicIp: network.assignPublicIp ? AssignPublicIp.ENABLED : AssignPublicIp.DISABLED,
        },
      },
    }),
  };
}

/** `2026-11-20T13:00:00Z` */
function dateOf(time: string | undefined): Date | undefined {
  return time === undefined ? undefined : new Date(time);
}

function dateProblems(inputs: Properties, property: string): InputProblem[] {
  const value = inputs[property];
  if (typeof value !== "string" || value === UNKNOWN || !Number.isNaN(Date.parse(value))) return [];
  return [{ property, reason: `must be a time like 2026-11-20T13:00:00Z, not ${value}` }];
}

/** `GROUP/NAME`. */
function names(id: string): { GroupName: string; Name: string } {
  const slash = id.indexOf("/");
  return { GroupName: id.slice(0, slash), Name: id.slice(slash + 1) };
}

async function read(id: string, context: Context): Promise<Properties | undefined> {
  const scheduler = await context.clients.scheduler();
  const found = await unless(GONE, () => scheduler.send(new GetScheduleCommand(names(id))));
  if (!found) return undefined;
  return withoutNulls({
    arn: found.Arn,
    name: found.Name,
    groupName: found.GroupName,
    description: found.Description,
    scheduleExpression: found.ScheduleExpression,
    scheduleExpressionTimezone: found.ScheduleExpressionTimezone,
    state: found.State,
    actionAfterCompletion: found.ActionAfterCompletion,
    region: context.region,
  });
}

/** A role made a moment ago may not be known yet: as Pulumi's provider does, it is tried again. */
function onceTrusted(
  roleArn: string,
  context: Context,
  put: () => Promise<unknown>,
): Promise<true> {
  return eventually(`EventBridge Scheduler may assume ${roleArn}`, context, async () => {
    try {
      await put();
      return true;
    } catch (error) {
      if (error instanceof Error && error.message.includes("to assume the role")) return undefined;
      throw error;
    }
  });
}

export const schedule = defineResource({
  token: "aws:scheduler/schedule:Schedule",
  inputs: INPUTS,
  defaults: { groupName: DEFAULT_GROUP, scheduleExpressionTimezone: "UTC", state: "ENABLED" },
  autoname: { property: "name", maxLength: 64 },
  replaceOn: ["name", "groupName"],
  check: (inputs) => ["startDate", "endDate"].flatMap((name) => dateProblems(inputs, name)),
  async create(inputs, context) {
    const scheduler = await context.clients.scheduler();
    await onceTrusted(inputs.target.roleArn, context, () =>
      scheduler.send(new CreateScheduleCommand(scheduleOf(inputs))),
    );
    const id = `${inputs.groupName ?? DEFAULT_GROUP}/${inputs.name}`;
    return { id, outputs: (await read(id, context)) ?? {} };
  },
  read,
  async update({ id, news }, context) {
    const scheduler = await context.clients.scheduler();
    await onceTrusted(news.target.roleArn, context, () =>
      scheduler.send(new UpdateScheduleCommand(scheduleOf(news))),
    );
    return (await read(id, context)) ?? {};
  },
  async delete(id, _known, context) {
    const scheduler = await context.clients.scheduler();
    await unless(GONE, () => scheduler.send(new DeleteScheduleCommand(names(id))));
  },
});
