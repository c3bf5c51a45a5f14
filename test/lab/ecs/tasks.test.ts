/** Tasks over real processes: containers, their environment, their order, their end. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { app, ask, EcsFixture, LAUNCH_MS, TASK_ROLE } from "./fixture.ts";

let lab: EcsFixture;
beforeEach(async () => {
  lab = new EcsFixture();
  await lab.request("CreateCluster", { clusterName: "checkout" });
});
afterEach(() => lab.stop());

async function run(containers: object[], more: object = {}): Promise<string> {
  await lab.register(containers, more);
  const { tasks } = await lab.request("RunTask", {
    cluster: "checkout",
    taskDefinition: "app",
    launchType: "FARGATE",
    networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-1"] } },
  });
  await lab.clock.advance(LAUNCH_MS);
  return tasks[0].taskArn;
}

async function describeTask(task: string) {
  const { tasks } = await lab.request("DescribeTasks", { cluster: "checkout", tasks: [task] });
  return tasks[0];
}

const untilStatus = (task: string, status: string) =>
  lab.until(async () => (await describeTask(task)).lastStatus === status);

test("containers of a task share their port table; PORT is the first mapping's local port", async () => {
  const front = { name: "front", image: "front:1", portMappings: [{ containerPort: 9000 }] };
  const environment = [
    { name: "PORT", value: "8080" },
    { name: "RELEASE", value: "7" },
  ];
  const task = await run([{ ...app, environment }, front], { taskRoleArn: TASK_ROLE });
  await untilStatus(task, "RUNNING");
  const { containers } = await describeTask(task);
  const [appPort, frontPort] = containers.map(
    ({ networkBindings }: { networkBindings: { hostPort: number }[] }) =>
      networkBindings[0]?.hostPort,
  );
  await lab.until(() => ask(frontPort).then(Boolean, () => false));
  expect(JSON.parse(await ask(frontPort, "/env"))).toMatchObject({
    PORT: String(frontPort),
    HOST: "127.0.0.1",
    UPSTREAM: `http://127.0.0.1:${appPort}`,
    SELF: String(frontPort),
  });
  await lab.until(() => ask(appPort).then(Boolean, () => false));
  const env = JSON.parse(await ask(appPort, "/env"));
  expect(env).toMatchObject({
    PORT: String(appPort),
    RELEASE: "7",
    AWS_ENDPOINT_URL: "http://127.0.0.1:4599",
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "ASIA-ecs-tasks.amazonaws.com",
    AWS_SECRET_ACCESS_KEY: task.split("/").at(-1),
    AWS_SESSION_TOKEN: "token",
  });
  expect(env.HOME).toContain("/tasks/");
});

test("StopTask ends the process with SIGTERM and says who asked", async () => {
  const task = await run([app]);
  await untilStatus(task, "RUNNING");
  await lab.request("StopTask", { cluster: "checkout", task, reason: "drill" });
  await untilStatus(task, "STOPPED");
  expect(await describeTask(task)).toMatchObject({
    desiredStatus: "STOPPED",
    stopCode: "UserInitiated",
    stoppedReason: "drill",
    containers: [{ exitCode: 143 }],
  });
});

test("a clientToken names its tasks: asked again they are the same, never others", async () => {
  await lab.register();
  const request = {
    cluster: "checkout",
    taskDefinition: "app",
    launchType: "FARGATE",
    networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-1"] } },
    clientToken: "once",
  };
  const first = await lab.request("RunTask", request);
  const again = await lab.request("RunTask", request);
  expect(again.tasks[0].taskArn).toBe(first.tasks[0].taskArn);
  await expect(lab.request("RunTask", { ...request, count: 2 })).rejects.toMatchObject({
    code: "ConflictException",
    members: { resourceIds: [first.tasks[0].taskArn] },
  });
});

test("a task that is stopped before its launch never runs", async () => {
  await lab.register();
  const { tasks } = await lab.request("RunTask", {
    cluster: "checkout",
    taskDefinition: "app",
    launchType: "FARGATE",
    networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-1"] } },
  });
  const { taskArn } = tasks[0];
  await lab.request("StopTask", { cluster: "checkout", task: taskArn });
  await untilStatus(taskArn, "STOPPED");
  await lab.clock.advance(LAUNCH_MS);
  expect(await describeTask(taskArn)).toMatchObject({
    lastStatus: "STOPPED",
    startedAt: undefined,
    stoppedReason: "Task stopped by user",
  });
});

const after = (containerName: string, condition: string) => ({
  dependsOn: [{ containerName, condition }],
});
const once = (code: number) => ({
  name: "once",
  image: "once",
  essential: false,
  environment: [{ name: "CODE", value: String(code) }],
});

describe("dependsOn", () => {
  test.each([
    ["START", 0],
    ["COMPLETE", 1],
    ["SUCCESS", 0],
  ])("%s is met by exit code %i", async (condition, code) => {
    const task = await run([{ ...app, ...after("once", condition) }, once(code)]);
    await untilStatus(task, "RUNNING");
    if (condition === "START") return;
    const [, dependency] = (await describeTask(task)).containers;
    expect(dependency).toMatchObject({ lastStatus: "STOPPED", exitCode: code });
  });

  test("SUCCESS is not met by exit code 1: the task stops", async () => {
    const task = await run([{ ...app, ...after("once", "SUCCESS") }, once(1)]);
    await untilStatus(task, "STOPPED");
    expect((await describeTask(task)).stoppedReason).toContain("ended with exit code 1");
  });
});

test("a container that is not essential may end; an essential one takes the others with it", async () => {
  const first = await run([app, once(0)]);
  await untilStatus(first, "RUNNING");
  await lab.until(async () => (await describeTask(first)).containers[1].exitCode === 0);
  expect((await describeTask(first)).lastStatus).toBe("RUNNING");
  const second = await run([app, { ...once(0), essential: true }]);
  await untilStatus(second, "STOPPED");
  expect(await describeTask(second)).toMatchObject({
    stopCode: "EssentialContainerExited",
    containers: [{ exitCode: 143 }, { exitCode: 0 }],
  });
});
