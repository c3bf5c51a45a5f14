/** Services over real processes: from CreateService to traffic, crash, rollout and end. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { UNCHECKED_WAIT_MS } from "../../../lab/ecs/phase.ts";
import { app, ask, BLUE, EcsFixture, LAUNCH_MS, TASK_ROLE } from "./fixture.ts";

let lab: EcsFixture;
beforeEach(() => {
  lab = new EcsFixture();
});
afterEach(() => lab.stop());

async function launched(): Promise<void> {
  await lab.clock.advance(LAUNCH_MS);
  await lab.untilSteady();
}

test("a service starts its tasks and registers them once they listen", async () => {
  await lab.serve({ desiredCount: 2 });
  expect(await lab.service()).toMatchObject({ desiredCount: 2, runningCount: 0, pendingCount: 2 });
  await launched();
  const ports = lab.ports();
  expect(ports).toHaveLength(2);
  expect(await Promise.all(ports.map((port) => ask(port)))).toEqual(["1", "1"]);
  expect(await lab.service()).toMatchObject({
    status: "ACTIVE",
    runningCount: 2,
    pendingCount: 0,
    deployments: [{ status: "PRIMARY", rolloutState: "COMPLETED", failedTasks: 0 }],
  });
  const events = await lab.events();
  expect(events[0]).toBe("(service blue) has started 2 tasks: (task) (task).");
  expect(events.filter((event) => event.includes("registered 1 targets in"))).toHaveLength(2);
  expect(events.slice(-2)).toEqual([
    "(service blue) (deployment ecs-svc/1) deployment completed.",
    "(service blue) has reached a steady state.",
  ]);
});

test("a crashed task leaves its target group at once and is replaced", async () => {
  await lab.serve();
  await launched();
  const [port] = lab.ports();
  await ask(port, "/crash").catch(() => {});
  await lab.until(() => lab.ports().length === 0);
  await lab.until(async () => (await lab.tasks("STOPPED"))[0]?.lastStatus === "STOPPED");
  expect(await lab.tasks("STOPPED")).toMatchObject([
    {
      stopCode: "EssentialContainerExited",
      stoppedReason: "Essential container in task exited",
      containers: [{ name: "app", exitCode: 3, lastStatus: "STOPPED" }],
    },
  ]);
  await lab.clock.advance(LAUNCH_MS);
  await lab.until(() => lab.ports().length === 1);
  expect(await ask(lab.ports()[0])).toBe("1");
});

test("a new task definition rolls out: new task healthy, then the old one drains and stops", async () => {
  await lab.serve();
  await launched();
  const [oldPort] = lab.ports();
  lab.stateOnRegistration = "initial";
  lab.stateOnRelease = "draining";
  await lab.register([{ ...app, environment: [{ name: "RELEASE", value: "2" }] }]);
  await lab.update({ taskDefinition: "app:2" });
  expect(await lab.service()).toMatchObject({
    deployments: [
      { status: "PRIMARY", rolloutState: "IN_PROGRESS", desiredCount: 1, pendingCount: 1 },
      { status: "ACTIVE", rolloutState: "COMPLETED", desiredCount: 0, runningCount: 1 },
    ],
  });

  await lab.clock.advance(LAUNCH_MS);
  await lab.until(() => lab.ports().length === 2);
  await lab.clock.advance(60_000);
  expect(await ask(oldPort)).toBe("1");
  expect(lab.ports()).toContain(oldPort);

  const newTarget = [...lab.targets.keys()].at(-1)!;
  lab.targets.set(newTarget, "healthy");
  await lab.clock.advance(5000);
  expect(lab.ports()).not.toContain(oldPort);
  expect(await ask(oldPort)).toBe("1");
  expect((await lab.service()).deployments).toHaveLength(2);

  lab.targets.delete([...lab.targets.keys()][0]!);
  await lab.clock.advance(1000);
  await lab.untilSteady();
  expect(await ask(lab.ports()[0])).toBe("2");
  await expect(ask(oldPort)).rejects.toThrow("fetch failed");
  expect(await lab.events()).toContain("(service blue) has begun draining connections on 1 tasks.");
});

test("another container port rolls out: new tasks register by it, old ones leave by theirs", async () => {
  await lab.serve();
  await launched();
  const [oldPort] = lab.ports();
  await lab.register([{ ...app, portMappings: [{ containerPort: 9090 }] }]);
  const entry = { targetGroupArn: BLUE, containerName: "app", containerPort: 9090 };
  await expect(lab.update({ loadBalancers: [entry] })).rejects.toThrow(
    "The container app did not have a container port 9090 defined.",
  );
  await lab.update({ taskDefinition: "app:2", loadBalancers: [entry] });
  await launched();
  const [newPort] = lab.ports();
  expect(lab.registrations).toEqual([`+ ${oldPort}`, `+ ${newPort}`, `- ${oldPort}`]);
  expect(await ask(newPort)).toBe("1");
  expect((await lab.service()).loadBalancers).toEqual([entry]);
});

test("an empty list of load balancers is a new deployment that registers nobody", async () => {
  await lab.serve();
  await launched();
  await lab.update({ loadBalancers: [] });
  expect((await lab.service()).deployments).toHaveLength(2);
  await lab.clock.advance(LAUNCH_MS);
  await lab.until(async () => (await lab.service()).runningCount === 2);
  // Nobody checks the new task, so ECS waits before it counts it as healthy.
  await lab.clock.advance(UNCHECKED_WAIT_MS - LAUNCH_MS);
  expect(lab.ports()).toHaveLength(1);
  await lab.clock.advance(LAUNCH_MS + 5000);
  await lab.untilSteady();
  expect(lab.ports()).toEqual([]);
});

test("forceNewDeployment replaces tasks of the same definition", async () => {
  await lab.serve();
  await launched();
  const [before] = await lab.tasks();
  await lab.update({ forceNewDeployment: true });
  await launched();
  const [after] = await lab.tasks();
  expect(after?.taskArn).not.toBe(before?.taskArn);
  expect(after?.taskDefinitionArn).toBe(before?.taskDefinitionArn);
});

test("an update that changes nothing of the tasks deploys nothing", async () => {
  await lab.serve();
  await launched();
  const before = (await lab.service()).deployments?.[0]?.id;
  await lab.update({ taskDefinition: "app", deploymentConfiguration: { maximumPercent: 150 } });
  const service = await lab.service();
  expect(service.deployments?.map(({ id }) => id)).toEqual([before]);
  expect(service.deploymentConfiguration).toMatchObject({
    maximumPercent: 150,
    minimumHealthyPercent: 100,
    strategy: "ROLLING",
  });
});

test("a target that the load balancer finds unhealthy has its task replaced after the grace", async () => {
  lab.stateOnRegistration = "unhealthy";
  await lab.serve({ healthCheckGracePeriodSeconds: 60 });
  await lab.clock.advance(LAUNCH_MS);
  await lab.until(() => lab.ports().length === 1);
  await lab.clock.advance(55_000);
  expect(await lab.tasks()).toHaveLength(1);
  lab.stateOnRegistration = "healthy";
  await lab.clock.advance(10_000);
  expect(await lab.tasks()).toHaveLength(2);
  await lab.clock.advance(LAUNCH_MS);
  await lab.until(async () => (await lab.tasks("STOPPED")).length === 1);
  expect((await lab.tasks("STOPPED"))[0]).toMatchObject({
    stopCode: "ServiceSchedulerInitiated",
    stoppedReason: `Task failed ELB health checks in (target-group ${BLUE})`,
  });
});

test("scaling to none stops the tasks; deletion needs it, or force", async () => {
  await lab.serve();
  await launched();
  const remove = (force: boolean) =>
    lab.request("DeleteService", { cluster: "checkout", service: "blue", force });
  await expect(remove(false)).rejects.toMatchObject({
    code: "InvalidParameterException",
    message: "The service cannot be stopped while it is scaled above 0.",
  });
  await expect(lab.request("DeleteCluster", { cluster: "checkout" })).rejects.toMatchObject({
    code: "ClusterContainsServicesException",
  });
  const [port] = lab.ports();
  expect((await remove(true)).service).toMatchObject({ status: "DRAINING", desiredCount: 0 });
  await lab.until(async () => (await lab.service()).status === "INACTIVE");
  await expect(ask(port)).rejects.toThrow("fetch failed");
  expect(lab.targets.size).toBe(0);
  expect((await lab.request("DeleteCluster", { cluster: "checkout" })).cluster.status).toBe(
    "INACTIVE",
  );
});

test("a task that never listens is registered all the same, so that it shows as unhealthy", async () => {
  const quick = new EcsFixture({ app: { command: ["node", "-e", "setInterval(() => {}, 1000)"] } });
  try {
    await quick.serve({}, [{ ...app, image: "app" }]);
    await quick.clock.advance(LAUNCH_MS);
    await quick.until(() => quick.ports().length === 1);
    expect((await quick.tasks())[0]?.lastStatus).toBe("RUNNING");
  } finally {
    await quick.stop();
  }
});

const failing = async (container: object, more: object = {}) => {
  await lab.request("CreateCluster", { clusterName: "checkout" });
  await lab.register([{ name: "app", ...container }], more);
  await lab.request("CreateService", {
    cluster: "checkout",
    serviceName: "blue",
    taskDefinition: "app",
    desiredCount: 1,
    launchType: "FARGATE",
    networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-1"] } },
  });
  await lab.clock.advance(LAUNCH_MS);
  await lab.until(async () => (await lab.tasks("STOPPED"))[0]?.lastStatus === "STOPPED");
  return (await lab.tasks("STOPPED"))[0]!;
};
const logging = (options: object) => ({
  logConfiguration: {
    logDriver: "awslogs",
    options: {
      "awslogs-group": "checkout",
      "awslogs-region": "us-east-1",
      "awslogs-stream-prefix": "app",
      ...options,
    },
  },
});

describe("tasks that cannot start", () => {
  test.each([
    [
      "an image without a mapping",
      { image: "unknown:1" },
      /^CannotPullContainerError: .*Map "unknown" to a command in the lab's images setting/,
    ],
    ["a missing program", { image: "broken" }, /^CannotStartContainerError: .*no-such-program/],
    ["a port nobody has", { image: "misled" }, /^CannotStartContainerError: \{port:1\}/],
    [
      "a missing log group",
      { image: "idle", ...logging({}) },
      /^ResourceInitializationError: .*The specified log group does not exist/,
    ],
  ])("%s: the task's reason says so", async (_, container, reason) => {
    const task = await failing(container);
    expect(task.stopCode).toBe("TaskFailedToStart");
    expect(task.stoppedReason).toMatch(reason);
    expect(task.startedAt).toBeUndefined();
  });

  test("a role that ECS may not assume", async () => {
    const taskRoleArn = `${TASK_ROLE}-x`;
    const task = await failing({ image: "idle" }, { taskRoleArn });
    expect(task.stoppedReason).toContain(`ECS was unable to assume the role '${taskRoleArn}'`);
  });

  test("are tried again ever more slowly, until a new deployment", async () => {
    await failing({ image: "unknown" });
    const count = async () => (await lab.tasks("STOPPED")).length;
    await lab.clock.advance(9000);
    expect(await lab.tasks()).toHaveLength(0);
    await lab.clock.advance(1000);
    expect(await lab.tasks()).toHaveLength(1);
    await lab.clock.advance(LAUNCH_MS);
    await lab.until(async () => (await count()) === 2);
    expect(await lab.service()).toMatchObject({ deployments: [{ failedTasks: 2 }] });
    expect(await lab.events()).toContain(
      "(service blue) is unable to consistently start tasks successfully.",
    );
    await lab.clock.advance(19_000);
    expect(await lab.tasks()).toHaveLength(0);
    await lab.register([{ name: "app", image: "idle" }]);
    await lab.update({ taskDefinition: "app" });
    await lab.clock.advance(LAUNCH_MS);
    await lab.until(async () => (await lab.service()).runningCount === 1);
    await lab.clock.advance(UNCHECKED_WAIT_MS + 5000);
    await lab.untilSteady();
  });

  test("awslogs-create-group makes the group", async () => {
    await lab.request("CreateCluster", { clusterName: "checkout" });
    await lab.register([{ ...app, ...logging({ "awslogs-create-group": "true" }) }]);
    await lab.request("RunTask", {
      cluster: "checkout",
      taskDefinition: "app",
      launchType: "FARGATE",
      networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-1"] } },
    });
    await lab.clock.advance(LAUNCH_MS);
    await lab.until(() => lab.lines.length > 0);
    const [task] = await lab.tasks();
    expect(lab.lines).toEqual([
      {
        group: "checkout",
        stream: `app/app/${task?.taskArn?.split("/").at(-1)}`,
        message: "release 1 home true",
      },
    ]);
  });
});
