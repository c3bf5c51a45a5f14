/** Minimums held for a rollout and for rest: whose they are, and that no crash loses the person's own. */
import { beforeEach, describe, expect, test } from "vitest";
import { holdsForRollout, tasksToHold } from "../../../guard/autoscaling/hold.ts";
import { type Held, holding, ownMinimum } from "../../../guard/autoscaling/minimums.ts";
import type { Bounds } from "../../../guard/autoscaling/scalableTargets.ts";
import { prepareCandidate, type PreparePorts, restIdle } from "../../../guard/idleSlot.ts";
import { environmentRecordSchema, initialRecord } from "../../../guard/record.ts";
import { otherSlot, type Slot, SLOTS } from "../../../guard/slot.ts";
import { memoryStore, memoryTraffic, type MemoryStore, type MemoryTraffic } from "../memory.ts";

const MINUTE_MS = 60_000;
const START_MS = Date.parse("2026-01-01T00:00:00.000Z");

test.each<[what: string, min: number, before: Held, own: number, ours: number[]]>([
  ["nothing was held", 2, null, 2, [5]],
  ["it was set", 4, { own: 2, ours: [0, 4] }, 2, [4, 5]],
  ["it was to be set, and a crash came before", 0, { own: 2, ours: [0, 4] }, 2, [0, 5]],
  ["a person changed it meanwhile", 3, { own: 2, ours: [0, 4] }, 3, [5]],
  ["a person brought their own back", 2, { own: 2, ours: [4] }, 2, [5]],
])("whose minimum it is when %s", (_what, min, before, own, ours) => {
  const bounds = { min, max: 9 };
  expect(ownMinimum(bounds, before)).toBe(own);
  expect(holding(bounds, before, [5])).toEqual({ own, ours });
});

test.each<[what: string, green: Bounds | null, blue: Bounds | null, holds: [Slot, number][]]>([
  ["nobody scales", null, null, []],
  [
    "both are scaled",
    { min: 1, max: 9 },
    { min: 2, max: 9 },
    [
      ["blue", 3],
      ["green", 4],
    ],
  ],
  ["the candidate alone is", { min: 1, max: 9 }, null, [["green", 4]]],
  ["the minimum is enough", { min: 4, max: 9 }, { min: 3, max: 9 }, []],
  ["the stable slot is above its maximum", null, { min: 1, max: 2 }, []],
])("for a rollout, when %s", (_what, green, blue, holds) => {
  const record = initialRecord("checkout");
  const found = holdsForRollout(record, "green", 4, 3, { blue, green });
  expect(found.map(({ slot, min }) => [slot, min])).toEqual(holds);
});

test("a record from before minimums were kept is readable", () => {
  const { minimums: _, ...older } = initialRecord("checkout");
  expect(environmentRecordSchema.parse(older).minimums).toEqual({ blue: null, green: null });
});

