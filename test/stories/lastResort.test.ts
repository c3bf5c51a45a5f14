/** No side is fit: everybody gets the static answer, until one is, or a person says otherwise. */
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { CloudWatchClient, GetMetricStatisticsCommand } from "@aws-sdk/client-cloudwatch";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ECSClient, UpdateServiceCommand } from "@aws-sdk/client-ecs";
import { ListTopicsCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dynamoFaultStore } from "../../drills/faultStore.ts";
import type { LastResortNotice } from "../../guard/lastResort/notice.ts";
import { environmentNames } from "../../guard/names.ts";
import type { Reversion } from "../../guard/reversion.ts";
import type { Slot } from "../../guard/slot.ts";
import { RolloutLab, type Status } from "../e2e/rolloutLab.ts";

const NAMES = environmentNames("checkout");
const SECRET = "a-secret-of-sixteen";
/** Minutes are as short as they may be. */
const SETTINGS = [
  "minimumRequestsPerMinute=5",
  "testPublicRoutes=secret",
  `testSecret=${SECRET}`,
  "lastResort=static",
  "lastResortAfter=1m",
  "lastResortUntil=1m",
  'lastResortBody={"sorry":true,"again":{retryAfter}}',
  "lastResortContentType=application/json",
  "lastResortRetryAfter=90",
];

interface StatusWithResort extends Status {
  readonly lastResort: { isOn: boolean; state: { heldOff: boolean; switched: unknown[] } };
}

