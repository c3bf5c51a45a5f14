import { beforeEach, describe, expect, test } from "vitest";
import { environmentError } from "../../../base/errors.ts";
import { shiftTraffic } from "../../../guard/authority.ts";
import { abortRollout, promoteRollout } from "../../../guard/rollout/operate.ts";
import { NO_HOOKS } from "../../../guard/rollout/hooks.ts";
import { completed, type Rollout } from "../../../guard/rollout/rollout.ts";
import { shiftPorts, tick, type TickPorts } from "../../../guard/rollout/tick.ts";
import { allOn } from "../../../guard/slot.ts";
import { memoryStore, memoryTraffic, type MemoryStore, type MemoryTraffic } from "../memory.ts";
import { slotAlarms } from "../slotAlarms.ts";

const START_MS = Date.parse("2026-01-01T00:00:00.000Z");
const MINUTE_MS = 60_000;

const ROLLOUT: Rollout = {
  id: "r1",
  release: "shop:2",
  steps: completed([
    { weight: 5, bakeMs: 5 * MINUTE_MS, gate: false },
    { weight: 50, bakeMs: 5 * MINUTE_MS, gate: false },
  ]),
  onBad: "revert",
  minimumRequests: 50,
  decideWithinMs: 15 * MINUTE_MS,
  onDeadline: "abort",
  warmMs: 60 * MINUTE_MS,
  startedAt: new Date(START_MS).toISOString(),
  step: 0,
  stepAt: null,
  paused: null,
  approved: false,
  hooks: NO_HOOKS,
};

const throttled = async (): Promise<never> => {
  throw new Error("throttled");
};

