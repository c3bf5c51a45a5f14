/** Health checks and dependencies over real processes. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { app, ask, EcsFixture, LAUNCH_MS } from "./fixture.ts";

let lab: EcsFixture;
beforeEach(() => {
  lab = new EcsFixture();
});
afterEach(() => lab.stop());

/** Fails as soon as the task was told to be sick. */
const healthCheck = {
  command: ["CMD-SHELL", 'test ! -e "$HOME/sick"'],
  interval: 10,
  retries: 2,
};
/** Of every task: its own health, then that of its containers. */
const healthOf = async () =>
  (await lab.tasks()).map(({ healthStatus, containers = [] }) =>
    [healthStatus].concat(containers.map((container) => container.healthStatus)),
  );
/** Of the first task's containers. */
const statuses = async () =>
  (await lab.tasks())[0]?.containers?.map(({ lastStatus }) => lastStatus);

test("an unhealthy essential container has its task replaced, the replacement first", async () => {
  await lab.serve({ loadBalancers: [] }, [{ ...app, healthCheck }]);
  await lab.clock.advance(LAUNCH_MS);
  expect(await healthOf()).toEqual([["UNKNOWN", "UNKNOWN"]]);
  expect((await lab.service()).deployments).toMatchObject([{ rolloutState: "IN_PROGRESS" }]);
  await lab.clock.advance(10_000);
  expect(await healthOf()).toEqual([["HEALTHY", "HEALTHY"]]);
  expect((await lab.service()).deployments).toMatchObject([{ rolloutState: "COMPLETED" }]);

  const [task] = await lab.tasks();
  await ask(task?.containers?.[0]?.networkBindings?.[0]?.hostPort, "/sick");
  await lab.clock.advance(10_000);
  expect(await healthOf()).toEqual([["HEALTHY", "HEALTHY"]]);
  await lab.clock.advance(10_000);
  expect(await healthOf()).toEqual([
    ["UNHEALTHY", "UNHEALTHY"],
    ["UNKNOWN", "UNKNOWN"],
  ]);
  await lab.clock.advance(LAUNCH_MS + 10_000);
  await lab.until(async () => (await lab.tasks("STOPPED"))[0]?.lastStatus === "STOPPED");
  expect(await lab.tasks("STOPPED")).toMatchObject([
    {
      taskArn: task?.taskArn,
      stopCode: "ServiceSchedulerInitiated",
      stoppedReason: "Task failed container health checks",
      containers: [{ exitCode: 143 }],
    },
  ]);
  expect(await lab.events()).toContain("(service blue) (task) failed container health checks.");
  expect(await healthOf()).toEqual([["HEALTHY", "HEALTHY"]]);
});

test("unhealthy is ignored within the service's grace period", async () => {
  const failing = { ...healthCheck, command: ["CMD-SHELL", "exit 1"], retries: 1 };
  await lab.serve({ loadBalancers: [], healthCheckGracePeriodSeconds: 60 }, [
    { ...app, healthCheck: failing },
  ]);
  await lab.clock.advance(LAUNCH_MS + 50_000);
  expect(await healthOf()).toEqual([["UNHEALTHY", "UNHEALTHY"]]);
  await lab.clock.advance(15_000);
  expect(await lab.tasks()).toHaveLength(2);
});

test("what is not essential makes no task unhealthy", async () => {
  const failing = { ...healthCheck, command: ["CMD", "false"], retries: 1 };
  const aside = { name: "aside", image: "idle", essential: false, healthCheck: failing };
  await lab.serve({ loadBalancers: [] }, [{ ...app, healthCheck }, aside]);
  await lab.clock.advance(LAUNCH_MS + 10_000);
  expect(await healthOf()).toEqual([["HEALTHY", "HEALTHY", "UNHEALTHY"]]);
});

test("a check asks the container's own port, and one that hangs has failed", async () => {
  const asks = {
    command: ["CMD", "node", "-e", "fetch('http://localhost:4711/').catch(() => process.exit(1))"],
    interval: 10,
  };
  const hangs = { command: ["CMD", "sleep", "60"], interval: 10, timeout: 2, retries: 1 };
  const aside = { name: "aside", image: "idle", essential: false, healthCheck: hangs };
  const own = { ...app, portMappings: [{ containerPort: 4711 }], healthCheck: asks };
  await lab.serve({ loadBalancers: [] }, [own, aside]);
  await lab.clock.advance(LAUNCH_MS + 10_000);
  expect(await healthOf()).toEqual([["HEALTHY", "HEALTHY", "UNHEALTHY"]]);
});

describe("a container that depends on another's health", () => {
  const dependsOn = [{ containerName: "app", condition: "HEALTHY" }];
  const later = { name: "later", image: "idle", dependsOn };

  test("starts when it is HEALTHY", async () => {
    await lab.serve({ loadBalancers: [] }, [{ ...app, healthCheck }, later]);
    await lab.clock.advance(LAUNCH_MS);
    await lab.until(async () => (await statuses())?.[0] === "RUNNING");
    await lab.clock.advance(9000);
    expect(await statuses()).toEqual(["RUNNING", "PENDING"]);
    await lab.clock.advance(1000);
    await lab.until(async () => (await lab.tasks())[0]?.lastStatus === "RUNNING");
    expect(await statuses()).toEqual(["RUNNING", "RUNNING"]);
  });

  test.each([
    ["is not within its startTimeout", { startTimeout: 60 }, "exit 1", "HEALTHY within its start"],
    ["ends before", { image: "once", essential: false }, "exit 1", "ended before it was HEALTHY"],
  ])("never starts when that %s", async (_, more, script, reason) => {
    const check = { command: ["CMD-SHELL", script], interval: 10 };
    const first = { ...app, environment: [{ name: "CODE", value: "0" }], healthCheck: check };
    await lab.serve({ loadBalancers: [] }, [{ ...first, ...more }, later]);
    await lab.clock.advance(LAUNCH_MS);
    await lab.clock.advance(60_000);
    await lab.until(async () => (await lab.tasks("STOPPED"))[0]?.lastStatus === "STOPPED");
    expect((await lab.tasks("STOPPED"))[0]).toMatchObject({
      stopCode: "TaskFailedToStart",
      stoppedReason: expect.stringContaining(reason),
    });
  });

  test("lets a task that is stopped meanwhile go", async () => {
    await lab.serve({ loadBalancers: [] }, [{ ...app, healthCheck }, later]);
    await lab.clock.advance(LAUNCH_MS);
    await lab.until(async () => (await statuses())?.[0] === "RUNNING");
    const [task] = await lab.tasks();
    await lab.update({ desiredCount: 0 });
    await lab.until(async () => (await lab.tasks("STOPPED"))[0]?.lastStatus === "STOPPED");
    expect((await lab.tasks("STOPPED"))[0]?.taskArn).toBe(task?.taskArn);
  });
});
