import { beforeEach, describe, expect, test } from "vitest";
import { handleAlarm } from "../../../guard/handle.ts";
import { type EnvironmentRecord, promoted, shiftBegun, shiftDone } from "../../../guard/record.ts";
import type { Reversion } from "../../../guard/reversion.ts";
import { tick, type TickPorts } from "../../../guard/rollout/tick.ts";
import { allOn, type Weights } from "../../../guard/slot.ts";
import { memoryStore, memoryTraffic, type MemoryStore, type MemoryTraffic } from "../memory.ts";
import { slotAlarms } from "../slotAlarms.ts";

const START_MS = Date.parse("2026-01-01T00:00:00.000Z");
const at = (ms: number): string => new Date(START_MS + ms).toISOString();

/** Green was promoted a second ago; blue, stable before, is kept warm. */
describe("a promoted slot whose traffic is found on the one before", () => {
  let traffic: MemoryTraffic;
  let store: MemoryStore;
  let told: Reversion[];
  let ports: TickPorts;

  beforeEach(() => {
    traffic = memoryTraffic(allOn("blue"));
    store = memoryStore(promoted(baking(), "shop:1", at(3_600_000), at(-1_000)));
    told = [];
    let nowMs = START_MS;
    ports = {
      environment: "checkout",
      slotOfAlarm: () => "green",
      traffic,
      store,
      alarms: async (slot) => slotAlarms(slot, {}),
      signals: async (slot) => slotAlarms(slot, {}),
      alarmStateOf: async () => "OK",
      requests: async () => 1_000,
      releaseOf: async () => null,
      notify: async (_subject, reversion) => void told.push(reversion),
      environmentNow: () => nowMs,
      now: () => nowMs,
      sleep: async (wallMs) => void (nowMs += wallMs),
      log: () => {},
    };
  });

  test("is latched by the next tick, and people are told once, with its signals", async () => {
    const { move, reversion, record } = await tick(ports);
    await tick(ports);
    expect(move.move).toBe("latch");
    expect(record).toMatchObject({ stable: "blue", latch: { slot: "green" }, previous: null });
    expect(record.latch?.explanation?.signals).not.toEqual([]);
    expect(reversion).toMatchObject({ outcome: "already-home", path: "reconcile" });
    expect(told).toEqual([reversion]);
    expect(traffic.writes).toEqual([]);
  });

  test("is not latched when the listener only showed its weights late", async () => {
    const shown: Weights[] = [allOn("blue"), allOn("green")];
    const read = async () => ({ weights: shown.shift() ?? allOn("green"), sticky: false });
    await tick({ ...ports, traffic: { ...traffic, read } });
    expect(store.record).toMatchObject({ stable: "green", latch: null });
    expect(told).toEqual([]);
  });

  test("is not latched when somebody writes the record meanwhile", async () => {
    const sleep = async (): Promise<void> => {
      store.record = { ...store.record, version: store.record.version + 1, previous: null };
    };
    await tick({ ...ports, sleep });
    expect(store.record).toMatchObject({ stable: "green", latch: null });
    expect(told).toEqual([]);
  });

  test.each<[string, () => void]>([
    ["has a part of it still", () => (traffic.weights = { blue: 50, green: 50 })],
    ["has lost it to a slot without targets", () => (traffic.healthy.blue = 0)],
    ["has no slot before it", () => (store.record = { ...store.record, previous: null })],
  ])("is left alone when it %s", async (_when, arrange) => {
    arrange();
    expect((await tick(ports)).move.move).toBe("wait");
    expect(store.record.latch).toBeNull();
  });

  test("is what a guard leaves whose latch failed as its slot was promoted", async () => {
    const then = store.record;
    store.record = { ...baking(), version: 1 };
    traffic = memoryTraffic(allOn("green"));
    const guard = { ...ports, traffic };
    traffic.beforeWrite = () => {
      store.record = { ...then, version: 2 };
      store.down = true;
    };
    await handleAlarm(alarmEvent(), guard);
    store.down = false;
    expect(store.record).toMatchObject({ stable: "green", latch: null });
    expect(traffic.weights).toEqual(allOn("blue"));
    await tick(guard);
    expect(store.record).toMatchObject({ stable: "blue", latch: { slot: "green" } });
  });
});

function baking(): EnvironmentRecord {
  const begun = shiftBegun(memoryStore().record, "green", {
    openWriteUntil: null,
    armedAt: at(-60_000),
  });
  return shiftDone(begun);
}

function alarmEvent(): unknown {
  return {
    source: "aws.cloudwatch",
    alarmArn: "arn:aws:cloudwatch:us-east-1:000000000000:alarm:checkout-green",
    alarmData: {
      alarmName: "checkout-green",
      state: { value: "ALARM", reason: "errors", timestamp: "2026-01-01T00:00:00.000+0000" },
    },
  };
}
