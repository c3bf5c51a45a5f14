/** A cluster as a schedule's target: what ECS's RunTask is asked for. Pure. */
import type * as Ecs from "@aws-sdk/client-ecs";
import type * as Sdk from "@aws-sdk/client-scheduler";
import { constraint, invalid } from "../events/errors.ts";
import { notImplemented, refuseUnsupported } from "../supported.ts";

/** The templated parameters of a target that is a cluster (Scheduler API reference, EcsParameters). */
export type EcsTarget = Pick<
  Sdk.EcsParameters,
  | "TaskDefinitionArn"
  | "TaskCount"
  | "LaunchType"
  | "NetworkConfiguration"
  | "PlatformVersion"
  | "Group"
>;

const SUPPORTED = [
  "TaskDefinitionArn",
  "TaskCount",
  "LaunchType",
  "NetworkConfiguration",
  "PlatformVersion",
  "Group",
];
const MOST_TASKS = 10;
const MOST_SUBNETS = 16;
const MOST_GROUPS = 5;

/** Undefined for targets of other services, which may have no such parameters. */
export function ecsTargetOf(
  operation: string,
  service: string,
  parameters: Sdk.EcsParameters | undefined,
): EcsTarget | undefined {
  if (service !== "ecs") {
    if (parameters === undefined) return undefined;
    throw invalid("EcsParameters is only for targets that are ECS clusters.");
  }
  if (parameters === undefined) {
    throw invalid("EcsParameters must be given for a target that is an ECS cluster.");
  }
  refuseUnsupported(`${operation} (ecsParameters)`, parameters, SUPPORTED);
  const { TaskDefinitionArn, TaskCount = 1, LaunchType } = parameters;
  if (!/^arn:aws:ecs:[^:]+:\d{12}:task-definition\/[\w-]+(:\d+)?$/.test(TaskDefinitionArn ?? "")) {
    throw constraint(
      TaskDefinitionArn,
      "target.ecsParameters.taskDefinitionArn",
      "Member must be the ARN of a task definition",
    );
  }
  if (!(TaskCount >= 1 && TaskCount <= MOST_TASKS)) {
    throw constraint(
      TaskCount,
      "target.ecsParameters.taskCount",
      `Member must be between 1 and ${MOST_TASKS}`,
    );
  }
  if (LaunchType !== "FARGATE") {
    throw notImplemented(operation, `launch type ${LaunchType ?? "EC2"} of ECS targets`);
  }
  checkNetwork(operation, parameters.NetworkConfiguration);
  return parameters;
}

/** Scheduler spells the members in capitals but for the first; ECS all of them in camel case. */
function checkNetwork(operation: string, network: Sdk.NetworkConfiguration | undefined): void {
  const vpc = network?.awsvpcConfiguration;
  if (!vpc) throw invalid("NetworkConfiguration must be given for the launch type FARGATE.");
  refuseUnsupported(`${operation} (awsvpcConfiguration)`, vpc, [
    "Subnets",
    "SecurityGroups",
    "AssignPublicIp",
  ]);
  const { Subnets = [], SecurityGroups = [] } = vpc;
  if (Subnets.length < 1 || Subnets.length > MOST_SUBNETS) {
    throw constraint(
      Subnets.join(","),
      "target.ecsParameters.networkConfiguration.awsvpcConfiguration.subnets",
      `Member must have length between 1 and ${MOST_SUBNETS}`,
    );
  }
  if (SecurityGroups.length > MOST_GROUPS) {
    throw constraint(
      SecurityGroups.join(","),
      "target.ecsParameters.networkConfiguration.awsvpcConfiguration.securityGroups",
      `Member must have length less than or equal to ${MOST_GROUPS}`,
    );
  }
}

/** `payload` is the target's Input, its context attributes filled in: the task's overrides. */
export function runTaskInput(
  cluster: string,
  {
    TaskDefinitionArn,
    TaskCount,
    LaunchType,
    NetworkConfiguration,
    PlatformVersion,
    Group,
  }: EcsTarget,
  scheduleName: string,
  payload: string | undefined,
): Ecs.RunTaskRequest {
  const { Subnets, SecurityGroups, AssignPublicIp } =
    NetworkConfiguration?.awsvpcConfiguration ?? {};
  return {
    cluster,
    taskDefinition: TaskDefinitionArn,
    count: TaskCount ?? 1,
    launchType: LaunchType,
    ...(Group === undefined ? {} : { group: Group }),
    ...(PlatformVersion === undefined ? {} : { platformVersion: PlatformVersion }),
    networkConfiguration: {
      awsvpcConfiguration: {
        subnets: Subnets,
        ...(SecurityGroups === undefined ? {} : { securityGroups: SecurityGroups }),
        ...(AssignPublicIp === undefined ? {} : { assignPublicIp: AssignPublicIp }),
      },
    },
    // What ECS shows of tasks that Scheduler started.
    startedBy: `chronos-schedule/${scheduleName}`.slice(0, 128),
    ...(payload === undefined ? {} : { overrides: overridesOf(payload) }),
  };
}

function overridesOf(payload: string): Ecs.TaskOverride {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- RunTask looks at its members
  return JSON.parse(payload) as Ecs.TaskOverride;
}
