import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterEach, beforeEach, expect, test } from "vitest";
import { wallClock } from "../../base/clock.ts";
import { drillRecordSchema } from "../../drills/verdict/record.ts";
import { dynamoFaultStore } from "../../drills/faultStore.ts";
import { type Load, startLoad } from "../../drills/watch/load.ts";
import { dynamoRecordStore } from "../../guard/recordStore.ts";
import { environmentNames } from "../../guard/names.ts";
import { eventually, type Sandbox, sandbox } from "./command.ts";

const NAMES = environmentNames("checkout");

let box: Sandbox;
let load: Load | undefined;
beforeEach(() => {
  box = sandbox();
});
afterEach(async () => {
  await load?.stop();
  await box.run("lab", "stop");
  box.remove();
});

async function json<T>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await box.run(...args, "--json");
  if (code !== 0) throw new Error(`${args.join(" ")}: ${stdout}${stderr}`);
  return JSON.parse(stdout) as T;
}

interface Status {
  readonly url: string;
  readonly weights: object;
  readonly slots: Readonly<Record<string, { alarm: string; healthyTargets: number }>>;
  readonly latch: { slot: string } | null;
}

test(
  "the candidate's own sidecar brings it home while every alarm is silent",
  {
    timeout: 120_000,
  },
  async () => {
    await json("lab", "start", "--detach", "--port=0", "--speed=10");
    const { endpoint } = await json<{ endpoint: string }>("lab", "status");
    // Alarms that see nothing of a fault of 30 %.
    await json("up", "--config=sentinel=true", "--config=errorRatePercent=90");
    const status = () => json<Status>("env", "status");
    // New alarms may go off while they wait for their first data: two nominal minutes are past that.
    let readySinceMs = Infinity;
    const isReady = async () => {
      const ready = Object.values((await status()).slots).every(
        ({ alarm, healthyTargets }) => alarm === "OK" && healthyTargets === 1,
      );
      readySinceMs = ready ? Math.min(readySinceMs, Date.now()) : Infinity;
      return Date.now() - readySinceMs > 12_000;
    };
    expect(await eventually(isReady, 60_000)).toBe(true);
    const { url } = await status();
    const judging = { slowAfterMs: 10_000, slowsByMs: 0 };
    load = startLoad({ clock: wallClock(), url, requestsPerSecond: 60, judging });

    const client = new DynamoDBClient({
      endpoint,
      region: "us-east-1",
      credentials: { accessKeyId: "lab", secretAccessKey: "lab" },
    });
    const store = dynamoRecordStore(client, NAMES.recordTable, "checkout", "blue");
    // Alarms that wait for their first data are told of, and nothing more.
    const reverted = async () =>
      (await store.reversions()).filter(({ outcome }) => outcome !== "notified");
    await json("rollout", "start", "--steps=50:10m 100:10m");
    // A good candidate stays: some seconds of it, and nothing is said.
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(await reverted()).toEqual([]);

    await dynamoFaultStore(client, NAMES.faultTable, Date.now).putLease({
      schemaVersion: 1,
      slot: "green",
      leaseId: "l1",
      holder: "test",
      fault: { kind: "errors", share: 0.3, status: 500 },
      expiresAt: new Date(Date.now() + 60_000).toISOString(),
    });
    expect(await eventually(async () => (await status()).latch !== null, 30_000)).toBe(true);
    expect(await status()).toMatchObject({
      weights: { blue: 100, green: 0 },
      latch: { slot: "green" },
      slots: { green: { alarm: "OK" } },
    });
    expect(await reverted()).toMatchObject([
      {
        outcome: "reverted",
        path: "sentinel",
        why: "slot green is bad by its sentinel while it is the candidate (baking)",
        alarm: { name: "checkout-green-sentinel", reason: expect.stringContaining("failed") },
      },
    ]);
    client.destroy();
  },
);

test(
  "the demo's sentinel: the stable slot's answers from before the shift are enough",
  {
    timeout: 120_000,
  },
  async () => {
    const record = drillRecordSchema.parse(await json("demo", "--speed=10", "--signals=sentinel"));
    expect(record).toMatchObject({
      verdict: "passed",
      recovery: "reverted",
      path: "sentinel",
      residue: [],
      floors: { detect: 0 },
    });
    const called = record.timeline.find(({ event }) => event === "alarm.transitioned");
    expect(called?.source).toBe("sentinel");
  },
);
