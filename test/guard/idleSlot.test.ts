/** When the idle slot gets small, when it gets large, and whoever needs it in between. */
import { beforeEach, describe, expect, test } from "vitest";
import type { GuardAlarmState } from "../../guard/authority.ts";
import { mayRest, prepareCandidate, type PreparePorts, restIdle } from "../../guard/idleSlot.ts";
import { type EnvironmentRecord, initialRecord, Phase } from "../../guard/record.ts";
import { allOn, type Slot, type Weights } from "../../guard/slot.ts";
import { memoryStore, memoryTraffic, type MemoryStore, type MemoryTraffic } from "./memory.ts";

const START_MS = Date.parse("2026-01-01T00:00:00.000Z");
const at = (ms: number): string => new Date(START_MS + ms).toISOString();
const MINUTE_MS = 60_000;

const latch = {
  slot: "green",
  reason: "",
  reversionId: "r1",
  at: at(0),
  explanation: null,
} as const;
const previous = (warmUntil: string) => ({ slot: "green", release: "1", warmUntil }) as const;
const rollback = {
  id: "b1",
  release: "1",
  slot: "green",
  taskDefinition: "",
  latch: null,
  why: "",
  startedAt: at(0),
} as const;

test.each<[what: string, record: Partial<EnvironmentRecord>, weights: Weights, rests: boolean]>([
  ["nobody needs it", {}, allOn("blue"), true],
  ["it is warm", { previous: previous(at(1)) }, allOn("blue"), false],
  ["its warm time is over", { previous: previous(at(0)) }, allOn("blue"), true],
  ["it is the candidate", { phase: Phase.Baking, candidate: "green" }, allOn("blue"), false],
  ["it is latched", { latch }, allOn("blue"), false],
  ["it is being prepared", { preparing: { slot: "green", until: at(1) } }, allOn("blue"), false],
  ["its preparation ran out", { preparing: { slot: "green", until: at(0) } }, allOn("blue"), true],
  ["a release comes back into it", { rollback }, allOn("blue"), false],
  ["it carries traffic", {}, { blue: 90, green: 10 }, false],
  ["it carries all traffic", {}, allOn("green"), false],
  ["nothing carries traffic", {}, { blue: 0, green: 0 }, false],
])("when %s", (_what, record, weights, rests) => {
  expect(mayRest({ ...initialRecord("checkout"), ...record }, weights, START_MS)).toBe(rests);
});

describe("the idle slot", () => {
  let nowMs: number;
  let traffic: MemoryTraffic;
  let store: MemoryStore;
  let alarm: GuardAlarmState;
  let desired: Record<Slot, number>;
  let scaled: [Slot, number][];
  let afterScale: () => void;
  let ports: PreparePorts;

  beforeEach(() => {
    nowMs = START_MS;
    traffic = memoryTraffic();
    store = memoryStore();
    alarm = { state: "OK", transitionedMs: null };
    desired = { blue: 4, green: 4 };
    scaled = [];
    afterScale = () => {};
    ports = {
      idle: {
        count: 1,
        services: {
          look: async (slot) => ({
            taskDefinition: "",
            release: null,
            desired: desired[slot],
            running: desired[slot],
            deployments: [],
            events: [],
          }),
          scale: async (slot, count) => {
            scaled.push([slot, count]);
            desired[slot] = count;
            afterScale();
          },
        },
      },
      store,
      traffic,
      guardAlarm: async () => alarm,
      environmentNow: () => nowMs,
      sleep: async (wallMs) => {
        nowMs += wallMs;
        traffic.healthy.green = desired.green;
      },
      log: () => {},
      say: () => {},
    };
  });
  const rest = () => restIdle(store.record, traffic.weights, nowMs, ports);

  test("gets small, and promises no quick way back any more", async () => {
    store.record = { ...store.record, previous: previous(at(0)) };
    await rest();
    expect(scaled).toEqual([["green", 1]]);
    expect(store.record.previous).toBeNull();
    await rest();
    expect(scaled).toHaveLength(1);
  });

  test("is left alone by whoever looked before the record changed", async () => {
    const seen = store.record;
    store.record = { ...seen, version: 7 };
    await restIdle(seen, traffic.weights, nowMs, ports);
    expect(scaled).toEqual([]);
  });

  test.each<[what: string, meanwhile: () => void]>([
    ["traffic was moved to it", () => void (traffic.weights = allOn("green"))],
    ["a rollout was begun", () => void (store.record = { ...store.record, version: 99 })],
  ])("gets its tasks back when %s meanwhile", async (_what, meanwhile) => {
    afterScale = () => {
      afterScale = () => {};
      meanwhile();
    };
    await rest();
    expect(scaled).toEqual([
      ["green", 1],
      ["green", 4],
    ]);
  });

  test("is not scaled where the environment does not say so", async () => {
    await restIdle(store.record, traffic.weights, nowMs, { store, traffic, log: () => {} });
    expect(scaled).toEqual([]);
  });

  test("gets as many tasks as carry the traffic, and no tick takes them away", async () => {
    desired.green = 0;
    traffic.healthy.green = 0;
    await prepareCandidate("green", 15 * MINUTE_MS, ports);
    expect(scaled).toEqual([["green", 4]]);
    expect(traffic.healthy.green).toBe(4);
    await rest();
    expect(desired.green).toBe(4);
  });

  test("is scaled once more when a tick was quicker", async () => {
    desired.green = 0;
    afterScale = () => {
      afterScale = () => {};
      desired.green = 0;
    };
    await prepareCandidate("green", 15 * MINUTE_MS, ports);
    expect(scaled).toHaveLength(2);
    expect(desired.green).toBe(4);
  });

  test("is waited for until its alarm is OK, but not for ever", async () => {
    desired.green = 0;
    alarm = { state: "ALARM", transitionedMs: null };
    const late = prepareCandidate("green", 15 * MINUTE_MS, ports);
    await expect(late).rejects.toMatchObject({ code: "scale-late", kind: "environment" });
    expect(nowMs - START_MS).toBe(15 * MINUTE_MS);
    await rest();
    expect(desired.green).toBe(1);
  });

  test.each<[what: string, record: Partial<EnvironmentRecord>]>([
    ["latched", { latch }],
    ["in a rollout", { phase: Phase.Baking, candidate: "green" }],
    ["being rolled back", { rollback }],
  ])("is not scaled up for a rollout that is refused: %s", async (_what, record) => {
    desired.green = 0;
    store.record = { ...store.record, ...record };
    await prepareCandidate("green", 15 * MINUTE_MS, ports);
    expect(scaled).toEqual([]);
  });
});
