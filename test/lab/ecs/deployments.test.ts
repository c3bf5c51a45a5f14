/** Deployments that fail: by their tasks, by alarms, with and without a way back. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { app, ask, BLUE, EcsFixture, LAUNCH_MS } from "./fixture.ts";

let lab: EcsFixture;
beforeEach(() => {
  lab = new EcsFixture();
});
afterEach(() => lab.stop());

const breaker = (more: object = {}) => ({
  deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true, ...more } },
});
const watched = (more: object = {}) => ({
  deploymentConfiguration: {
    alarms: { alarmNames: ["errors"], enable: true, rollback: true },
    ...more,
  },
});

const RELEASE_2 = { environment: [{ name: "RELEASE", value: "2" }] };

async function serving(more: object): Promise<void> {
  await lab.serve(more);
  await lab.clock.advance(LAUNCH_MS);
  await lab.untilSteady();
}

async function release(image: string, container: object = {}): Promise<void> {
  await lab.register([{ ...app, image, ...container }]);
  await lab.update({ taskDefinition: "app" });
}

/** Lets as many launches of a release fail as it takes, at most `count`. */
async function fail(count: number): Promise<void> {
  for (let failed = 1; failed <= count; failed++) {
    await lab.clock.advance(LAUNCH_MS);
    await lab.until(async () => (await lab.tasks("STOPPED")).length === failed);
    await lab.clock.advance(10_000 * 2 ** (failed - 1));
  }
}

const states = async () =>
  ((await lab.service()).deployments ?? []).map(
    ({ status, rolloutState, rolloutStateReason = "" }) =>
      `${status} ${rolloutState}: ${rolloutStateReason.replaceAll(/ecs-svc\/\d+/g, "ID")}`,
  );

describe("the circuit breaker", () => {
  test("rolls back to the deployment that was completed, under its own id", async () => {
    await serving(breaker());
    const before = (await lab.service()).deployments?.[0]?.id;
    const [port] = lab.ports();
    await release("unknown");
    await fail(2);
    expect(await states()).toEqual([
      "PRIMARY IN_PROGRESS: ECS deployment ID in progress.",
      "ACTIVE COMPLETED: ECS deployment ID completed.",
    ]);
    await lab.clock.advance(LAUNCH_MS);
    await lab.until(async () => (await lab.tasks("STOPPED")).length === 3);
    await lab.untilSteady();
    expect(await states()).toEqual(["PRIMARY COMPLETED: ECS deployment ID completed."]);
    const service = await lab.service();
    expect(service.deployments?.[0]?.id).toBe(before);
    expect(service.taskDefinition).toMatch(/app:1$/);
    expect(await ask(port)).toBe("1");
    expect((await lab.events()).slice(-4)).toEqual([
      "(service blue) (deployment ecs-svc/1) deployment failed: tasks failed to start.",
      "(service blue) rolling back to deployment ecs-svc/1.",
      "(service blue) (deployment ecs-svc/1) deployment completed.",
      "(service blue) has reached a steady state.",
    ]);
    await lab.clock.advance(600_000);
    expect(await lab.tasks("STOPPED")).toHaveLength(3);
  });

  test("without rollback leaves the deployment FAILED, and what served serves on", async () => {
    await serving(breaker({ rollback: false }));
    const [port] = lab.ports();
    await release("unknown");
    await fail(3);
    expect(await states()).toEqual([
      "PRIMARY FAILED: ECS deployment circuit breaker: tasks failed to start.",
      "ACTIVE COMPLETED: ECS deployment ID completed.",
    ]);
    await lab.clock.advance(3_600_000);
    expect(await ask(port)).toBe("1");
    await release(app.image, RELEASE_2);
    await lab.clock.advance(LAUNCH_MS);
    await lab.untilSteady();
  });

  test("has nothing to roll back to when nothing was ever completed", async () => {
    await lab.serve(breaker(), [{ ...app, image: "unknown" }]);
    await fail(3);
    expect(await states()).toEqual([
      "PRIMARY FAILED: ECS deployment circuit breaker: tasks failed to start.",
    ]);
    await lab.clock.advance(3_600_000);
    expect(await lab.tasks()).toHaveLength(0);
  });

  test("that is off lets a release fail for ever", async () => {
    await serving({});
    await release("unknown");
    await fail(5);
    expect(await lab.service()).toMatchObject({
      deployments: [{ rolloutState: "IN_PROGRESS", failedTasks: 5 }, { rolloutState: "COMPLETED" }],
    });
  });

  test("counts tasks that end before they are healthy, and takes a threshold of one", async () => {
    await serving(breaker({ thresholdConfiguration: { type: "COUNT", value: 1 } }));
    lab.stateOnRegistration = "initial";
    await release("once", { environment: [{ name: "CODE", value: "1" }] });
    await lab.clock.advance(LAUNCH_MS);
    await lab.until(async () =>
      (await lab.events()).some((event) => event.includes("rolling back")),
    );
    expect((await lab.service()).taskDefinition).toMatch(/app:1$/);
  });

  test("counts tasks whose targets the load balancer finds unhealthy", async () => {
    await serving(breaker({ thresholdConfiguration: { type: "COUNT", value: 1 } }));
    lab.stateOnRegistration = "unhealthy";
    await release(app.image, RELEASE_2);
    await lab.clock.advance(LAUNCH_MS);
    // The first goes when a second, as unhealthy, is known to be no better.
    await lab.clock.advance(LAUNCH_MS + 5000);
    expect(await lab.events()).toContain(
      "(service blue) (task) failed ELB health checks in (target-group blue).",
    );
    expect(await lab.events()).toContain("(service blue) rolling back to deployment ecs-svc/1.");
    await lab.untilSteady();
    expect((await lab.tasks("STOPPED")).map(({ stoppedReason }) => stoppedReason)).toContain(
      `Task failed ELB health checks in (target-group ${BLUE})`,
    );
  });

  test.each([
    [true, 0],
    [false, 1],
  ])("with resetOnHealthyTask %s has %i failures after a healthy task", async (reset, failures) => {
    await serving({ desiredCount: 2, ...breaker({ resetOnHealthyTask: reset }) });
    lab.stateOnRegistration = "initial";
    await release(app.image, RELEASE_2);
    await lab.clock.advance(LAUNCH_MS);
    const [, , first, second] = [...lab.targets.keys()];
    await ask(Number(first?.split(":").at(-1)), "/crash").catch(() => {});
    await lab.until(async () => (await lab.tasks("STOPPED")).length === 1);
    expect((await lab.service()).deployments?.[0]?.failedTasks).toBe(1);
    lab.targets.set(second!, "healthy");
    await lab.clock.advance(5000);
    expect((await lab.service()).deployments?.[0]?.failedTasks).toBe(failures);
  });
});

