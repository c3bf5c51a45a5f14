import { CloudWatchClient, DescribeAlarmHistoryCommand, ScanBy } from "@aws-sdk/client-cloudwatch";
import { afterEach, beforeEach, expect, test } from "vitest";
import { drillRecordSchema } from "../../drills/verdict/record.ts";
import { type Sandbox, sandbox } from "./command.ts";

let box: Sandbox;
beforeEach(() => {
  box = sandbox();
});
afterEach(async () => {
  await box.run("lab", "stop");
  box.remove();
});

async function json<T>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await box.run(...args, "--json");
  if (code !== 0) throw new Error(`${args.join(" ")}: ${stdout}${stderr}`);
  return JSON.parse(stdout) as T;
}

/** Nominal times at which an alarm went into ALARM. */
async function alarmed(endpoint: string, AlarmName: string): Promise<number[]> {
  const credentials = { accessKeyId: "lab", secretAccessKey: "lab" };
  const client = new CloudWatchClient({ endpoint, region: "us-east-1", credentials });
  const { AlarmHistoryItems = [] } = await client.send(
    new DescribeAlarmHistoryCommand({
      AlarmName,
      HistoryItemType: "StateUpdate",
      ScanBy: ScanBy.TIMESTAMP_ASCENDING,
    }),
  );
  client.destroy();
  return AlarmHistoryItems.filter((item) => item.HistorySummary?.endsWith("to ALARM")).map(
    (item) => item.Timestamp?.getTime() ?? NaN,
  );
}

test(
  "with fast signals, the sidecars' own metrics bring a bad release home",
  {
    timeout: 120_000,
  },
  async () => {
    await json("lab", "start", "--detach", "--port=0", "--speed=20");
    const { endpoint } = await json<{ endpoint: string }>("lab", "status");
    // Ten nominal seconds are half a second here, and a busy machine sends little in that.
    await json("up", "--config=fastSignals=true", "--config=minimumRequestsPerMinute=5");
    const record = drillRecordSchema.parse(await json("drill", "run", "bad-release-errors"));
    expect(record).toMatchObject({ verdict: "passed", recovery: "reverted", path: "primary" });
    // Two periods of ten seconds; without fast signals it is 40 s.
    expect(record.floors.detect).toBe(10_000);
    const at = (event: string): number =>
      Date.parse(record.timeline.find((entry) => entry.event === event)?.at ?? "");
    const fast = await alarmed(endpoint, "checkout-green-fast-errors");
    expect(fast).toHaveLength(1);
    expect(fast[0]).toBeGreaterThan(at("fault.injected"));
    expect(fast[0]).toBeLessThanOrEqual(at("reversion.decided"));
    expect(await alarmed(endpoint, "checkout-blue-fast-errors")).toEqual([]);
  },
);
