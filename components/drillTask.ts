/** The container that runs one fire's drills, and what EventBridge Scheduler tells it. Pure. */
import type { Place } from "./drillGrants.ts";
import type { Lane } from "./drillScheduleArgs.ts";

const CONTAINER = "drill";
/** The schedule's text: a container has no file of its user's. */
const SCHEDULE_VARIABLE = "BACKOUT_DRILL_SCHEDULE";
/** The most that Fargate gives between SIGTERM and SIGKILL: faults are undone in it. */
const STOP_TIMEOUT_SECONDS = 120;

export interface DrillContainerInputs {
  readonly lane: Lane;
  readonly image: string;
  readonly region: string;
  readonly logGroup: string;
}

/** In ECS's own JSON shape. */
export function renderDrillContainers(inputs: DrillContainerInputs): object[] {
  const { lane, image, region, logGroup } = inputs;
  return [
    {
      name: CONTAINER,
      image,
      essential: true,
      // A task that is started by hand says what is missing.
      command: ["drill", "run", "--help"],
      environment: [{ name: SCHEDULE_VARIABLE, value: lane.text }],
      stopTimeout: STOP_TIMEOUT_SECONDS,
      logConfiguration: {
        logDriver: "awslogs",
        options: {
          "awslogs-group": logGroup,
          "awslogs-region": region,
          "awslogs-stream-prefix": lane.name.replace("/", "-"),
        },
      },
    },
  ];
}

/**
 * The overrides of RunTask; Scheduler puts in when the fire was due (User Guide, "context attributes").
 * `--live` is said wherever the stack is: on AWS the task's credentials and region are then its own,
 * and where an endpoint stands in for AWS the command rehearses what it will do there.
 */
export function renderFire(lane: Lane, journal: string, { accountId, region }: Place): object {
  const command = [
    "drill",
    "run",
    `--schedule=env:${SCHEDULE_VARIABLE}`,
    `--lane=${lane.name}`,
    "--fire=<aws.scheduler.scheduled-time>",
    `--journal=${journal}`,
    "--live",
    `--account=${accountId}`,
    `--region=${region}`,
  ];
  return { containerOverrides: [{ name: CONTAINER, command }] };
}
