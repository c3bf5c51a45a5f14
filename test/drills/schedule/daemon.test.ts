import { describe, expect, test } from "vitest";
import { HOUR, MINUTE, schedulesOf, World } from "./world.ts";

const MONDAY = "2026-03-02T00:00:00Z";
const HOURLY = 'cron: "0 * * * *"';

async function booted(...members: string[]): Promise<World> {
  const world = new World(MONDAY, schedulesOf(...members));
  await world.boot();
  return world;
}

/** Of half a day's fires. */
async function jitters(): Promise<number[]> {
  const world = await booted(`${HOURLY}, jitter: 20m`);
  await world.pass(12 * HOUR);
  return world.begun.map(({ atMs, dueMs }) => atMs - dueMs);
}

describe("a daemon that nothing befalls", () => {
  test("starts each fire once, at its time", async () => {
    const world = await booted(HOURLY);
    await world.pass(3.5 * HOUR);
    expect(world.begun.map(({ atMs, dueMs }) => atMs - dueMs)).toEqual([0, 0, 0]);
    expect(world.starts()).toEqual(["2026-03-02T01:00", "2026-03-02T02:00", "2026-03-02T03:00"]);
    expect(world.missed()).toEqual([]);
  });

  test("a jitter moves the start, by the name and the instant alone", async () => {
    const first = await jitters();
    expect(first).toEqual(await jitters());
    expect(new Set(first).size).toBeGreaterThan(8);
    for (const offset of first) expect(offset).toBeLessThanOrEqual(20 * MINUTE);
  });

  test.each([
    ["a pause", "paused: true", "paused"],
    ["a blocked date", "blockedDates: [2026-03-02]", "date"],
    ["a blocked window over midnight", 'blocked: ["22:00-04:00"]', "window"],
    ["an allowed window of another day", 'allowed: [{days: tue, time: "00:00-24:00"}]', "window"],
  ])("%s lets none start, and says so", async (_what, member, reason) => {
    const world = await booted(`${HOURLY}, ${member}`);
    await world.pass(2.5 * HOUR);
    expect(world.starts()).toEqual([]);
    expect(world.missed()).toEqual([`2026-03-02T01:00 ${reason}`, `2026-03-02T02:00 ${reason}`]);
  });

  test("a fire waits for its gate until the deadline, and starts as soon as it may", async () => {
    const world = await booted(`${HOURLY}, startDeadline: 20m, blockingAlarms: [pager]`);
    world.against = { reason: "alarm", detail: "blocking alarm pager is ALARM" };
    await world.pass(1.5 * HOUR);
    expect(world.missed()).toEqual(["2026-03-02T01:00 alarm"]);
    await world.pass(35 * MINUTE);
    world.against = null;
    await world.pass(MINUTE);
    expect(world.begun).toMatchObject([{ dueMs: Date.parse("2026-03-02T02:00:00Z") }]);
    expect(world.missed()).toHaveLength(1);
  });

  test("an environment rests after a drill, whichever schedule ran it", async () => {
    const world = await booted('cron: "0 1 * * *"', 'cron: "30 1 * * *", minimumRest: 6h');
    await world.pass(2 * HOUR);
    expect(world.starts()).toEqual(["2026-03-02T01:00"]);
    expect(world.missed()).toEqual(["2026-03-02T01:30 rest"]);
  });

  test("forbid waits for the running drill, and misses its deadline by it", async () => {
    const world = await booted('cron: "0 1 * * *"', 'cron: "5 1 * * *", startDeadline: 30m');
    world.drillMs = 25 * MINUTE;
    await world.pass(1.4 * HOUR);
    expect(world.starts()).toEqual(["2026-03-02T01:00"]);
    await world.pass(3 * MINUTE);
    expect(world.starts()).toEqual(["2026-03-02T01:00", "2026-03-02T01:05"]);
    world.drillMs = 50 * MINUTE;
    await world.pass(24.5 * HOUR);
    expect(world.missed()).toEqual(["2026-03-03T01:05 still-running"]);
  });

  test("replace interrupts the running drill, and starts once that one is undone", async () => {
    const world = await booted('cron: "0 1 * * *"', 'cron: "5 1 * * *", concurrency: replace');
    world.drillMs = 50 * MINUTE;
    await world.pass(1.2 * HOUR);
    expect(world.starts()).toEqual(["2026-03-02T01:00", "2026-03-02T01:05"]);
    expect(world.disk.filter(({ type }) => type === "ended")).toMatchObject([
      { lane: "s0/checkout", outcome: "interrupted" },
    ]);
  });

  test("allow starts beside it", async () => {
    const world = await booted('cron: "0 1 * * *"', 'cron: "5 1 * * *", concurrency: allow');
    world.drillMs = 50 * MINUTE;
    await world.pass(1.2 * HOUR);
    expect(world.starts()).toEqual(["2026-03-02T01:00", "2026-03-02T01:05"]);
    expect(world.disk.filter(({ type }) => type === "ended")).toEqual([]);
  });

  test("stopping interrupts what runs, and it does not start again", async () => {
    const world = await booted(HOURLY);
    await world.pass(HOUR + MINUTE);
    await world.stop();
    expect(world.disk.at(-1)).toMatchObject({ type: "ended", outcome: "interrupted" });
    await world.boot();
    await world.pass(30 * MINUTE);
    expect(world.starts()).toEqual(["2026-03-02T01:00"]);
  });
});

