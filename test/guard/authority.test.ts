import { beforeEach, describe, expect, test } from "vitest";
import { clearLatch, returnTraffic, shiftTraffic } from "../../guard/authority.ts";
import { initialRecord, latched, unlatched } from "../../guard/record.ts";
import { allOn } from "../../guard/slot.ts";
import { memoryStore, memoryTraffic, type MemoryStore, type MemoryTraffic } from "./memory.ts";

const reversion = { id: "r1", reason: "errors", at: "2026-01-01T00:00:00.000Z" };

const now = (): number => Date.parse("2026-01-01T00:00:00.000Z");

describe("the traffic authority", () => {
  let traffic: MemoryTraffic;
  let store: MemoryStore;
  beforeEach(() => {
    traffic = memoryTraffic();
    store = memoryStore();
  });

  test("moves traffic to the candidate and leaves it there in bake", async () => {
    await shiftTraffic({ traffic, store, now }, "green");
    expect(traffic.weights).toEqual(allOn("green"));
    expect(store.record).toMatchObject({
      stable: "blue",
      candidate: "green",
      phase: "baking",
      openWriteUntil: null,
    });
  });

  test("says in the record until when its write may land, before it writes", async () => {
    let openWriteUntil: string | null = null;
    traffic.beforeWrite = () => {
      openWriteUntil = store.record.openWriteUntil;
    };
    await shiftTraffic({ traffic, store, now }, "green");
    expect(openWriteUntil).toBe("2026-01-01T00:00:05.000Z");
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
    await expect(shiftTraffic({ traffic, store, now }, "green")).rejects.toThrow("came first");
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
    await expect(shiftTraffic({ traffic, store, now }, "green")).rejects.toThrow(message);
    expect(traffic.writes).toEqual([]);
  });

  test("notices that another writer took the weights away again", async () => {
    const write = traffic.write.bind(traffic);
    traffic.write = async (weights, timeoutMs) => {
      await write(weights, timeoutMs);
      traffic.weights = { blue: 50, green: 50 };
    };
    await expect(shiftTraffic({ traffic, store, now }, "green")).rejects.toThrow("50");
  });

  test("does not bring traffic home to a side that cannot take it", async () => {
    await shiftTraffic({ traffic, store, now }, "green");
    traffic.healthy.blue = 0;
    await expect(returnTraffic({ traffic, store, now })).rejects.toThrow("no healthy target");
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
    await shiftTraffic({ traffic, store, now }, "green");
    await returnTraffic({ traffic, store, now });
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
