/** Faults as the real clients meet them: error names, retries, delays, lost answers. */
import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  PutMetricDataCommand,
} from "@aws-sdk/client-cloudwatch";
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { DescribeVpcsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { ECSClient, ListServicesCommand } from "@aws-sdk/client-ecs";
import {
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { EventBridgeClient, ListRulesCommand } from "@aws-sdk/client-eventbridge";
import { IAMClient, ListRolesCommand } from "@aws-sdk/client-iam";
import { LambdaClient, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { ListSchedulesCommand, SchedulerClient } from "@aws-sdk/client-scheduler";
import { ListTopicsCommand, SNSClient } from "@aws-sdk/client-sns";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { describe, expect, test } from "vitest";
import { ManualClock } from "../../../base/clock.ts";
import { ApiFaults } from "../../../lab/apiFaults/apiFaults.ts";
import { parseFault } from "../../../lab/apiFaults/fault.ts";
import { ServiceName } from "../../../lab/service.ts";
import type { Principal } from "../../../lab/service.ts";
import { START_MS } from "../fixture.ts";
import { CREDENTIALS, startServer } from "../wire/labServer.ts";
import type { Handlers } from "../wire/labServer.ts";

interface World {
  readonly clock: ManualClock;
  readonly faults: ApiFaults;
  readonly config: (maxAttempts?: number, accessKeyId?: string) => object;
  readonly lines: readonly string[];
  /** Wall milliseconds that calls were held up for. */
  readonly pauses: readonly number[];
  readonly add: (request: object) => void;
}

const guard: Principal = {
  kind: "role",
  arn: "arn:aws:sts::000000000000:assumed-role/checkout-guard/run",
  roleName: "checkout-guard",
};

async function world(handlers: Handlers): Promise<World> {
  const clock = new ManualClock(START_MS);
  const pauses: number[] = [];
  const faults = new ApiFaults(clock, (wallMs) => {
    pauses.push(wallMs);
    return Promise.resolve();
  });
  const { endpoint, lines } = await startServer(handlers, {
    interference: faults,
    iam: {
      principalOf: (key) => (key === "LABRGUARD" ? guard : undefined),
      authorize: () => ({ allowed: true }),
    },
  });
  return {
    clock,
    faults,
    lines,
    pauses,
    config: (maxAttempts = 1, accessKeyId = "test") => ({
      endpoint,
      region: "us-east-1",
      credentials: { ...CREDENTIALS, accessKeyId },
      maxAttempts,
    }),
    add: (request) => {
      const parsed = parseFault(request);
      if ("problems" in parsed) throw new Error(JSON.stringify(parsed.problems));
      faults.add(parsed.fault);
    },
  };
}

async function ending(promise: Promise<object>): Promise<string> {
  return promise.then(
    () => "answered",
    (error: Error & { $metadata?: { httpStatusCode?: number } }) =>
      `${error.name} ${error.$metadata?.httpStatusCode ?? "-"}`,
  );
}

type Send = (config: object) => Promise<object>;

const CALLS: readonly [
  service: ServiceName,
  operation: string,
  send: Send,
  throttle: string,
  failure: string,
  down: string,
][] = [
  [
    ServiceName.CloudWatch,
    "DescribeAlarms",
    (config) => new CloudWatchClient(config).send(new DescribeAlarmsCommand({})),
    "Throttling 400",
    "InternalServiceFault 500",
    "ServiceUnavailable 503",
  ],
  [
    ServiceName.DynamoDb,
    "ListTables",
    (config) => new DynamoDBClient(config).send(new ListTablesCommand({})),
    "ThrottlingException 400",
    "InternalServerError 500",
    "ServiceUnavailable 503",
  ],
  [
    ServiceName.Ec2,
    "DescribeVpcs",
    (config) => new EC2Client(config).send(new DescribeVpcsCommand({})),
    "RequestLimitExceeded 503",
    "InternalError 500",
    "Unavailable 503",
  ],
  [
    ServiceName.Ecs,
    "ListServices",
    (config) => new ECSClient(config).send(new ListServicesCommand({})),
    "ThrottlingException 400",
    "ServerException 500",
    "ServiceUnavailable 503",
  ],
  [
    ServiceName.Elbv2,
    "DescribeTargetGroups",
    (config) => new ElasticLoadBalancingV2Client(config).send(new DescribeTargetGroupsCommand({})),
    "ThrottlingException 400",
    "InternalFailure 500",
    "ServiceUnavailable 503",
  ],
  [
    ServiceName.Events,
    "ListRules",
    (config) => new EventBridgeClient(config).send(new ListRulesCommand({})),
    "ThrottlingException 400",
    "InternalException 500",
    "ServiceUnavailable 503",
  ],
  [
    ServiceName.Iam,
    "ListRoles",
    (config) => new IAMClient(config).send(new ListRolesCommand({})),
    "Throttling 400",
    "ServiceFailureException 500",
    "ServiceUnavailable 503",
  ],
  [
    ServiceName.Lambda,
    "ListFunctions",
    (config) => new LambdaClient(config).send(new ListFunctionsCommand({})),
    "TooManyRequestsException 429",
    "ServiceException 500",
    "ServiceUnavailable 503",
  ],
  [
    ServiceName.Logs,
    "DescribeLogGroups",
    (config) => new CloudWatchLogsClient(config).send(new DescribeLogGroupsCommand({})),
    "ThrottlingException 400",
    "InternalFailure 500",
    "ServiceUnavailableException 500",
  ],
  [
    ServiceName.Scheduler,
    "ListSchedules",
    (config) => new SchedulerClient(config).send(new ListSchedulesCommand({})),
    "ThrottlingException 429",
    "InternalServerException 500",
    "ServiceUnavailable 503",
  ],
  [
    ServiceName.Sns,
    "ListTopics",
    (config) => new SNSClient(config).send(new ListTopicsCommand({})),
    "Throttling 400",
    "InternalErrorException 500",
    "ServiceUnavailable 503",
  ],
  [
    ServiceName.Sts,
    "GetCallerIdentity",
    (config) => new STSClient(config).send(new GetCallerIdentityCommand({})),
    "Throttling 400",
    "InternalFailure 500",
    "ServiceUnavailable 503",
  ],
];

describe.each(CALLS)("%s", (service, operation, send, throttle, failure, down) => {
  test(`throttles with ${throttle}, fails with ${failure}, is down with ${down}`, async () => {
    const { add, config, faults, lines } = await world({ [service]: { [operation]: () => ({}) } });
    for (const [kind, expected] of [
      ["throttle", throttle],
      ["internal-error", failure],
      ["unavailable", down],
    ]) {
      add({ kind, service, operation });
      expect(await ending(send(config()))).toBe(expected);
      faults.clear();
      expect(await ending(send(config()))).toBe("answered");
    }
    expect(lines).toEqual([]);
  });

  test("a throttled call is tried again by the client, and then gets through", async () => {
    let calls = 0;
    const handler = () => {
      calls++;
      return {};
    };
    const { add, config, faults } = await world({ [service]: { [operation]: handler } });
    // Seed 1 strikes the second of the three attempts below, and no other.
    add({ kind: "throttle", service, probability: 0.1 });
    const client = config(3);
    expect(await ending(send(client))).toBe("answered");
    expect(await ending(send(client))).toBe("answered");
    expect(calls).toBe(2);
    expect(faults.list()).toMatchObject([{ calls: 3, struck: 1 }]);
  });
});

const describeAlarms = (config: object) =>
  new CloudWatchClient(config).send(new DescribeAlarmsCommand({}));
const putData = (config: object) =>
  new CloudWatchClient(config).send(
    new PutMetricDataCommand({ Namespace: "shop", MetricData: [{ MetricName: "m", Value: 1 }] }),
  );

describe("whom it strikes, and for how long", () => {
  test("a fault of one role leaves the drill's own calls alone", async () => {
    const { add, config } = await world({ monitoring: { DescribeAlarms: () => ({}) } });
    add({ kind: "unavailable", role: "checkout-guard" });
    expect(await ending(describeAlarms(config(1, "LABRGUARD")))).toBe("ServiceUnavailable 503");
    expect(await ending(describeAlarms(config()))).toBe("answered");
  });

  test("it ends by itself, in nominal time, and is listed no more", async () => {
    const { add, clock, config, faults } = await world({
      monitoring: { DescribeAlarms: () => ({}) },
    });
    add({ kind: "throttle", durationSeconds: 90 });
    expect(faults.list()).toMatchObject([
      { id: "fault-1", addedAt: "2026-03-14T09:26:53.000Z", endsAt: "2026-03-14T09:28:23.000Z" },
    ]);
    await clock.advance(89_999);
    expect(await ending(describeAlarms(config()))).toBe("Throttling 400");
    await clock.advance(1);
    expect(await ending(describeAlarms(config()))).toBe("answered");
    expect(faults.list()).toEqual([]);
  });

  test("clear takes one by its id", async () => {
    const { add, config, faults } = await world({ monitoring: { DescribeAlarms: () => ({}) } });
    add({ kind: "throttle" });
    add({ kind: "unavailable" });
    expect(await ending(describeAlarms(config()))).toBe("Throttling 400");
    expect(faults.clear("fault-1")).toMatchObject([{ id: "fault-1", struck: 1 }]);
    expect(faults.clear("fault-1")).toEqual([]);
    expect(await ending(describeAlarms(config()))).toBe("ServiceUnavailable 503");
  });
});

describe("before or after the operation", () => {
  test.each([
    ["internal-error", "before", "InternalServiceFault 500", 0],
    ["internal-error", "after", "InternalServiceFault 500", 1],
    ["unavailable", "after", "ServiceUnavailable 503", 1],
    ["disconnect", "before", "ECONNRESET", 0],
    ["disconnect", "after", "ECONNRESET", 1],
  ])("%s %s it: the client sees %s, %i operations were done", async (kind, phase, seen, done) => {
    let calls = 0;
    const { add, config, lines } = await world({
      monitoring: {
        PutMetricData: () => {
          calls++;
          return {};
        },
      },
    });
    add({ kind, phase, operation: "PutMetricData" });
    const error = await putData(config()).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Error);
    const { name, code, $metadata } = error as Error & {
      code?: string;
      $metadata?: { httpStatusCode?: number };
    };
    expect(code === "ECONNRESET" ? code : `${name} ${$metadata?.httpStatusCode}`).toBe(seen);
    expect(calls).toBe(done);
    expect(lines).toEqual([]);
  });

  test("latencies add up, in wall milliseconds, and refusals come after them", async () => {
    const { add, config, pauses } = await world({ monitoring: { DescribeAlarms: () => ({}) } });
    add({ kind: "latency", latencyMs: 300 });
    add({ kind: "latency", latencyMs: 50, phase: "after" });
    expect(await ending(describeAlarms(config()))).toBe("answered");
    expect(pauses).toEqual([300, 50]);
    add({ kind: "throttle" });
    expect(await ending(describeAlarms(config()))).toBe("Throttling 400");
    expect(pauses).toEqual([300, 50, 300]);
  });

  test("a lab that stops does not wait for slow calls: their connections end", async () => {
    const faults = new ApiFaults(new ManualClock(START_MS));
    const { endpoint } = await startServer(
      { monitoring: { DescribeAlarms: () => ({}) } },
      { interference: faults },
    );
    const parsed = parseFault({ kind: "latency", latencyMs: 600_000 });
    if ("fault" in parsed) faults.add(parsed.fault);
    const config = { endpoint, region: "us-east-1", credentials: CREDENTIALS, maxAttempts: 1 };
    const call = ending(describeAlarms(config));
    await expect.poll(() => faults.list()[0]?.struck).toBe(1);
    faults.stop();
    expect(await call).toMatch(/-$/);
  });
});
