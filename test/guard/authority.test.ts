import { beforeEach, describe, expect, test } from "vitest";
import {
  clearLatch,
  type GuardAlarmState,
  returnTraffic,
  shiftTraffic,
} from "../../guard/authority.ts";
import { initialRecord, latched, unlatched } from "../../guard/record.ts";
import { allOn } from "../../guard/slot.ts";
import { memoryStore, memoryTraffic, type MemoryStore, type MemoryTraffic } from "./memory.ts";

const reversion = { id: "r1", reason: "errors", at: "2026-01-01T00:00:00.000Z" };

const START = Date.parse("2026-01-01T00:00:00.000Z");
let nowMs = START;
const now = (): number => nowMs;
const sleep = async (wallMs: number): Promise<void> => void (nowMs += wallMs);

const ok: GuardAlarmState = { state: "OK", transitionedMs: Date.parse("2025-12-31T23:00:00.000Z") };
const guardAlarm = async (): Promise<GuardAlarmState> => ok;

describe("the traffic authority", () => {
  let traffic: MemoryTraffic;
  let store: MemoryStore;
  beforeEach(() => {
    nowMs = START;
    traffic = memoryTraffic();
    store = memoryStore();
  });

  test("moves traffic to the candidate and leaves it there in bake", async () => {
    await shiftTraffic({ traffic, store, now, sleep, guardAlarm }, "green");
    expect(traffic.weights).toEqual(allOn("green"));
    expect(store.record).toMatchObject({
      stable: "blue",
      candidate: "green",
      phase: "baking",
      openWriteUntil: null,
      armedAt: "2025-12-31T23:00:00.000Z",
    });
  });

  test.each(["ALARM", "INSUFFICIENT_DATA"])(
    "shifts nothing onto a slot whose alarm is %s: it would not fire again",
    async (state) => {
      const alarm = async (): Promise<GuardAlarmState> => ({ ...ok, state });
      const shift = shiftTraffic({ traffic, store, now, sleep, guardAlarm: alarm }, "green");
      await expect(shift).rejects.toThrow(`is ${state}`);
      expect(traffic.writes).toEqual([]);
      expect(store.record).toEqual(initialRecord("checkout"));
    },
  );

  test.each([
    ["is in ALARM", { state: "ALARM", transitionedMs: now() }, "is ALARM"],
    ["was in ALARM for a moment", { state: "OK", transitionedMs: now() }, "left OK"],
    ["cannot be read", null, "throttled"],
  ] as const)(
    "gives up when the alarm %s once the record is written: only people were told of it",
    async (_what, later, message) => {
      const alarm = async (): Promise<GuardAlarmState> => {
        if (store.record.phase === "idle") return ok;
        if (!later) throw new Error("throttled");
        return later;
      };
      const shift = shiftTraffic({ traffic, store, now, sleep, guardAlarm: alarm }, "green");
      await expect(shift).rejects.toThrow(message);
      expect(traffic.writes).toEqual([]);
      expect(store.record).toMatchObject({ candidate: null, phase: "idle" });
    },
  );

  test("says in the record until when its write may land, before it writes", async () => {
    let openWriteUntil: string | null = null;
    traffic.beforeWrite = () => {
      openWriteUntil = store.record.openWriteUntil;
    };
    await shiftTraffic({ traffic, store, now, sleep, guardAlarm }, "green");
    expect(openWriteUntil).toBe("2026-01-01T00:00:10.000Z");
  });

  test("gives way to a reversion that latched while it wrote", async () => {
    traffic.beforeWrite = (weights) => {
      if (weights.green > 0) {
        store.record = {
          ...latched(store.record, "green", "blue", reversion),
          version: store.record.version + 1,
        };
      }
    };
    await expect(shiftTraffic({ traffic, store, now, sleep, guardAlarm }, "green")).rejects.toThrow(
      "came first",
    );
    expect(traffic.weights).toEqual(allOn("blue"));
    expect(store.record.latch?.slot).toBe("green");
  });

  test.each([
    ["latched", () => (store.record = latched(store.record, "green", "blue", reversion))],
    ["no healthy target", () => (traffic.healthy.green = 0)],
    ["no healthy target", () => (traffic.healthy.blue = 0)],
    ["is baking", () => (store.record = { ...store.record, candidate: "green", phase: "baking" })],
    ["is the stable slot", () => (store.record = { ...store.record, stable: "green" })],
  ])("refuses a shift when %s", async (message, arrange) => {
    arrange();
    await expect(shiftTraffic({ traffic, store, now, sleep, guardAlarm }, "green")).rejects.toThrow(
      message,
    );
    expect(traffic.writes).toEqual([]);
  });

  test("notices that another writer took the weights away again", async () => {
    const write = traffic.write.bind(traffic);
    traffic.write = async (weights, timeoutMs) => {
      await write(weights, timeoutMs);
      traffic.weights = { blue: 50, green: 50 };
    };
    await expect(shiftTraffic({ traffic, store, now, sleep, guardAlarm }, "green")).rejects.toThrow(
      "does not show",
    );
  });

  test("does not bring traffic home to a side that cannot take it", async () => {
    await shiftTraffic({ traffic, store, now, sleep, guardAlarm }, "green");
    traffic.healthy.blue = 0;
    await expect(returnTraffic({ traffic, store, now, sleep })).rejects.toThrow(
      "no healthy target",
    );
    expect(traffic.weights).toEqual(allOn("green"));
  });

  test("leaves a latch alone that came after the one it looked at", async () => {
    store.record = latched(initialRecord("checkout"), "green", "blue", reversion);
    const later = { ...reversion, id: "r2" };
    const look = async (): Promise<string> => {
      store.record = {
        ...latched(store.record, "green", "blue", later),
        version: store.record.version + 1,
      };
      return "OK";
    };
    await clearLatch({ store }, look);
    expect(store.record.latch?.reversionId).toBe("r2");
  });

  test("brings all traffic home and ends the rollout", async () => {
    await shiftTraffic({ traffic, store, now, sleep, guardAlarm }, "green");
    await returnTraffic({ traffic, store, now, sleep });
    expect(traffic.weights).toEqual(allOn("blue"));
    expect(store.record).toMatchObject({ candidate: null, phase: "idle" });
  });

  test("clears a latch only while the slot's alarm is OK", async () => {
    store.record = latched(initialRecord("checkout"), "green", "blue", reversion);
    const before = store.record;
    await expect(clearLatch({ store }, async () => "ALARM")).rejects.toThrow("is ALARM");
    expect(store.record).toEqual(before);
    await clearLatch({ store }, async () => "OK");
    expect(store.record).toEqual({ ...unlatched(before), version: before.version + 1 });
  });
});
