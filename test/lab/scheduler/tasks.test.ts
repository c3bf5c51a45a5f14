/** A cluster as a schedule's target: what ECS is asked for, as whom, and what it takes to be allowed to. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../../../base/clock.ts";
import { Iam } from "../../../lab/iam/iam.ts";
import { roleCaller } from "../../../lab/scheduler/roleCaller.ts";
import type { SchedulerPorts } from "../../../lab/scheduler/ports.ts";
import { EcsFixture, EXECUTION_ROLE, LAUNCH_MS, TASK_ROLE } from "../ecs/fixture.ts";
import { callerOf, refusal, testCore } from "../fixture.ts";
import { BASIC, FUNCTION, ROLE, schedulerRoom } from "./room.ts";

const CLUSTER = "arn:aws:ecs:us-east-1:000000000000:cluster/checkout";
const FAMILY = "arn:aws:ecs:us-east-1:000000000000:task-definition/app";
const PARAMETERS = {
  TaskDefinitionArn: `${FAMILY}:1`,
  LaunchType: "FARGATE",
  NetworkConfiguration: {
    awsvpcConfiguration: {
      Subnets: ["subnet-1"],
      SecurityGroups: ["sg-1"],
      AssignPublicIp: "ENABLED",
    },
  },
};
const OVERRIDES = {
  containerOverrides: [{ name: "app", command: ["--fire", "<aws.scheduler.scheduled-time>"] }],
};
const target = (more: object = {}) => ({
  Target: {
    Arn: CLUSTER,
    RoleArn: ROLE,
    Input: JSON.stringify(OVERRIDES),
    EcsParameters: PARAMETERS,
    ...more,
  },
});

describe("a schedule of tasks", () => {
  test("asks ECS for one at its time, with the time that it was due in its overrides", async () => {
    const room = schedulerRoom();
    await room.create("nightly", { ScheduleExpression: "cron(0 10 * * ? *)", ...target() });
    await room.clock.advance(3_600_000);
    expect(room.called).toMatchObject([
      {
        at: "10:00:00",
        roleArn: ROLE,
        service: "ecs",
        operation: "RunTask",
        input: {
          cluster: CLUSTER,
          taskDefinition: `${FAMILY}:1`,
          count: 1,
          launchType: "FARGATE",
          startedBy: "chronos-schedule/nightly",
          networkConfiguration: {
            awsvpcConfiguration: {
              subnets: ["subnet-1"],
              securityGroups: ["sg-1"],
              assignPublicIp: "ENABLED",
            },
          },
          overrides: {
            containerOverrides: [{ name: "app", command: ["--fire", "2026-03-14T10:00:00Z"] }],
          },
        },
      },
    ]);
    const shown = await room.call("GetSchedule", { Name: "nightly" });
    expect(shown).toMatchObject({ Target: { Arn: CLUSTER, EcsParameters: PARAMETERS } });
  });

  test.each([
    [target({ EcsParameters: undefined }), "ValidationException", "EcsParameters must be given"],
    [
      { Target: { ...BASIC.Target, Arn: FUNCTION, EcsParameters: PARAMETERS } },
      "ValidationException",
      "only for",
    ],
    [
      target({ EcsParameters: { ...PARAMETERS, TaskDefinitionArn: "app" } }),
      "ValidationException",
      "task definition",
    ],
    [
      target({ EcsParameters: { ...PARAMETERS, TaskCount: 11 } }),
      "ValidationException",
      "between 1 and 10",
    ],
    [
      target({ EcsParameters: { ...PARAMETERS, NetworkConfiguration: undefined } }),
      "ValidationException",
      "NetworkConfiguration",
    ],
    [
      target({ EcsParameters: { ...PARAMETERS, LaunchType: "EC2" } }),
      "NotImplemented",
      "launch type EC2",
    ],
    [
      target({ EcsParameters: { ...PARAMETERS, PropagateTags: "TASK_DEFINITION" } }),
      "NotImplemented",
      "PropagateTags",
    ],
    [target({ Input: "not JSON" }), "ValidationException", "well-formed JSON"],
  ])("%j is refused: %s", async (more, code, message) => {
    const refused = await refusal(schedulerRoom().create("nightly", more));
    expect(refused).toMatchObject({ code, message: expect.stringContaining(message) });
  });
});

const grant = (Action: string, Resource: string | string[], equals?: object) => ({
  Effect: "Allow",
  Action,
  Resource,
  ...(equals && { Condition: { StringEquals: equals } }),
});

describe("the role of a schedule", () => {
  const principals: Record<string, string> = { scheduler: "scheduler", task: "ecs-tasks" };
  const network = { awsvpcConfiguration: { subnets: ["subnet-1"] } };
  const run = { cluster: CLUSTER, taskDefinition: `${FAMILY}:1`, launchType: "FARGATE" };
  const RUN = grant("ecs:RunTask", `${FAMILY}:*`, { "ecs:cluster": CLUSTER });
  const PASS = grant("iam:PassRole", [TASK_ROLE, EXECUTION_ROLE], {
    "iam:PassedToService": "ecs-tasks.amazonaws.com",
  });
  let lab: EcsFixture;
  let callAs: SchedulerPorts["callAs"];
  let iam: Iam;

  beforeEach(async () => {
    lab = new EcsFixture();
    await lab.request("CreateCluster", { clusterName: "checkout" });
    await lab.register([{ name: "app", image: "idle:1" }], { taskRoleArn: TASK_ROLE });
    iam = new Iam(testCore(new ManualClock(0)));
    for (const [RoleName, service] of Object.entries(principals)) {
      await callerOf(iam)("CreateRole", {
        RoleName,
        AssumeRolePolicyDocument: JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Action: "sts:AssumeRole",
              Principal: { Service: `${service}.amazonaws.com` },
            },
          ],
        }),
      });
    }
    callAs = roleCaller(iam, [lab.ecs], "scheduler");
  });
  afterEach(() => lab.stop());

  async function asked(statements: object[], more: object = {}): Promise<void> {
    await callerOf(iam)("PutRolePolicy", {
      RoleName: "scheduler",
      PolicyName: "start",
      PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: statements }),
    });
    const input = { ...run, networkConfiguration: network, ...more };
    await callAs(ROLE, { service: "ecs", operation: "RunTask", input });
  }

  test("needs RunTask on the task definition and PassRole on both of its roles, and that is enough", async () => {
    await asked([RUN, PASS]);
    await lab.clock.advance(LAUNCH_MS);
    expect(await lab.tasks()).toHaveLength(1);
  });

  const otherService = { "iam:PassedToService": "lambda.amazonaws.com" };
  const otherCluster = { "ecs:cluster": `${CLUSTER}-2` };
  test.each<[string, object[], object, string]>([
    ["without PassRole", [RUN], {}, `iam:PassRole on resource: ${TASK_ROLE}`],
    [
      "without it on the execution role",
      [RUN, grant("iam:PassRole", TASK_ROLE)],
      {},
      EXECUTION_ROLE,
    ],
    ["to another service", [RUN, grant("iam:PassRole", "*", otherService)], {}, "iam:PassRole"],
    ["in another cluster", [grant("ecs:RunTask", "*", otherCluster), PASS], {}, "ecs:RunTask"],
    [
      "with a role put in its place",
      [RUN, PASS],
      { overrides: { taskRoleArn: "arn:aws:iam::000000000000:role/admin" } },
      "iam:PassRole on resource: arn:aws:iam::000000000000:role/admin",
    ],
  ])("%s starts nothing", async (_what, statements, more, words) => {
    const refused = await refusal(asked(statements, more));
    expect(refused).toMatchObject({
      code: "AccessDeniedException",
      message: expect.stringContaining(words),
    });
    expect(await lab.tasks()).toEqual([]);
  });
});
