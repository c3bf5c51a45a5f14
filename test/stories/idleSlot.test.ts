/** An idle slot without tasks: scaled up before its rollout, the previous one down after its warm time. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RolloutLab } from "../e2e/rolloutLab.ts";

/** A nominal minute is a wall second. */
const SPEED = 60;

describe("an idle slot of no tasks", { timeout: 120_000 }, () => {
  const lab = new RolloutLab([
    "strategy=blue-green",
    "steps=100:5m",
    "minimumRequests=0",
    "idleCount=0",
    "warm=2m",
  ]);
  const healthy = async () => {
    const { slots } = await lab.status();
    return { blue: slots.blue.healthyTargets, green: slots.green.healthyTargets };
  };

  beforeAll(async () => {
    await lab.start(SPEED);
    await lab.up("shop/good:2");
    await lab.until("blue is healthy", async () => (await healthy()).blue === 1);
  }, 120_000);
  afterAll(() => lab.stop());

  test("is scaled up before its rollout, which then reaches all traffic", async () => {
    expect(await healthy()).toEqual({ blue: 1, green: 0 });
    const { stdout } = await lab.passes("rollout", "start", "--wait");
    expect(stdout).toContain("slot green is being scaled from 0 to 1 task");
    expect(await lab.status()).toMatchObject({ weights: { blue: 0, green: 100 } });
  });

  test("and the previous one is scaled down once its warm time is over, by the guard alone", async () => {
    await lab.until("blue has no task", async () => (await healthy()).blue === 0);
    expect(await lab.status()).toMatchObject({ weights: { blue: 0, green: 100 } });
    expect(await healthy()).toEqual({ blue: 0, green: 1 });

    const { stderr } = await lab.passes("env", "rollback");
    expect(stderr).toContain("scaled down to 0 tasks");
    expect(stderr).toMatch(/env rollback checkout --to shop\/good:1`: .*\(n = \d/);

    const up = await lab.up("shop/good:2");
    expect(JSON.parse(up.stdout)).toMatchObject({ changes: { update: 0, replace: 0 } });

    const { stdout } = await lab.passes("env", "rollback", "--to", "shop/good:1");
    expect(stdout).toContain("is being deployed into slot blue, tasks: 1");
    expect(await lab.status()).toMatchObject({
      weights: { blue: 100, green: 0 },
      latch: null,
    });
  });
});
