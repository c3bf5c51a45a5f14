/** The events that ECS puts on EventBridge's default bus. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { app, EcsFixture, LAUNCH_MS } from "./fixture.ts";

let lab: EcsFixture;
beforeEach(() => {
  lab = new EcsFixture();
});
afterEach(() => lab.stop());

const SERVICE = "arn:aws:ecs:us-east-1:000000000000:service/checkout/blue";
const of = (detailType: string) =>
  lab.announced.filter((event) => event.detailType === detailType) as readonly {
    readonly resources: readonly string[];
    readonly detail: Readonly<Record<string, unknown>>;
  }[];

test("every state of a task, its start and its end", async () => {
  await lab.serve();
  await lab.clock.advance(LAUNCH_MS);
  await lab.untilSteady();
  const [task] = await lab.tasks();
  await lab.request("StopTask", { cluster: "checkout", task: task?.taskArn, reason: "drill" });
  await lab.until(async () => (await lab.tasks("STOPPED"))[0]?.lastStatus === "STOPPED");
  const changes = of("ECS Task State Change").filter(
    ({ resources }) => resources[0] === task?.taskArn,
  );
  expect(changes.map(({ detail }) => detail["lastStatus"])).toEqual([
    "PROVISIONING",
    "PENDING",
    "ACTIVATING",
    "RUNNING",
    "DEACTIVATING",
    "STOPPING",
    "DEPROVISIONING",
    "STOPPED",
  ]);
  const versions = changes.map(({ detail }) => detail["version"]);
  expect(versions).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(changes.at(-1)?.detail).toMatchObject({
    desiredStatus: "STOPPED",
    stopCode: "UserInitiated",
    stoppedReason: "drill",
    startedAt: "2026-03-14T09:27:03.000Z",
    containers: [{ name: "app", exitCode: 143, lastStatus: "STOPPED" }],
  });
});

test("a deployment that begins, fails, and is rolled back", async () => {
  await lab.serve({
    deploymentConfiguration: {
      deploymentCircuitBreaker: {
        enable: true,
        rollback: true,
        thresholdConfiguration: { type: "COUNT", value: 2 },
      },
    },
  });
  await lab.clock.advance(LAUNCH_MS);
  await lab.untilSteady();
  await lab.register([{ ...app, image: "unknown" }]);
  await lab.update({ taskDefinition: "app" });
  for (const failed of [1, 2]) {
    await lab.clock.advance(LAUNCH_MS);
    await lab.until(async () => (await lab.tasks("STOPPED")).length === failed);
    await lab.clock.advance(10_000);
  }
  await lab.untilSteady();
  const [first, second] = new Set(
    of("ECS Deployment State Change").map(({ detail }) => String(detail["deploymentId"])),
  );
  const told = of("ECS Deployment State Change").map(({ resources, detail }) => {
    expect(resources).toEqual([SERVICE]);
    const { eventType, eventName, deploymentId, reason } = detail;
    return [eventType, eventName, deploymentId, reason];
  });
  const rollingBack = `ECS deployment circuit breaker: rolling back to deploymentId ${first}.`;
  expect(told).toEqual([
    ["INFO", "SERVICE_DEPLOYMENT_IN_PROGRESS", first, `ECS deployment ${first} in progress.`],
    ["INFO", "SERVICE_DEPLOYMENT_COMPLETED", first, `ECS deployment ${first} completed.`],
    ["INFO", "SERVICE_DEPLOYMENT_IN_PROGRESS", second, `ECS deployment ${second} in progress.`],
    [
      "ERROR",
      "SERVICE_DEPLOYMENT_FAILED",
      second,
      "ECS deployment circuit breaker: tasks failed to start.",
    ],
    ["INFO", "SERVICE_DEPLOYMENT_IN_PROGRESS", first, rollingBack],
    ["INFO", "SERVICE_DEPLOYMENT_COMPLETED", first, `ECS deployment ${first} completed.`],
  ]);
  expect(of("ECS Service Action").map(({ detail }) => detail["eventName"])).toEqual([
    "SERVICE_STEADY_STATE",
    "SERVICE_TASK_START_IMPAIRED",
    "SERVICE_STEADY_STATE",
  ]);
});
