import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
} from "@aws-sdk/client-cloudwatch";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Sandbox, sandbox } from "./command.ts";

describe("a lab whose clock is moved by hand", { timeout: 120_000 }, () => {
  let box: Sandbox;
  beforeEach(() => {
    box = sandbox();
  });
  afterEach(async () => {
    await box.run("lab", "stop");
    box.remove();
  });

  const json = async (...args: string[]) => {
    const { code, stdout } = await box.run(...args, "--json");
    return { code, document: JSON.parse(stdout) as Record<string, unknown> };
  };

  async function start(...options: string[]): Promise<string> {
    const manual = ["lab", "start", "--detach", "--port=0", "--manual-clock"];
    const { code, document } = await json(...manual, ...options);
    expect([code, document["clock"]]).toEqual([0, expect.objectContaining({ manual: true })]);
    return String(document["endpoint"]);
  }

  test("an alarm is evaluated when the clock passes a whole minute", async () => {
    const endpoint = await start("--start-at=2026-03-14T09:26:53.5Z", "--metric-delay=5s");
    expect((await json("lab", "status")).document["clock"]).toMatchObject({
      manual: true,
      speed: 0,
      now: "2026-03-14T09:26:53.500Z",
    });
    const credentials = { accessKeyId: "lab", secretAccessKey: "lab" };
    const client = new CloudWatchClient({ endpoint, region: "us-east-1", credentials });
    const metric = { Namespace: "Checkout", MetricName: "Failures" };
    await client.send(
      new PutMetricAlarmCommand({
        ...metric,
        AlarmName: "failures",
        Statistic: "Sum",
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 1,
        ComparisonOperator: "GreaterThanOrEqualToThreshold",
      }),
    );
    const { Namespace, MetricName } = metric;
    await client.send(
      new PutMetricDataCommand({ Namespace, MetricData: [{ MetricName, Value: 1 }] }),
    );
    const state = async (): Promise<string | undefined> =>
      (await client.send(new DescribeAlarmsCommand({}))).MetricAlarms?.[0]?.StateValue;
    expect((await json("lab", "clock", "advance", "6.499s")).code).toBe(0);
    expect(await state()).toBe("INSUFFICIENT_DATA");
    expect((await json("lab", "clock", "advance", "1ms")).document).toEqual({
      schemaVersion: 1,
      now: "2026-03-14T09:27:00.000Z",
    });
    expect(await state()).toBe("ALARM");
    const shown = await box.run("lab", "clock", "show");
    expect(shown.stdout).toBe("2026-03-14T09:27:00.000Z, moved by hand\n");
  });

  test("a drill refuses to wait on it, and says how it moves", async () => {
    await start();
    const { code, stderr } = await box.run("drill", "run", "bad-release-errors");
    expect(code).toBe(3);
    expect(stderr).toContain("only moves by hand");
    expect(stderr).toContain("lab clock advance");
  });

  test("`up` lets as much time pass as its resources need; an hour later they are still fine", async () => {
    await start();
    expect((await json("up")).document["ok"]).toBe(true);
    const before = Date.parse(String((await json("lab", "clock", "show")).document["now"]));
    const moved = await json("lab", "clock", "advance", "1h");
    expect(Date.parse(String(moved.document["now"])) - before).toBe(3_600_000);
    const { document } = await json("env", "status");
    expect(document["slots"]).toMatchObject({
      blue: { weight: 100, healthyTargets: 1, alarm: "OK" },
      green: { weight: 0, healthyTargets: 1, alarm: "OK" },
    });
  });
});

describe("what cannot be", () => {
  const box = sandbox();
  test.each([
    [["lab", "start", "--manual-clock", "--speed=2"], "cannot be used with option '--speed"],
    [["lab", "start", "--start-at=2026-01-05T00:00:00Z"], "only beside --manual-clock"],
    [["lab", "start", "--manual-clock", "--start-at=2026-01-05"], "ISO 8601 time with its zone"],
    [["lab", "start", "--manual-clock", "--start-at=1996-01-05T00:00:00Z"], "2000-01-01"],
    [["lab", "start", "--metric-delay=9h"], '--metric-delay: "32400000ms"'],
    [["lab", "start", "--metric-delay=9"], "a number and ms, s, m or h"],
    [["lab", "clock", "advance", "9"], "a number and ms, s, m, h or d"],
    [["lab", "clock", "advance", "8d"], "at most 7d"],
  ])("%j is refused", async (args, message) => {
    const { code, stderr } = await box.run(...args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  test("a clock that runs by itself is not moved", async () => {
    await box.run("lab", "start", "--detach", "--port=0", "--speed=2");
    const { code, stderr } = await box.run("lab", "clock", "advance", "60s");
    await box.run("lab", "stop");
    box.remove();
    expect([code, stderr]).toEqual([3, expect.stringContaining("runs by itself, at speed 2")]);
  });
});