describe("with an ill home", { timeout: 180_000 }, () => {
  const lab = new RolloutLab(SETTINGS);
  const told: (Partial<LastResortNotice> & Partial<Reversion> & { subject: string })[] = [];
  let people: Server;
  const aws = () => ({
    endpoint: lab.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  const status = () => lab.json<StatusWithResort>("env", "status");
  const faults = () => dynamoFaultStore(new DynamoDBClient(aws()), NAMES.faultTable, Date.now);
  const fail = (slot: Slot) =>
    faults().putLease({
      schemaVersion: 1,
      slot,
      leaseId: `l-${slot}`,
      holder: "test",
      fault: { kind: "errors", share: 0.9, status: 500 },
      expiresAt: new Date(Date.now() + 240_000).toISOString(),
    });
  const tasks = (slot: Slot, desiredCount: number) =>
    new ECSClient(aws()).send(
      new UpdateServiceCommand({
        cluster: NAMES.cluster,
        service: NAMES.service[slot],
        desiredCount,
      }),
    );
  const ask = async (headers: Record<string, string> = {}) => {
    const { url } = await lab.status();
    const answer = await fetch(url, { headers });
    return {
      status: answer.status,
      type: answer.headers.get("content-type"),
      body: await answer.text(),
    };
  };

  async function hear(request: IncomingMessage): Promise<void> {
    const message = JSON.parse(await text(request)) as Record<string, string>;
    if (message["SubscribeURL"]) await fetch(message["SubscribeURL"]);
    const subject = message["Subject"] ?? "";
    if (subject !== "") told.push({ ...JSON.parse(message["Message"] ?? "{}"), subject });
  }

  beforeAll(async () => {
    people = createServer((request, response) => {
      void hear(request).finally(() => response.end());
    });
    await new Promise<void>((resolve) => {
      people.listen(0, "127.0.0.1", resolve);
    });
    const Endpoint = `http://127.0.0.1:${(people.address() as AddressInfo).port}/people`;
    await lab.start(20);
    const { code, stdout } = await lab.up("shop/good:2");
    if (code !== 0) throw new Error(stdout);
    const sns = new SNSClient(aws());
    const { Topics } = await sns.send(new ListTopicsCommand({}));
    const TopicArn = Topics?.[0]?.TopicArn;
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: "http", Endpoint }));
    await lab.deploy("shop/good:2");
    await lab.load(40);
    await lab.passes("rollout", "start", "--steps=100:5h");
  }, 240_000);
  afterAll(async () => {
    await lab.stop();
    people.close();
  });

  test("everybody gets the static answer, and the weights stay as they are", async () => {
    expect((await status()).lastResort).toMatchObject({ isOn: false });
    await tasks("blue", 0);
    await lab.until("blue is dead", async () => {
      return (await lab.status()).slots.blue.healthyTargets === 0;
    });
    await fail("green");
    await lab.until("the last resort is on", async () => (await status()).lastResort.isOn);
    expect(await ask()).toEqual({
      status: 503,
      type: expect.stringMatching(/^application\/json/),
      body: '{"sorry":true,"again":90}',
    });
    expect(await status()).toMatchObject({ weights: { blue: 0, green: 100 }, latch: null });
    const { stdout } = await lab.passes("env", "status");
    expect(stdout).toContain("*** THE LAST RESORT IS ON: EVERYBODY GETS THE STATIC ANSWER");
    // Testers still reach the slot that they name: so the watchdog sees when it is well.
    expect((await ask({ "x-backout-slot": `green.${SECRET}` })).body).not.toContain("sorry");
    await lab.until("people were told", async () => told.some(({ on }) => on === true));
    expect(told.find(({ on }) => on === true)).toMatchObject({
      subject: "Backout: checkout needs you: last resort ON",
      sides: { blue: "bad", green: "bad" },
      settled: true,
    });
    const asked = told.find(({ escalation }) => escalation !== undefined);
    expect(asked?.escalation).toMatchObject({
      weights: "blue 0, green 100",
      slots: [
        { slot: "blue", healthyTargets: "0" },
        { slot: "green", healthyTargets: "1" },
      ],
      asked: expect.arrayContaining([
        expect.stringMatching(/backout env fallback checkout o(n|ff)/),
      ]),
    });
    expect(asked?.escalation?.tried.at(-1)).toMatchObject({
      outcome: "refused",
      why: expect.stringContaining("slot blue has no healthy target"),
    });
  });

  test("its answers are the load balancer's own in its metrics, and no slot's", async () => {
    const sum = async (MetricName: string): Promise<number> => {
      const { Datapoints = [] } = await new CloudWatchClient(aws()).send(
        new GetMetricStatisticsCommand({
          Namespace: "AWS/ApplicationELB",
          MetricName,
          Dimensions: await balancer(),
          StartTime: new Date(Date.now() - 3_600_000),
          EndTime: new Date(Date.now() + 10 * 3_600_000),
          Period: 60,
          Statistics: ["Sum"],
        }),
      );
      return Datapoints.reduce((total, { Sum = 0 }) => total + Sum, 0);
    };
    const balancer = async () => {
      const { url } = await lab.status();
      expect(url).not.toBe("");
      return [{ Name: "LoadBalancer", Value: await dimension() }];
    };
    const dimension = async (): Promise<string> => {
      const { lastResort } = await lab.json<{ lastResort: { ruleArn: string } }>("env", "status");
      return lastResort.ruleArn.split("/").slice(1, 4).join("/");
    };
    await lab.until("they are counted", async () => (await sum("HTTP_Fixed_Response_Count")) > 10);
    expect(await sum("HTTPCode_ELB_503_Count")).toBeGreaterThan(10);
  });

  test("a person ends it, and it stays off", async () => {
    await lab.passes("env", "fallback", "checkout", "off");
    expect((await status()).lastResort).toMatchObject({ isOn: false, state: { heldOff: true } });
    expect((await ask()).body).not.toContain("sorry");
    // Two rounds and more.
    await new Promise((resolve) => setTimeout(resolve, 12_000));
    expect((await status()).lastResort).toMatchObject({ isOn: false, state: { heldOff: true } });
    await lab.passes("env", "fallback", "checkout", "on");
    expect((await ask()).status).toBe(503);
    await lab.passes("env", "fallback", "checkout", "off");
  });

  test("once home is fit the traffic goes there; the same again ends by itself", async () => {
    await tasks("blue", 1);
    await lab.until("it is latched", async () => (await lab.status()).latch !== null);
    expect((await lab.status()).weights).toEqual({ blue: 100, green: 0 });
    await lab.until("it may go on again", async () => !(await status()).lastResort.state.heldOff);

    // Now home itself is bad, and the other side still is.
    await fail("blue");
    await lab.until("the last resort is on", async () => (await status()).lastResort.isOn);
    await faults().removeLease("blue", "l-blue");
    await lab.until("it is off", async () => !(await status()).lastResort.isOn);
    expect((await ask()).status).toBe(200);
    expect((await lab.status()).weights).toEqual({ blue: 100, green: 0 });
    expect(told.at(-1)?.subject).toBe("Backout: checkout last resort off");
  });
});
