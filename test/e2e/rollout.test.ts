/** Releases that are good, or bad in one way, on their way to all traffic. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RolloutLab, type RolloutStatus } from "./rolloutLab.ts";

/** A nominal minute is 2 s, and 5 % of this load are 20 requests a nominal minute. */
const SPEED = 30;
const REQUESTS_PER_SECOND = 200;

const home = (status: RolloutStatus, ended: string): void =>
  expect(status).toMatchObject({
    weights: { blue: 100, green: 0 },
    stable: "blue",
    candidate: null,
    last: { ended },
  });

describe("a canary rollout", { timeout: 120_000 }, () => {
  const lab = new RolloutLab([
    "strategy=canary",
    "steps=5:5m 25:5m 50:5m",
    "errorRatePercent=1",
    "minimumRequestsPerMinute=5",
    "minimumRequests=20",
  ]);
  beforeAll(async () => {
    await lab.start(SPEED);
    await lab.up("shop/good:2");
    await lab.load(REQUESTS_PER_SECOND);
  }, 120_000);
  afterAll(() => lab.stop());

  /** To its end, with `backout up` in the middle; the steps that it came to, by weight. */
  async function roll(release: string, ...options: string[]) {
    const running = lab.box.start("rollout", "start", "--wait", ...options);
    await running.saw(/%/);
    const { code, stdout } = await lab.up(release);
    expect({ code, ...JSON.parse(stdout) }).toMatchObject({
      code: 0,
      changes: { create: 0, update: 0, replace: 0, delete: 0 },
    });
    const end = await running.finished;
    const weights = [...end.stdout.matchAll(/^\S+ +(\d+) %/gm)].map(([, weight]) => Number(weight));
    return { ...end, weights: [...new Set(weights)], status: await lab.rollout() };
  }

  test("takes a good release to 100 %, and `env rollback` brings it back as fast", async () => {
    await lab.deploy("shop/good:2");
    const end = await roll("shop/good:2");
    expect(end).toMatchObject({ code: 0 });
    expect(end.weights).toEqual([5, 25, 50]);
    expect(end.status).toMatchObject({
      stable: "green",
      candidate: null,
      weights: { blue: 0, green: 100 },
      last: { ended: "promoted" },
    });
    await lab.passes("env", "rollback");
    expect(await lab.status()).toMatchObject({
      weights: { blue: 100, green: 0 },
      latch: { slot: "green" },
    });
  });

  test("catches two points of errors at the step of 5 %", async () => {
    await lab.deploy("shop/errors:1");
    const end = await roll("shop/errors:1");
    expect(end).toMatchObject({ code: 1 });
    expect(end.weights).toEqual([5]);
    home(end.status, "reverted");
    expect((await lab.status()).latch).toMatchObject({ slot: "green" });
  });

  test("catches what breaks above 30 % at the step of 50 %", async () => {
    await lab.deploy("shop/overload:1");
    const end = await roll("shop/overload:1", "--steps", "25:5m 50:5m");
    expect(end).toMatchObject({ code: 1 });
    expect(end.weights).toEqual([25, 50]);
    home(end.status, "reverted");
  });

  test("catches a release that never fails and is only slow", async () => {
    await lab.deploy("shop/slow:1");
    const end = await roll("shop/slow:1");
    expect(end).toMatchObject({ code: 1 });
    expect(end.weights).toEqual([5]);
    home(end.status, "reverted");
  });
});
