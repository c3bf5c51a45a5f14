/** The first way home is broken in two places: the second one acts, or says why it does not. */
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import {
  CloudWatchClient,
  DisableAlarmActionsCommand,
  EnableAlarmActionsCommand,
} from "@aws-sdk/client-cloudwatch";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ECSClient, UpdateServiceCommand } from "@aws-sdk/client-ecs";
import { GetRolePolicyCommand, IAMClient, ListRolePoliciesCommand } from "@aws-sdk/client-iam";
import {
  DeleteFunctionConcurrencyCommand,
  GetPolicyCommand,
  LambdaClient,
  PutFunctionConcurrencyCommand,
} from "@aws-sdk/client-lambda";
import { ListTopicsCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dynamoFaultStore } from "../../drills/faultStore.ts";
import { environmentNames } from "../../guard/names.ts";
import { dynamoRecordStore, type RecordStore } from "../../guard/recordStore.ts";
import type { Reversion } from "../../guard/reversion.ts";
import { RolloutLab } from "../e2e/rolloutLab.ts";

const NAMES = environmentNames("checkout");
const ALARMS = { AlarmNames: Object.values(NAMES.guardAlarm) };

describe(
  "with the guard's function at concurrency 0 and its alarms' actions disabled",
  {
    timeout: 120_000,
  },
  () => {
    const lab = new RolloutLab(["secondWay=true", "minimumRequestsPerMinute=5"]);
    const told: { subject: string; reversion: Reversion }[] = [];
    let people: Server;
    let store: RecordStore;
    const aws = () => ({
      endpoint: lab.endpoint,
      region: "us-east-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });

    async function hear(request: IncomingMessage): Promise<void> {
      const message = JSON.parse(await text(request)) as Record<string, string>;
      if (message["SubscribeURL"]) await fetch(message["SubscribeURL"]);
      const subject = message["Subject"] ?? "";
      if (subject === "") return;
      told.push({ subject, reversion: JSON.parse(message["Message"] ?? "") as Reversion });
    }
    const asked = () => told.find(({ subject }) => subject.includes("needs you"));

    beforeAll(async () => {
      people = createServer((request, response) => {
        void hear(request).finally(() => response.end());
      });
      await new Promise<void>((resolve) => {
        people.listen(0, "127.0.0.1", resolve);
      });
      const url = `http://127.0.0.1:${(people.address() as AddressInfo).port}/people`;
      await lab.start(20);
      const { code, stdout } = await lab.up("shop/good:2");
      if (code !== 0) throw new Error(stdout);
      const sns = new SNSClient(aws());
      const { Topics } = await sns.send(new ListTopicsCommand({}));
      const TopicArn = Topics?.[0]?.TopicArn;
      await sns.send(new SubscribeCommand({ TopicArn, Protocol: "http", Endpoint: url }));
      store = dynamoRecordStore(new DynamoDBClient(aws()), NAMES.recordTable, "checkout", "blue");
    }, 120_000);
    afterAll(async () => {
      await lab.stop();
      people.close();
    });

    /** All traffic on a good candidate, and then no first way home. */
    async function shiftAndBreak(): Promise<void> {
      const lambda = new LambdaClient(aws());
      const cloudwatch = new CloudWatchClient(aws());
      const FunctionName = NAMES.guardFunction;
      await lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName }));
      await cloudwatch.send(new EnableAlarmActionsCommand(ALARMS));
      await lab.deploy("shop/good:2");
      await lab.load(40);
      await lab.passes("rollout", "start", "--steps=100:5h");
      const ReservedConcurrentExecutions = 0;
      await lambda.send(
        new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions }),
      );
      await cloudwatch.send(new DisableAlarmActionsCommand(ALARMS));
      expect((await lab.status()).weights).toEqual({ blue: 0, green: 100 });
      told.length = 0;
    }

    const faults = () => dynamoFaultStore(new DynamoDBClient(aws()), NAMES.faultTable, Date.now);

    async function fail(share: number): Promise<void> {
      await faults().putLease({
        schemaVersion: 1,
        slot: "green",
        leaseId: "l1",
        holder: "test",
        fault: { kind: "errors", share, status: 500 },
        expiresAt: new Date(Date.now() + 240_000).toISOString(),
      });
    }

    const ofWatchdog = async (): Promise<Reversion[]> =>
      (await store.reversions()).filter(({ path }) => path === "watchdog");

    test("the watchdog's probes bring a bad candidate home, with a role of their own", async () => {
      await shiftAndBreak();
      await fail(0.3);
      await lab.until("it is latched", async () => (await lab.status()).latch !== null);
      expect(await lab.status()).toMatchObject({
        weights: { blue: 100, green: 0 },
        latch: { slot: "green" },
      });
      const reverted = (await ofWatchdog()).filter(({ outcome }) => outcome === "reverted");
      expect(reverted).toMatchObject([
        {
          alarm: {
            name: expect.stringMatching(/^checkout-green(-watchdog)?$/),
            reason: expect.stringMatching(/probes failed|nobody brought the traffic home/),
          },
        },
      ]);
      await faults().removeLease("green", "l1");
      await lab.until("people were told", async () => told.length > 0);
      expect(told[0]?.subject).toBe("Backout: checkout reverted");

      const own = await writableBy(NAMES.watchdogFunction);
      const guards = await writableBy(NAMES.guardFunction);
      // What both act on; neither may call the other, and nobody may call the watchdog but its schedule.
      expect(own.filter((action) => !guards.includes(action))).toEqual(["dynamodb:Query"]);
      expect(own).toEqual([
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:Query",
        "elasticloadbalancing:ModifyListener",
        "sns:Publish",
      ]);
      const FunctionName = NAMES.watchdogFunction;
      await expect(
        new LambdaClient(aws()).send(new GetPolicyCommand({ FunctionName })),
      ).rejects.toMatchObject({ name: "ResourceNotFoundException" });
    });

    test("while the stable side is dead it moves nothing and says so, and acts once that is mended", async () => {
      await shiftAndBreak();
      const ecs = new ECSClient(aws());
      const tasks = (desiredCount: number): Promise<unknown> =>
        ecs.send(
          new UpdateServiceCommand({
            cluster: NAMES.cluster,
            service: NAMES.service.blue,
            desiredCount,
          }),
        );
      await tasks(0);
      await lab.until("blue is dead", async () => {
        return (await lab.status()).slots.blue.healthyTargets === 0;
      });
      await fail(0.6);
      await lab.until("people were told", async () => asked() !== undefined);
      expect(asked()).toMatchObject({
        subject: "Backout: checkout needs you: refused",
        reversion: {
          path: "watchdog",
          outcome: "refused",
          why: "slot green alarms, but slot blue has no healthy target to take the traffic",
          alarm: { reason: expect.stringContaining("slot blue: healthy targets 0") },
        },
      });
      expect(await lab.status()).toMatchObject({ weights: { blue: 0, green: 100 }, latch: null });

      await tasks(1);
      await lab.until("it is latched", async () => (await lab.status()).latch !== null);
      expect((await lab.status()).weights).toEqual({ blue: 100, green: 0 });
      expect(await ofWatchdog()).toContainEqual(expect.objectContaining({ outcome: "reverted" }));
    });

    /** What a role may do to resources that are named. */
    async function writableBy(RoleName: string): Promise<string[]> {
      const iam = new IAMClient(aws());
      const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
      const documents = await Promise.all(
        PolicyNames.map((PolicyName) =>
          iam.send(new GetRolePolicyCommand({ RoleName, PolicyName })),
        ),
      );
      return documents
        .flatMap(({ PolicyDocument = "{}" }) => {
          const document = decodeURIComponent(PolicyDocument);
          return (JSON.parse(document) as { Statement: { Action: string[]; Resource: string[] }[] })
            .Statement;
        })
        .filter(({ Resource }) => !Resource.includes("*"))
        .flatMap(({ Action }) => Action)
        .sort();
    }
  },
);
