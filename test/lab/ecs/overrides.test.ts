/** What a run changes of its task definition: its command behind the image's own, its environment, its roles. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { refusal } from "../fixture.ts";
import { EcsFixture, IMAGES, LAUNCH_MS, TASK_ROLE } from "./fixture.ts";

const ECHO = "console.log(process.argv.slice(1).join(' '), process.env.A, process.env.B)";
const OTHER_ROLE = "arn:aws:iam::000000000000:role/other";

let lab: EcsFixture;
beforeEach(async () => {
  lab = new EcsFixture({ ...IMAGES, echo: { command: ["node", "-e", ECHO, "entry"] } });
  await lab.request("CreateCluster", { clusterName: "checkout" });
});
afterEach(() => lab.stop());

const said = (): string[] => lab.lines.map(({ message }) => message);

async function run(overrides?: object): Promise<void> {
  await lab.request("RunTask", {
    cluster: "checkout",
    taskDefinition: "app",
    launchType: "FARGATE",
    networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-1"] } },
    ...(overrides && { overrides }),
  });
  await lab.clock.advance(LAUNCH_MS);
}

describe("a run", () => {
  beforeEach(() =>
    lab.register([
      {
        name: "app",
        image: "echo:1",
        command: ["defined"],
        environment: [
          { name: "A", value: "1" },
          { name: "B", value: "2" },
        ],
        logConfiguration: {
          logDriver: "awslogs",
          options: {
            "awslogs-group": "tasks",
            "awslogs-region": "us-east-1",
            "awslogs-stream-prefix": "app",
            "awslogs-create-group": "true",
          },
        },
      },
    ]),
  );

  test.each([
    [undefined, "entry defined 1 2"],
    [{}, "entry defined 1 2"],
    [{ command: ["given", "more"] }, "entry given more 1 2"],
    [{ environment: [{ name: "B", value: "9" }] }, "entry defined 1 9"],
  ])("with the overrides %j says %s", async (own, expected) => {
    await run(own && { containerOverrides: [{ name: "app", ...own }] });
    await lab.until(() => said().length > 0);
    expect(said()).toEqual([expected]);
  });

  test("shows them afterwards", async () => {
    const containerOverrides = [{ name: "app", command: ["given"] }];
    await run({ containerOverrides });
    await lab.until(async () => (await lab.tasks("STOPPED")).length === 1);
    expect(await lab.tasks("STOPPED")).toMatchObject([{ overrides: { containerOverrides } }]);
  });

  test("takes another task role, which must trust ECS", async () => {
    await run({ taskRoleArn: OTHER_ROLE });
    await lab.until(async () => (await lab.tasks("STOPPED")).length === 1);
    const [task] = await lab.tasks("STOPPED");
    expect(task?.stoppedReason).toContain(`unable to assume the role '${OTHER_ROLE}'`);
    await run({ taskRoleArn: TASK_ROLE });
    await lab.until(() => said().length > 0);
  });

  test.each([
    [{ containerOverrides: [{ name: "nobody" }] }, "InvalidParameterException", "nobody"],
    [
      { containerOverrides: [{ name: "app", memoryReservation: 5 }] },
      "NotImplemented",
      "memoryReservation",
    ],
    [{ ephemeralStorage: { sizeInGiB: 30 } }, "NotImplemented", "ephemeralStorage"],
    [
      { containerOverrides: [{ name: "app", command: ["x".repeat(9_000)] }] },
      "InvalidParameterException",
      "8192",
    ],
  ])("with the overrides %j is refused: %s", async (overrides, code, words) => {
    const refused = await refusal(run(overrides));
    expect(refused).toMatchObject({ code, message: expect.stringContaining(words) });
  });
});