describe("a scaled environment", () => {
  let nowMs: number;
  let traffic: MemoryTraffic;
  let store: MemoryStore;
  let tasks: Record<Slot, number>;
  let bounds: Record<Slot, Bounds | null>;
  let calls: string[];
  /** The process dies at this call, counted from 0. */
  let diesAt: number;
  let ports: PreparePorts;

  const call = (what: string): void => {
    if (calls.length === diesAt) throw new Error("died");
    calls.push(what);
  };
  /** As AWS does whenever a target is updated. */
  const bringInside = (slot: Slot): void => {
    const limits = bounds[slot];
    if (limits) tasks[slot] = Math.min(Math.max(tasks[slot], limits.min), limits.max);
  };

  beforeEach(() => {
    nowMs = START_MS;
    traffic = memoryTraffic();
    store = memoryStore();
    const replace = store.replace.bind(store);
    store.replace = (...args) => {
      call("record");
      return replace(...args);
    };
    tasks = { blue: 4, green: 4 };
    bounds = { blue: { min: 1, max: 8 }, green: { min: 2, max: 8 } };
    calls = [];
    diesAt = Infinity;
    ports = {
      idle: {
        count: 0,
        services: {
          look: async (slot) => ({
            taskDefinition: "",
            release: null,
            desired: tasks[slot],
            running: tasks[slot],
            deployments: [],
            events: [],
          }),
          scale: async (slot, count) => {
            call(`${slot} count ${count}`);
            tasks[slot] = count;
          },
        },
        targets: {
          look: async () => ({ ...bounds }),
          setMinimum: async (slot, min) => {
            call(`${slot} minimum ${min}`);
            const limits = bounds[slot];
            if (!limits || min > limits.max) throw new Error("ValidationException");
            bounds[slot] = { ...limits, min };
            bringInside(slot);
          },
        },
      },
      store,
      traffic,
      guardAlarm: async () => ({ state: "OK", transitionedMs: null }),
      environmentNow: () => nowMs,
      sleep: async (wallMs) => {
        nowMs += wallMs;
        traffic.healthy.green = tasks.green;
      },
      log: () => {},
      say: () => {},
    };
  });

  const rest = () => restIdle(store.record, traffic.weights, nowMs, ports);
  const prepare = () => prepareCandidate("green", 15 * MINUTE_MS, ports);
  const minimums = () => ({ blue: bounds.blue?.min, green: bounds.green?.min });

  test("never has a count set that its minimum would undo", async () => {
    await rest();
    expect(calls).toEqual(["record", "green minimum 0", "green count 0"]);
    calls = [];
    await prepare();
    expect(calls).toEqual(["record", "blue minimum 4", "green minimum 4"]);
    expect(tasks).toEqual({ blue: 4, green: 4 });
  });

  test("at rest is looked at, and nothing is written", async () => {
    await rest();
    calls = [];
    await rest();
    expect(calls).toEqual([]);
    expect(store.record.minimums.green).toMatchObject({ own: 2 });
  });

  test("gets the slot back whole when somebody needs it meanwhile", async () => {
    const { targets } = ports.idle!;
    const set = targets!.setMinimum.bind(targets);
    targets!.setMinimum = async (slot, min) => {
      await set(slot, min);
      traffic.weights = { blue: 0, green: 100 };
    };
    await rest();
    expect(tasks.green).toBe(4);
    expect(bounds.green?.min).toBe(4);
    store.record = { ...store.record, stable: "green" };
    traffic.weights = { blue: 0, green: 100 };
    targets!.setMinimum = set;
    await rest();
    expect(minimums().green).toBe(2);
  });

  test("gives a candidate no more than its maximum", async () => {
    bounds.green = { min: 0, max: 3 };
    tasks.green = 0;
    await prepare();
    expect(tasks.green).toBe(3);
    expect(bounds.green).toEqual({ min: 3, max: 3 });
  });

  test("lowers no slot with traffic that a person set above its maximum", async () => {
    await prepare();
    bounds.blue = { min: 4, max: 4 };
    tasks.blue = 6;
    nowMs += 16 * MINUTE_MS;
    await rest();
    await rest();
    expect(tasks).toEqual({ blue: 6, green: 0 });
  });

  test("forgets a target that was deregistered", async () => {
    await prepare();
    bounds.blue = null;
    nowMs += 16 * MINUTE_MS;
    await rest();
    expect(store.record.minimums.blue).toBeNull();
  });

  test("has its own minimums again, whatever call a process died at", async () => {
    for (diesAt = 0; diesAt < 40; diesAt++) {
      tasks = { blue: 4, green: 4 };
      bounds = { blue: { min: 1, max: 8 }, green: { min: 2, max: 8 } };
      calls = [];
      nowMs = START_MS;
      traffic.weights = { blue: 100, green: 0 };
      store.record = initialRecord("checkout");
      await course().catch(() => {});
      const died = calls.length === diesAt;
      // Whoever comes next lives, and looks every minute.
      calls = Array<string>(100).fill("");
      nowMs += 60 * MINUTE_MS;
      for (let minute = 0; minute < 8; minute++) await rest();
      const { stable } = store.record;
      const idle = otherSlot(stable);
      const own = { blue: 1, green: 2 };
      expect(minimums(), `died at ${diesAt}`).toEqual({ ...own, [idle]: 0 });
      expect(store.record.minimums[idle]?.own).toBe(own[idle]);
      expect(store.record.minimums[stable]).toBeNull();
      expect(tasks[idle]).toBe(0);
      expect(tasks[stable]).toBe(4);
      if (!died) return;
    }
    throw new Error("the course has no end");
  });

  /** At rest, prepared, promoted, settled. */
  async function course(): Promise<void> {
    for (let minute = 0; minute < 3; minute++) await rest();
    if (calls.length === diesAt) throw new Error("died");
    await prepare();
    traffic.weights = { blue: 0, green: 100 };
    store.record = { ...store.record, stable: "green", preparing: null };
    for (let minute = 0; minute < 5; minute++) await rest();
  }

  test("holds what an older release is brought back with, once it was asked for", async () => {
    const { tasks: wanted, hold } = await tasksToHold("green", 12, {
      targets: ports.idle!.targets!,
      store,
    });
    expect(wanted).toBe(8);
    expect(calls).toEqual([]);
    await hold();
    expect(calls).toEqual(["record", "green minimum 8"]);
    for (const slot of SLOTS) expect(minimums()[slot]).toBe({ blue: 1, green: 8 }[slot]);
  });
});
