/** Rounds of the watchdog with a last resort, minute by minute. */
import { beforeEach, describe, expect, test } from "vitest";
import { switchedTo } from "../../../guard/lastResort/decide.ts";
import type { LastResortNotice } from "../../../guard/lastResort/notice.ts";
import { INITIAL_STATE, type LastResortState } from "../../../guard/lastResort/state.ts";
import { initialRecord, shiftBegun, shiftDone } from "../../../guard/record.ts";
import type { Reversion } from "../../../guard/reversion.ts";
import { shiftOf } from "../../../guard/sentinelEvent.ts";
import { allOn, type Slot } from "../../../guard/slot.ts";
import type { SlotProbes } from "../../../guard/watchdog/judge.ts";
import { PATIENCE_MS, type Sight } from "../../../guard/watchdog/sight.ts";
import { watch, type WatchdogPorts } from "../../../guard/watchdog/watch.ts";
import { memoryStore, memoryTraffic, type MemoryStore, type MemoryTraffic } from "../memory.ts";
import { slotAlarms } from "../slotAlarms.ts";

const START = Date.parse("2026-01-01T00:00:00.000Z");
const ARMED = { openWriteUntil: null, armedAt: new Date(START - 3_600_000).toISOString() };
const baking = shiftDone(shiftBegun(initialRecord("checkout"), "green", ARMED));

let nowMs: number;
let traffic: MemoryTraffic;
let store: MemoryStore;
let isBad: Record<Slot, boolean>;
let state: LastResortState;
let isOn: boolean;
let failSwitch: boolean;
let stateDown: boolean;
let told: LastResortNotice[];
let escalated: Reversion[];
let acts: string[];
let sight: Sight | null;
let ports: WatchdogPorts;

beforeEach(() => {
  nowMs = START;
  traffic = memoryTraffic(allOn("green"));
  traffic.beforeWrite = () => void acts.push("weights");
  store = memoryStore(baking);
  sight = {
    slot: "green",
    shift: shiftOf(baking) ?? "",
    since: new Date(START - PATIENCE_MS).toISOString(),
  };
  isBad = { blue: false, green: true };
  state = INITIAL_STATE;
  isOn = false;
  failSwitch = false;
  stateDown = false;
  told = [];
  escalated = [];
  acts = [];
  const tally = (slot: Slot): SlotProbes => ({
    answers: 40,
    failures: isBad[slot] ? 40 : 0,
    unconnected: 0,
  });
  ports = {
    environment: "checkout",
    slotOfAlarm: () => undefined,
    traffic,
    store,
    alarms: async (slot) => slotAlarms(slot, {}),
    alarmStateOf: async (slot) => (isBad[slot] ? "ALARM" : "OK"),
    probe: async (suspect) => ({
      outcome:
        isBad[suspect] && !isBad[suspect === "blue" ? "green" : "blue"] ? "bad" : "inconclusive",
      why: "",
      tallies: { blue: tally("blue"), green: tally("green") },
    }),
    notify: async (_subject, reversion) => void escalated.push(reversion),
    environmentNow: () => nowMs,
    sights: {
      read: async () => sight,
      write: async (next) => void (sight = next),
    },
    now: () => nowMs,
    sleep: async () => {},
    log: () => {},
    lastResort: {
      afterMs: 120_000,
      untilMs: 120_000,
      errorRatePercent: 5,
      rule: {
        isOn: async () => isOn,
        set: async (on) => {
          acts.push(on ? "on" : "off");
          if (failSwitch) throw new Error("throttled");
          isOn = on;
        },
      },
      store: {
        read: async () => {
          if (stateDown) throw new Error("the table does not answer");
          return state;
        },
        replace: async (expected, next) => {
          if (expected.version !== state.version) return undefined;
          state = { ...next, version: expected.version + 1 };
          return state;
        },
      },
      tell: async (notice) => void told.push(notice),
    },
  };
});

async function minutes(count: number): Promise<void> {
  for (let minute = 0; minute < count; minute++) {
    await watch(ports);
    nowMs += 60_000;
  }
}