describe("alarms", () => {
  test("fail a deployment with a running task, and roll it back", async () => {
    await serving({});
    await lab.register([{ ...app, ...RELEASE_2 }]);
    lab.alarms.set("errors", "OK");
    lab.stateOnRegistration = "initial";
    await lab.update({ taskDefinition: "app", ...watched() });
    await lab.clock.advance(5000);
    lab.alarms.set("errors", "ALARM");
    // As long as no task of it runs, an alarm says nothing about the deployment.
    await lab.clock.advance(4000);
    expect(await states()).toContain("PRIMARY IN_PROGRESS: ECS deployment ID in progress.");
    await lab.clock.advance(6000);
    expect((await lab.service()).taskDefinition).toMatch(/app:1$/);
    expect(await lab.events()).toEqual(
      expect.arrayContaining([
        "(service blue) (deployment ecs-svc/1) deployment failed: alarm detected.",
        "(service blue) rolling back to deployment ecs-svc/1.",
      ]),
    );
    // Still in ALARM: the rollback itself is not watched by an alarm that rang when it began.
    await lab.clock.advance(5000);
    await lab.untilSteady();
    await lab.clock.advance(600_000);
    expect(await states()).toEqual(["PRIMARY COMPLETED: ECS deployment ID completed."]);
  });

  test("that ring when the deployment begins are not listened to", async () => {
    await serving({});
    lab.alarms.set("errors", "ALARM");
    await lab.register([{ ...app, ...RELEASE_2 }]);
    await lab.update({ taskDefinition: "app", ...watched() });
    await lab.clock.advance(LAUNCH_MS);
    await lab.untilSteady();
    expect((await lab.service()).taskDefinition).toMatch(/app:2$/);
  });

  test("keep watching for a while after all is done: the bake time", async () => {
    lab.alarms.set("errors", "OK");
    await serving({});
    await lab.register([{ ...app, ...RELEASE_2 }]);
    await lab.update({ taskDefinition: "app", ...watched() });
    await lab.clock.advance(LAUNCH_MS);
    await lab.until(async () => (await lab.service()).deployments?.length === 1);
    await lab.clock.advance(60_000);
    expect(await states()).toEqual(["PRIMARY IN_PROGRESS: ECS deployment ID in progress."]);
    lab.alarms.set("errors", "ALARM");
    await lab.clock.advance(5000);
    // The tasks of the last completed deployment are gone; it comes back all the same.
    expect((await lab.service()).taskDefinition).toMatch(/app:1$/);
    expect((await lab.service()).deployments).toMatchObject([
      { rolloutState: "IN_PROGRESS", desiredCount: 1, pendingCount: 1 },
      { rolloutState: "FAILED", rolloutStateReason: "ECS deployment failed: alarm detected." },
    ]);
    await lab.clock.advance(LAUNCH_MS);
    await lab.untilSteady();
  });

  test.each([
    ["two periods of the alarm", {}, 120_000],
    ["bakeTimeInMinutes", { bakeTimeInMinutes: 10 }, 600_000],
  ])("let a deployment be COMPLETED after %s", async (_, more, bakeMs) => {
    lab.alarms.set("errors", "OK");
    await lab.serve(watched(more));
    await lab.clock.advance(LAUNCH_MS);
    await lab.clock.advance(bakeMs - 1000);
    expect(await states()).toEqual(["PRIMARY IN_PROGRESS: ECS deployment ID in progress."]);
    await lab.clock.advance(1000);
    expect(await states()).toEqual(["PRIMARY COMPLETED: ECS deployment ID completed."]);
  });

  test("without rollback leave the deployment FAILED", async () => {
    lab.alarms.set("errors", "OK");
    const alarms = { alarmNames: ["errors"], enable: true, rollback: false };
    await serving({});
    await lab.register([{ ...app, ...RELEASE_2 }]);
    await lab.update({ taskDefinition: "app", deploymentConfiguration: { alarms } });
    await lab.clock.advance(LAUNCH_MS);
    lab.alarms.set("errors", "ALARM");
    await lab.clock.advance(5000);
    expect((await states())[0]).toBe("PRIMARY FAILED: ECS deployment failed: alarm detected.");
  });
});
