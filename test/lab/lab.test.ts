import {
  CloudWatchClient,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  GetMetricStatisticsCommand,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
} from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { AddPermissionCommand, CreateFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { afterEach, describe, expect, test } from "vitest";
import { type Lab, type LabOptions, startLab } from "../../lab/lab.ts";

import { zipOf } from "./lambda/zipFile.ts";

const START_MS = Date.parse("2026-03-14T09:26:53Z");
const labs: Lab[] = [];
afterEach(async () => {
  await Promise.all(labs.splice(0).map((lab) => lab.stop()));
});

async function start(options: Partial<LabOptions> = {}): Promise<Lab> {
  const time = options.speed === undefined ? { manualClock: true, startAtMs: START_MS } : {};
  const lab = await startLab({ images: {}, ...time, ...options });
  labs.push(lab);
  return lab;
}

async function post(lab: Lab, body: string): Promise<[number, Record<string, unknown>]> {
  const response = await fetch(`${lab.endpoint}/_lab/clock`, { method: "POST", body });
  return [response.status, (await response.json()) as Record<string, unknown>];
}

/** The time that the lab shows after a move. */
async function advance(lab: Lab, advanceSeconds: number): Promise<unknown> {
  const [status, answer] = await post(lab, JSON.stringify({ advanceSeconds }));
  expect([status, Object.keys(answer)]).toEqual([200, ["now"]]);
  return answer["now"];
}

function settingsOf({ endpoint }: Lab) {
  const credentials = { accessKeyId: "lab", secretAccessKey: "lab" };
  return { endpoint, region: "us-east-1", credentials };
}

function cloudWatch(lab: Lab): CloudWatchClient {
  return new CloudWatchClient(settingsOf(lab));
}

const Namespace = "Checkout";
const MetricName = "Failures";

/** One failure is too many. */
async function watchFailures(client: CloudWatchClient, AlarmActions: string[] = []): Promise<void> {
  await client.send(
    new PutMetricAlarmCommand({
      AlarmName: "failures",
      Namespace,
      MetricName,
      Statistic: "Sum",
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: "GreaterThanOrEqualToThreshold",
      TreatMissingData: "notBreaching",
      AlarmActions,
    }),
  );
}

async function lambdaRole(lab: Lab): Promise<string> {
  const { Role } = await new IAMClient(settingsOf(lab)).send(
    new CreateRoleCommand({
      RoleName: "guard",
      AssumeRolePolicyDocument: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Principal: { Service: "lambda.amazonaws.com" },
            Action: "sts:AssumeRole",
          },
        ],
      }),
    }),
  );
  return Role?.Arn ?? "";
}

async function put(client: CloudWatchClient, Value: number): Promise<void> {
  await client.send(
    new PutMetricDataCommand({ Namespace, MetricData: [{ MetricName, Value, Unit: "Count" }] }),
  );
}

async function stateOf(client: CloudWatchClient): Promise<string | undefined> {
  const { MetricAlarms } = await client.send(new DescribeAlarmsCommand({}));
  return MetricAlarms?.[0]?.StateValue;
}

