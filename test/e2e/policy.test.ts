/** Signals that vote: one of two holds a rollout for a person, both revert, and each is explained. */
import { CloudWatchClient, DescribeAlarmHistoryCommand } from "@aws-sdk/client-cloudwatch";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Explanation } from "../../guard/explanation.ts";
import { RolloutLab } from "./rolloutLab.ts";

/** A nominal minute is 1.5 s. */
const SPEED = 40;

describe("a policy of two votes, errors and latency", { timeout: 120_000 }, () => {
  const lab = new RolloutLab([
    "minimumRequestsPerMinute=5",
    "minimumRequests=5",
    "decideWithin=5h",
    "signalPolicy=errors=vote latency=vote latencyRatio=investigate votesNeeded=2",
  ]);
  beforeAll(async () => {
    await lab.start(SPEED);
    await lab.up("shop/slow-overload:1");
  }, 120_000);
  afterAll(() => lab.stop());

  test("latency alone holds the step, errors too revert, and the status says why", async () => {
    await lab.load(40);
    await lab.deploy("shop/slow-overload:1");
    await lab.passes("rollout", "start", "--steps", "50:10m 90:5h");
    await lab.until("one vote holds the step", async () => {
      const { next, weights } = await lab.rollout();
      expect(weights.green).toBe(50);
      return next !== null && /1 of the 2 votes needed/.test(next.why);
    });
    const held = await lab.rollout();
    expect(held).toMatchObject({ rollout: { step: 0 }, next: { move: "wait" } });
    expect(held.next?.why).toMatch(/latency \(1\): Threshold Crossed.*abort in \d+ h/);
    expect(await toldBy("checkout-green-latency")).toMatch(/Successfully executed action .*guard/);

    await lab.load(200);
    await lab.until("both votes reverted", async () => (await lab.rollout()).candidate === null);
    const status = await lab.json<{
      policy: { signals: Record<string, { role: string }>; votesNeeded: number };
      latch: { slot: string; reason: string; explanation: Explanation };
    }>("env", "status");
    expect(status).toMatchObject({
      weights: { blue: 100, green: 0 },
      policy: { signals: { latencyRatio: { role: "investigate" } }, votesNeeded: 2 },
      latch: { slot: "green", explanation: { problem: null, sentinel: null, votesNeeded: 2 } },
    });
    const { explanation, reason } = status.latch;
    expect(reason).toMatch(/alarms while it is the candidate.*transitioned to ALARM/);
    expect(explanation.verdict).toMatch(
      /^errors and latency are in ALARM: 2 of the 2 votes needed/,
    );
    const bySignal = Object.fromEntries(explanation.signals.map((one) => [one.signal, one]));
    expect(bySignal).toMatchObject({
      errors: { state: "ALARM", role: "vote", votes: 1, threshold: 5, unit: "%" },
      latency: { state: "ALARM", role: "vote", votes: 1, threshold: 1, unit: "s" },
      latencyRatio: { role: "investigate", votes: null },
      unhealthy: { state: "OK", role: "immediate", value: 1, breaches: "below" },
    });
    expect(bySignal["errors"]?.value).toBeGreaterThan(5);
    expect(bySignal["latency"]?.value).toBeGreaterThan(1);

    const { stdout } = await lab.passes("env", "status");
    expect(stdout).toContain("policy: 2 votes revert together, of: errors 1, latency 1");
    expect(stdout).toMatch(/errors +ALARM +[\d.]+ +bad above 5 % +has 1 of the 2 votes needed/);
  });

  test("a drill whose signal only votes is refused before anything is broken", async () => {
    const { code, stdout } = await lab.box.run("drill", "run", "bad-release-latency", "--json");
    const record = JSON.parse(stdout) as { verdict: string; reason: string };
    expect({ code, ...record }).toMatchObject({ code: 3, verdict: "not-run" });
    expect(record.reason).toContain("trips signal latency, which has 1 of the 2 votes needed");
  });

  /** What CloudWatch did when an alarm went off. */
  async function toldBy(AlarmName: string): Promise<string> {
    const cloudwatch = new CloudWatchClient({
      endpoint: lab.endpoint,
      region: "us-east-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
    const history = await cloudwatch.send(
      new DescribeAlarmHistoryCommand({ AlarmName, HistoryItemType: "Action" }),
    );
    cloudwatch.destroy();
    return (history.AlarmHistoryItems ?? []).map((item) => item.HistorySummary).join("\n");
  }
});