describe("a daemon that is killed", () => {
  test("starts late what is within its deadline, and misses what is not", async () => {
    const world = await booted(`${HOURLY}, startDeadline: 20m`);
    await world.pass(30 * MINUTE);
    world.kill();
    await world.pass(2.75 * HOUR);
    await world.boot();
    expect(world.missed()).toEqual(["2026-03-02T01:00 down x2"]);
    expect(world.starts()).toEqual(["2026-03-02T03:00"]);
  });

  test("a drill that ran when it died is lost, and does not run again", async () => {
    const world = await booted(`${HOURLY}, startDeadline: 20m`);
    await world.pass(HOUR + MINUTE);
    world.kill();
    await world.boot();
    await world.pass(10 * MINUTE);
    expect(world.starts()).toEqual(["2026-03-02T01:00"]);
    expect(world.disk.at(-1)).toMatchObject({ type: "ended", outcome: "lost" });
  });

  test("a schedule that is new, or timed anew, owes nothing from before", async () => {
    const world = await booted(`${HOURLY}, startDeadline: 20m`);
    await world.pass(10 * MINUTE);
    world.kill();
    await world.pass(5 * HOUR);
    world.schedules = schedulesOf('cron: "*/30 * * * *", startDeadline: 20m', HOURLY);
    await world.boot();
    expect(world.missed()).toEqual([]);
    expect(world.starts()).toEqual([]);
  });
});

describe("a clock that does not run evenly", () => {
  test("a suspended machine misses what its deadlines do not cover", async () => {
    const world = await booted(`${HOURLY}, startDeadline: 20m`);
    await world.pass(10 * MINUTE);
    world.suspend(3 * HOUR);
    await world.pass(2 * MINUTE);
    expect(world.missed()).toEqual(["2026-03-02T01:00 suspended x2"]);
    expect(world.starts()).toEqual(["2026-03-02T03:00"]);
  });

  test("a clock set back starts nothing twice", async () => {
    const world = await booted(HOURLY);
    await world.pass(2.5 * HOUR);
    world.set(-2 * HOUR);
    await world.pass(3 * HOUR);
    expect(world.starts()).toEqual(["2026-03-02T01:00", "2026-03-02T02:00", "2026-03-02T03:00"]);
  });

  test("what a clock set forward by mistake made it miss is owed again once it is set right", async () => {
    const world = await booted(`${HOURLY}, startDeadline: 20m`);
    await world.pass(1.5 * HOUR);
    world.set(3 * HOUR);
    await world.pass(2 * MINUTE);
    expect(world.missed()).toEqual(["2026-03-02T02:00 clock-forward x3"]);
    world.set(-3 * HOUR);
    await world.pass(3 * HOUR);
    expect(world.disk.filter(({ type }) => type === "reinstated")).toHaveLength(1);
    expect(world.starts()).toEqual([
      "2026-03-02T01:00",
      "2026-03-02T02:00",
      "2026-03-02T03:00",
      "2026-03-02T04:00",
    ]);
  });

  test("what started while the clock was ahead does not start again", async () => {
    const world = await booted(`${HOURLY}, startDeadline: 20m`);
    await world.pass(1.5 * HOUR);
    world.set(3.5 * HOUR);
    await world.pass(2 * MINUTE);
    expect(world.starts()).toEqual(["2026-03-02T01:00", "2026-03-02T05:00"]);
    world.set(-3.5 * HOUR);
    await world.pass(4 * HOUR);
    expect(world.starts().slice(2)).toEqual([
      "2026-03-02T02:00",
      "2026-03-02T03:00",
      "2026-03-02T04:00",
    ]);
  });

  test("years of a fire every minute are accounted for in a few lines", async () => {
    const world = await booted('cron: "* * * * *", startDeadline: 30s, paused: true');
    world.set(20 * 24 * HOUR);
    await world.pass(3 * MINUTE);
    const lines = world.disk.filter((entry) => entry.type === "missed");
    const total = lines.reduce((sum, entry) => sum + entry.count, 0);
    expect(total).toBe(20 * 1_440 + 3);
    expect(lines.length).toBeLessThan(12);
  });
});