describe("a clock moved by hand", () => {
  test("stands still until it is moved, by fractions and by nothing too", async () => {
    const lab = await start();
    expect(lab.status().clock).toMatchObject({ manual: true, speed: 0 });
    expect(lab.status().clock.now).toBe("2026-03-14T09:26:53.000Z");
    expect(await advance(lab, 0)).toBe("2026-03-14T09:26:53.000Z");
    // In binary 1.005 * 1000 is a little less than 1005.
    expect(await advance(lab, 1.005)).toBe("2026-03-14T09:26:54.005Z");
    expect(await advance(lab, 0.495)).toBe("2026-03-14T09:26:54.500Z");
    // Three thirds of a second are a second, though each alone is cut to whole milliseconds.
    for (let third = 0; third < 3; third++) await advance(lab, 1 / 3);
    expect(await advance(lab, 0)).toBe("2026-03-14T09:26:55.500Z");
    const shown = await fetch(`${lab.endpoint}/_lab/clock`);
    expect(await shown.json()).toEqual(lab.status().clock);
  });

  test("evaluates an alarm on the next whole minute, and not before", async () => {
    const lab = await start();
    const client = cloudWatch(lab);
    await watchFailures(client);
    await put(client, 1);
    await advance(lab, 6.999);
    expect(await stateOf(client)).toBe("INSUFFICIENT_DATA");
    expect(await advance(lab, 0.001)).toBe("2026-03-14T09:27:00.000Z");
    expect(await stateOf(client)).toBe("ALARM");
    // A minute from anywhere on holds one evaluation.
    await advance(lab, 0.5);
    await put(client, 0);
    await advance(lab, 60);
    expect(await stateOf(client)).toBe("OK");
  });

  test("moves that are asked for at once happen one after the other", async () => {
    const lab = await start();
    const moves = await Promise.all([60, 0, 30, 3600].map((seconds) => advance(lab, seconds)));
    expect(moves.toSorted((a, b) => String(a).localeCompare(String(b)))).toEqual(moves);
    expect(new Set(moves).size).toBe(3);
    expect(lab.clock.now()).toBe(START_MS + 3_690_000);
  });

  test("answers only when the function that an alarm invoked has ended", async () => {
    const lab = await start();
    const client = cloudWatch(lab);
    const lambda = new LambdaClient(settingsOf(lab));
    const role = await lambdaRole(lab);
    const { FunctionArn = "" } = await lambda.send(
      new CreateFunctionCommand({
        FunctionName: "guard",
        Role: role,
        Runtime: "nodejs24.x",
        Handler: "index.handler",
        Code: {
          ZipFile: zipOf({
            "index.mjs":
              "export const handler = async () => {" +
              "  await new Promise((resolve) => setTimeout(resolve, 300));" +
              '  console.log("the guard has done its work");' +
              "};",
          }),
        },
      }),
    );
    await lambda.send(
      new AddPermissionCommand({
        FunctionName: "guard",
        StatementId: "alarm",
        Action: "lambda:InvokeFunction",
        Principal: "lambda.alarms.cloudwatch.amazonaws.com",
      }),
    );
    await watchFailures(client, [FunctionArn]);
    await put(client, 1);
    await advance(lab, 60);
    const logs = new CloudWatchLogsClient(settingsOf(lab));
    const { events = [] } = await logs.send(
      new FilterLogEventsCommand({ logGroupName: "/aws/lambda/guard", filterPattern: "guard" }),
    );
    expect(events.map(({ message }) => message?.split("\t").at(-1)?.trim())).toContain(
      "the guard has done its work",
    );
  });

  test("the same calls and moves give the same history", async () => {
    const histories = await Promise.all(
      [1, 2].map(async () => {
        const lab = await start();
        const client = cloudWatch(lab);
        await watchFailures(client);
        for (const value of [0, 3, 1, 0, 0, 2, 0, 7, 0, 0]) {
          await put(client, value);
          await advance(lab, 47.5);
        }
        const { AlarmHistoryItems = [] } = await client.send(new DescribeAlarmHistoryCommand({}));
        return AlarmHistoryItems;
      }),
    );
    expect(histories[0]?.length).toBeGreaterThan(4);
    expect(histories[0]).toEqual(histories[1]);
  });

  test("custom metrics are seen at once, or after the delay that was asked for", async () => {
    const seen = async (lab: Lab): Promise<number> => {
      const { Datapoints = [] } = await cloudWatch(lab).send(
        new GetMetricStatisticsCommand({
          Namespace,
          MetricName,
          StartTime: new Date(START_MS - 60_000),
          EndTime: new Date(START_MS + 60_000),
          Period: 60,
          Statistics: ["Sum"],
        }),
      );
      return Datapoints.length;
    };
    const prompt = await start();
    await put(cloudWatch(prompt), 1);
    expect(await seen(prompt)).toBe(1);
    const late = await start({ customMetricDelayMs: 90_000 });
    await put(cloudWatch(late), 1);
    await advance(late, 89.999);
    expect(await seen(late)).toBe(0);
    await advance(late, 0.001);
    expect(await seen(late)).toBe(1);
  });

  test.each([
    ["-1", '{"advanceSeconds":-1}', "advanceSeconds: -1 - allowed: a number from 0 to 604800"],
    ["text", '{"advanceSeconds":"60"}', 'advanceSeconds: "60" - allowed: a number'],
    ["null", '{"advanceSeconds":null}', "advanceSeconds: null - allowed: a number"],
    ["infinity", '{"advanceSeconds":1e999}', 'advanceSeconds: "Infinity" - allowed: a number'],
    ["too far", '{"advanceSeconds":604800.5}', "advanceSeconds: 604800.5 - allowed: a number"],
    ["nothing", "{}", "advanceSeconds: missing - allowed: a number"],
    ["more", '{"advanceSeconds":1,"speed":2}', "speed: 2 - allowed: advanceSeconds alone"],
    ["a list", "[60]", "body: [60] - allowed: an object"],
    ["no body", "", "body: missing - allowed: an object"],
    ["no JSON", "sixty", "The body cannot be used"],
  ])("%s is refused and moves nothing", async (_what, body, message) => {
    const lab = await start();
    const [status, answer] = await post(lab, body);
    expect(status).toBe(400);
    expect(answer["error"]).toContain(message);
    expect(lab.clock.now()).toBe(START_MS);
  });
});

test("a clock that runs by itself cannot be moved", async () => {
  const lab = await start({ speed: 2 });
  expect(lab.status().clock).toMatchObject({ manual: false, speed: 2 });
  const [status, { error }] = await post(lab, '{"advanceSeconds":60}');
  expect([status, error]).toEqual([409, expect.stringMatching(/speed 2.*--manual-clock/)]);
});

test.each<[Partial<LabOptions>, string]>([
  [{ manualClock: true, speed: 2 }, "speed: 2 - allowed: nothing beside manualClock"],
  [{ speed: 0 }, "speed: 0 - allowed: a number above 0"],
  [{ startAtMs: START_MS }, `startAtMs: ${START_MS} - allowed: only beside manualClock`],
  [{ manualClock: true, startAtMs: 0 }, "startAtMs: 0 - allowed: whole milliseconds from 2000"],
  [{ customMetricDelayMs: -1 }, "customMetricDelayMs: -1 - allowed: a whole number"],
])("options %j are refused", async (options, message) => {
  await expect(startLab({ images: {}, ...options })).rejects.toThrow(message);
});