describe("a tick", () => {
  let nowMs: number;
  let traffic: MemoryTraffic;
  let store: MemoryStore;
  let guard: { state: string; transitionedMs: number; reason: string };
  let ports: TickPorts;
  const pass = (ms: number): void => void (nowMs += ms);

  beforeEach(async () => {
    nowMs = START_MS;
    traffic = memoryTraffic();
    store = memoryStore();
    guard = { state: "OK", transitionedMs: START_MS - MINUTE_MS, reason: "" };
    ports = {
      environment: "checkout",
      slotOfAlarm: () => "green",
      traffic,
      store,
      alarms: async (slot) => slotAlarms(slot, slot === "green" ? guard : {}),
      alarmStateOf: async (slot) => (slot === "green" ? guard.state : "OK"),
      requests: async () => 1_000,
      releaseOf: async (slot) => `shop:${slot}`,
      notify: async () => {},
      environmentNow: () => nowMs,
      now: () => nowMs,
      sleep: async (wallMs) => pass(wallMs),
      log: () => {},
    };
    await shiftTraffic(shiftPorts(ports), "green", ROLLOUT, ports.environmentNow);
  });

  test("after tick brings a good release to all traffic, and remembers what was before", async () => {
    const seen = [traffic.weights.green];
    for (let minute = 0; minute < 12 && store.record.rollout; minute++) {
      pass(MINUTE_MS);
      await tick(ports);
      if (traffic.weights.green !== seen.at(-1)) seen.push(traffic.weights.green);
    }
    expect(seen).toEqual([5, 50, 100]);
    expect(store.record).toMatchObject({
      stable: "green",
      candidate: null,
      rollout: null,
      lastRollout: { id: "r1", ended: "promoted" },
      previous: {
        slot: "blue",
        release: "shop:blue",
        warmUntil: new Date(nowMs + ROLLOUT.warmMs).toISOString(),
      },
    });
  });

  test("finishes a step whose writer died between the record and the weights", async () => {
    pass(5 * MINUTE_MS);
    traffic.beforeWrite = () => {
      throw new Error("killed");
    };
    await expect(tick(ports)).rejects.toThrow("killed");
    expect(store.record).toMatchObject({ phase: "shifting", rollout: { step: 1, stepAt: null } });
    expect(traffic.weights.green).toBe(5);

    traffic.beforeWrite = () => {};
    const waiting = await tick(ports);
    expect(waiting.move).toMatchObject({ move: "wait", why: "the step's weight is being set" });
    pass(MINUTE_MS);
    const repeated = await tick(ports);
    expect(repeated.move).toMatchObject({ move: "set", step: 1 });
    expect(traffic.weights.green).toBe(50);
    // The bake begins where the weight was read back, not where it was first tried.
    expect(repeated.record.rollout?.stepAt).toBe(new Date(nowMs).toISOString());
  });

  test("and another at the same moment take one step, not two", async () => {
    pass(5 * MINUTE_MS);
    const both = await Promise.all([tick(ports), tick(ports)]);
    expect(both.filter(({ problem }) => problem === null)).toHaveLength(1);
    expect(both.find(({ problem }) => problem !== null)?.problem).toMatch(/came first/);
    expect(store.record.rollout?.step).toBe(1);
    expect(traffic.writes.map(({ green }) => green)).toEqual([5, 50]);
  });

  test("takes weights back that somebody raised, and pauses when somebody lowered them", async () => {
    traffic.weights = { blue: 10, green: 90 };
    expect((await tick(ports)).move).toMatchObject({ move: "set", step: 0 });
    expect(traffic.weights).toEqual({ blue: 95, green: 5 });

    traffic.weights = allOn("blue");
    await tick(ports);
    expect(store.record.rollout?.paused?.why).toMatch(/somebody else took traffic away/);
    expect(traffic.weights).toEqual(allOn("blue"));
  });

  test("does what an alarm's event should have done, once that is late", async () => {
    guard = { state: "ALARM", transitionedMs: nowMs, reason: "errors" };
    expect((await tick(ports)).move.move).toBe("wait");
    pass(MINUTE_MS);
    const { reversion } = await tick(ports);
    expect(reversion).toMatchObject({ outcome: "reverted", path: "reconcile" });
    expect(traffic.weights).toEqual(allOn("blue"));
    expect(store.record).toMatchObject({
      latch: { slot: "green" },
      lastRollout: { ended: "reverted" },
    });
  });

  test("puts traffic home again that strayed onto a latched slot", async () => {
    guard = { state: "ALARM", transitionedMs: nowMs, reason: "errors" };
    pass(MINUTE_MS);
    await tick(ports);
    traffic.weights = allOn("green");
    await tick(ports);
    expect(traffic.weights).toEqual(allOn("blue"));
    expect(store.record.latch).toMatchObject({ slot: "green" });
  });

  test("says why it could not take its step, and the next one takes it", async () => {
    pass(5 * MINUTE_MS);
    // Alive when the step is decided, dead when it is begun.
    let looks = 0;
    traffic.healthyTargets = async (slot) => (slot === "green" && ++looks > 1 ? 0 : 1);
    const { problem, record } = await tick(ports);
    expect(problem).toMatch(/slot green .* has no healthy target/);
    expect(record.rollout?.step).toBe(0);
    traffic.healthyTargets = async () => 1;
    expect((await tick(ports)).record.rollout?.step).toBe(1);
  });

  test("that cannot read its alarms or count its requests holds", async () => {
    pass(5 * MINUTE_MS);
    const { alarms } = ports;
    ports = { ...ports, alarms: throttled };
    expect((await tick(ports)).move.why).toMatch(/alarms of slot green cannot be read/);
    ports = { ...ports, alarms, requests: throttled };
    expect((await tick(ports)).move.why).toMatch(/requests of slot green cannot be counted/);
    expect(traffic.weights.green).toBe(5);
  });

  test("is no more than a look once there is no rollout", async () => {
    await abortRollout(ports, "enough");
    expect(store.record).toMatchObject({
      latch: null,
      lastRollout: { ended: "aborted", why: "enough" },
    });
    const { version } = store.record;
    expect((await tick(ports)).move).toMatchObject({ move: "wait", why: "there is no rollout" });
    expect(store.record.version).toBe(version);
    expect(traffic.weights).toEqual(allOn("blue"));
    await expect(promoteRollout(ports, false)).rejects.toThrow(/no rollout in progress.*enough/);
  });

  test("keeps what the environment refused as its problem", async () => {
    pass(5 * MINUTE_MS);
    traffic.beforeWrite = () => {
      throw environmentError("x", "the listener is gone", "make one");
    };
    expect((await tick(ports)).problem).toMatch(/the listener is gone/);
  });

  test("an abort that meets a promotion wins, for the traffic has gone home by then", async () => {
    await promoteRollout(ports, true);
    await tick(ports);
    expect(traffic.weights).toEqual(allOn("green"));
    // The promotion is written while the weights of the abort are read back.
    traffic.beforeWrite = async () => {
      traffic.beforeWrite = () => {};
      const stored = store.record;
      const { weights } = traffic;
      await tick(ports);
      expect(store.record.lastRollout?.ended).toBe("promoted");
      expect([stored.candidate, weights]).toEqual(["green", allOn("green")]);
    };
    await abortRollout(ports, "no");
    expect(traffic.weights).toEqual(allOn("blue"));
    expect(store.record).toMatchObject({
      stable: "blue",
      candidate: null,
      previous: null,
      lastRollout: { id: "r1", ended: "aborted", why: "no" },
    });
  });
});