describe("both sides bad", () => {
  beforeEach(() => {
    isBad = { blue: true, green: true };
  });

  test("for two minutes: everybody gets the answer, people hear of it, no weight is written", async () => {
    await minutes(2);
    expect(isOn).toBe(false);
    await minutes(1);
    expect(isOn).toBe(true);
    expect(state.on).toMatchObject({ by: "watchdog", at: new Date(START + 120_000).toISOString() });
    expect(told).toMatchObject([{ on: true, settled: true, sides: { blue: "bad", green: "bad" } }]);
    expect(told[0]?.asked.join()).toContain("backout env fallback checkout off");
    await minutes(10);
    expect(told).toHaveLength(1);
    expect(acts).toEqual(["on"]);
  });

  test("once home is good the traffic goes there first, and the answer ends two minutes later", async () => {
    await minutes(3);
    isBad.blue = false;
    await minutes(1);
    expect(traffic.weights).toEqual(allOn("blue"));
    expect(isOn).toBe(true);
    await minutes(3);
    expect(isOn).toBe(false);
    expect(acts).toEqual(["on", "weights", "off"]);
    expect(told.map(({ on }) => on)).toEqual([true, false]);
  });

  test("a switch that fails is thrown again a minute later, and people hear that it has no effect yet", async () => {
    failSwitch = true;
    await minutes(3);
    expect(told).toMatchObject([{ on: true, settled: false }]);
    expect(told[0]?.subject).toContain("NOT yet in effect");
    failSwitch = false;
    await minutes(1);
    expect(isOn).toBe(true);
  });

  test("a late write of the switch is put right", async () => {
    await minutes(3);
    isOn = false;
    await minutes(1);
    expect(isOn).toBe(true);
  });

  test("a person who ends it while a round is under way is obeyed, not undone", async () => {
    await minutes(3);
    const { probe } = ports;
    ports = {
      ...ports,
      probe: async (...args) => {
        state = { ...switchedTo(false, "person", "", state, ""), version: state.version + 1 };
        isOn = false;
        return probe(...args);
      },
    };
    acts = [];
    await minutes(1);
    expect(acts).toEqual([]);
    expect(isOn).toBe(false);
  });

  test("what is not written down is not switched", async () => {
    await minutes(2);
    stateDown = true;
    await minutes(3);
    expect(acts).toEqual([]);
  });

  test("also after a reversion, when the side that took the traffic is no better", async () => {
    store.record = initialRecord("checkout");
    traffic.weights = allOn("blue");
    await minutes(3);
    expect(isOn).toBe(true);
  });
});

test("a reversion that can be made comes first, and nothing else is done", async () => {
  await minutes(5);
  expect(acts).toEqual(["weights"]);
  expect(traffic.weights).toEqual(allOn("blue"));
});

test("weights that nobody can move: the evidence of every try is handed over", async () => {
  store.written.push(earlier());
  traffic.beforeWrite = () => Promise.reject(new Error("AccessDenied"));
  await minutes(1);
  expect(escalated).toHaveLength(1);
  expect(escalated[0]?.escalation).toMatchObject({
    tried: [
      { path: "primary", outcome: "failed", why: "the weights could not be moved: Throttling" },
      { path: "watchdog", outcome: "failed", why: expect.stringContaining("AccessDenied") },
    ],
    weights: "blue 0, green 100",
    slots: [
      { slot: "blue", healthyTargets: "1", guardAlarm: "OK" },
      { slot: "green", healthyTargets: "1", guardAlarm: "ALARM" },
    ],
    lastResort: "off",
    asked: [
      expect.stringContaining("backout env rollback checkout --force"),
      expect.stringContaining("backout env fallback checkout on"),
      expect.stringContaining("backout env status checkout"),
    ],
  });
  await minutes(2);
  expect(isOn).toBe(true);
});

/** The first way's try, half a minute before. */
function earlier(): Reversion {
  const at = new Date(START - 30_000).toISOString();
  return {
    schemaVersion: 1,
    id: "earlier",
    environment: "checkout",
    outcome: "failed",
    path: "primary",
    why: "the weights could not be moved: Throttling",
    alarm: { name: "checkout-green", slot: "green", stateAt: at, reason: "" },
    receivedAt: at,
    decidedAt: at,
    writtenAt: null,
    verifiedAt: null,
    weightsBefore: null,
    weightsAfter: null,
    explanation: null,
  };
}
