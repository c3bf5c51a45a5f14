import { beforeAll, describe, expect, test } from "vitest";
import { floorOf } from "./floors.ts";
import { recover, type Recovery, SITUATIONS } from "./recovery.ts";
import { ALL_SIGNALS, type Signals, world } from "./world.ts";

// The stack's program runs once per signal set: seconds each, in processes of their own.
beforeAll(async () => {
  await Promise.all(ALL_SIGNALS.map(async (signals) => (await world({ seed: 0, signals })).stop()));
}, 120_000);

const LIMIT = { timeout: 120_000 };

/** Which alarm, or whose sentinel, called the guard that moved the weights. */
const PATH: Readonly<Record<Signals, string>> = {
  alb: "primary",
  fast: "primary",
  sentinel: "sentinel",
  all: "sentinel",
};

describe("a candidate that turns bad with all the traffic comes home", () => {
  test.for(ALL_SIGNALS.map((signals, index) => ({ signals, seed: index + 1 })))(
    "by $signals, seed $seed",
    LIMIT,
    async ({ signals, seed }) => {
      const found = await recover("blue-green", signals, seed);
      const { leastMs, mostMs } = floorOf(SITUATIONS["blue-green"], signals);
      expect(found).toMatchObject({ path: PATH[signals], falseReversion: false });
      expect(timesOf(found).total).toBeLessThanOrEqual(timesOf(found).reverted);
      expect(timesOf(found).reverted).toBeGreaterThanOrEqual(leastMs);
      expect(timesOf(found).total).toBeLessThanOrEqual(mostMs);
      expect(found.badResponses).toBeGreaterThan(0);
    },
  );
});

test("a twentieth of the traffic is enough, and takes its time", LIMIT, async () => {
  const found = await recover("canary-5", "sentinel", 1);
  expect(found).toMatchObject({ path: "sentinel", falseReversion: false });
  const weights = found.timeline.map((note) => note.weights.green);
  expect(weights).toEqual([0, 5, 0]);
});

test("a release that only breaks at the second step is caught there", LIMIT, async () => {
  const found = await recover("canary-25", "alb", 1);
  expect(found.path).toBe("primary");
  expect(found.timeline.map((note) => note.weights.green)).toEqual([0, 5, 25, 0]);
});

test("the same seed takes the same course to the byte, another seed another", LIMIT, async () => {
  const [first, again, other] = [
    await recover("blue-green-at-once", "all", 7),
    await recover("blue-green-at-once", "all", 7),
    await recover("blue-green-at-once", "all", 8),
  ];
  expect(JSON.stringify(again)).toBe(JSON.stringify(first));
  expect(JSON.stringify(other.timeline)).not.toBe(JSON.stringify(first.timeline));
});

describe("the check can fail", () => {
  // Environments that rehearse a broken link have no minute's look, which is a second way home.
  test("an alarm that may not call the guard brings nothing home", LIMIT, async () => {
    const config = { "backout:rehearseWithout": "permission" };
    const found = await recover("blue-green", "alb", 1, { config });
    expect(found).toMatchObject({ totalMs: null, revertedMs: null, path: null });
    expect(found.badResponses).toBeGreaterThan(1_000);
  });

  test("an alarm without the guard as its action is refused at the start", LIMIT, async () => {
    const config = { "backout:rehearseWithout": "alarm-action" };
    await expect(recover("blue-green", "alb", 1, { config })).rejects.toThrow("without actions");
  });
});

function timesOf({ totalMs, revertedMs }: Recovery): { total: number; reverted: number } {
  if (totalMs === null || revertedMs === null) throw new Error("there was no recovery");
  return { total: totalMs, reverted: revertedMs };
}
