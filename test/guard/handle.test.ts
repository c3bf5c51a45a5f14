import { beforeEach, describe, expect, test } from "vitest";
import { type GuardPorts, handleAlarm } from "../../guard/handle.ts";
import { initialRecord, latched, shiftBegun, shiftDone } from "../../guard/record.ts";
import type { Reversion } from "../../guard/reversion.ts";
import { allOn } from "../../guard/slot.ts";
import { memoryStore, memoryTraffic, type MemoryStore, type MemoryTraffic } from "./memory.ts";

const START = Date.parse("2026-01-01T00:00:00.000Z");
const ARMED = { openWriteUntil: null, armedAt: "2025-12-31T23:59:00.000Z" };

function alarmEvent(name = "checkout-green", value = "ALARM"): unknown {
  return {
    source: "aws.cloudwatch",
    alarmArn: `arn:aws:cloudwatch:us-east-1:000000000000:alarm:${name}`,
    alarmData: {
      alarmName: name,
      state: { value, reason: "too many errors", timestamp: "2026-01-01T00:00:00.000+0000" },
      configuration: { alarmRule: "…" },
    },
  };
}

describe("the guard, called by an alarm of the candidate in bake", () => {
  let nowMs: number;
  let traffic: MemoryTraffic;
  let store: MemoryStore;
  let told: Reversion[];
  let ports: GuardPorts;

  beforeEach(() => {
    nowMs = START;
    traffic = memoryTraffic(allOn("green"));
    store = memoryStore(shiftDone(shiftBegun(initialRecord("checkout"), "green", ARMED)));
    told = [];
    ports = {
      environment: "checkout",
      slotOfAlarm: (name) =>
        name === "checkout-green" ? "green" : name === "checkout-blue" ? "blue" : undefined,
      traffic,
      store,
      alarmStateOf: async () => "OK",
      notify: async (_subject, reversion) => void told.push(reversion),
      now: () => nowMs,
      sleep: async (ms) => void (nowMs += ms),
      log: () => {},
    };
  });

  test("moves the weights back, latches, records and tells people", async () => {
    traffic.sticky = true;
    const reversion = await handleAlarm(alarmEvent(), ports);
    expect(reversion).toMatchObject({
      outcome: "reverted",
      weightsBefore: allOn("green"),
      weightsAfter: allOn("blue"),
    });
    expect(traffic).toMatchObject({ weights: allOn("blue"), sticky: false });
    expect(store.record).toMatchObject({
      stable: "blue",
      candidate: null,
      phase: "idle",
      latch: { slot: "green", reversionId: reversion.id },
    });
    expect(store.written).toEqual([reversion]);
    expect(told).toEqual([reversion]);
  });

  test("does nothing twice when the same event comes twice", async () => {
    await handleAlarm(alarmEvent(), ports);
    const again = await handleAlarm(alarmEvent(), ports);
    expect(again.outcome).toBe("already-home");
    expect(traffic.writes).toHaveLength(1);
    expect(told).toHaveLength(1);
  });

  test("an event that Lambda held up since before this candidate does not touch it", async () => {
    store.record = { ...store.record, armedAt: "2026-01-01T00:00:20.000Z" };
    const late = await handleAlarm(alarmEvent(), ports);
    expect(late).toMatchObject({ outcome: "notified", why: expect.stringContaining("late event") });
    expect(traffic.weights).toEqual(allOn("green"));
    expect(told).toHaveLength(1);
  });

  test("reverts with the record store down", async () => {
    store.down = true;
    const reversion = await handleAlarm(alarmEvent(), ports);
    expect(reversion.outcome).toBe("reverted");
    expect(traffic.weights).toEqual(allOn("blue"));
    expect(told).toHaveLength(1);
  });

  test("writes it down late when the record store comes back, as it was", async () => {
    store.down = true;
    const sleep = ports.sleep;
    ports = {
      ...ports,
      sleep: async (ms) => {
        await sleep(ms);
        if (told.length > 0 && nowMs > START + 5_000) store.down = false;
      },
    };
    const reversion = await handleAlarm(alarmEvent(), ports);
    expect(nowMs).toBeGreaterThan(START + 5_000);
    expect(store.written).toMatchObject([reversion]);
    expect(Date.parse(reversion.verifiedAt ?? "")).toBeLessThan(START + 1_000);
    expect(store.record).toMatchObject({
      candidate: null,
      latch: { slot: "green", reversionId: reversion.id },
    });
    expect(told).toHaveLength(1);
  });

  test("late, it puts back what it moved from a slot that turns out to be the stable one", async () => {
    store.record = { ...initialRecord("checkout"), stable: "green" };
    store.down = true;
    const sleep = ports.sleep;
    ports = {
      ...ports,
      sleep: async (ms) => {
        await sleep(ms);
        if (told.length > 0) store.down = false;
      },
    };
    const reversion = await handleAlarm(alarmEvent(), ports);
    expect(reversion).toMatchObject({ outcome: "notified", weightsAfter: allOn("green") });
    expect(traffic.weights).toEqual(allOn("green"));
    expect(store.record.latch).toBeNull();
  });

  test("late, it latches nothing that another rollout has begun meanwhile", async () => {
    store.down = true;
    const sleep = ports.sleep;
    const later = { openWriteUntil: null, armedAt: "2026-01-01T00:00:30.000Z" };
    ports = {
      ...ports,
      sleep: async (ms) => {
        await sleep(ms);
        if (told.length === 0) return;
        store.down = false;
        store.record = shiftDone(shiftBegun(initialRecord("checkout"), "green", later));
      },
    };
    await handleAlarm(alarmEvent(), ports);
    expect(store.record).toMatchObject({ candidate: "green", latch: null });
    expect(store.written).toHaveLength(1);
  });

  test("reverts although nobody can be told", async () => {
    ports = { ...ports, notify: () => Promise.reject(new Error("no such topic")) };
    await handleAlarm(alarmEvent(), ports);
    expect(traffic.weights).toEqual(allOn("blue"));
    expect(store.record.latch?.slot).toBe("green");
  });

  test("tries a throttled write again", async () => {
    let failures = 2;
    traffic.beforeWrite = () => {
      if (failures-- > 0) throw new Error("Rate exceeded");
    };
    expect((await handleAlarm(alarmEvent(), ports)).outcome).toBe("reverted");
    expect(traffic.weights).toEqual(allOn("blue"));
  });

  test("says that it failed, and fails the invocation, when the weights cannot be moved", async () => {
    traffic.beforeWrite = () => {
      throw new Error("AccessDenied");
    };
    await expect(handleAlarm(alarmEvent(), ports)).rejects.toThrow("AccessDenied");
    expect(store.written).toMatchObject([{ outcome: "failed" }]);
    expect(store.record.latch).toBeNull();
  });

  test("refuses a side without healthy targets, says so, and asks to be called again", async () => {
    traffic.healthy.blue = 0;
    await expect(handleAlarm(alarmEvent(), ports)).rejects.toThrow(
      "slot blue has no healthy target",
    );
    expect(store.written).toMatchObject([{ outcome: "refused" }]);
    expect(traffic.writes).toEqual([]);
    expect(told).toHaveLength(1);
    traffic.healthy.blue = 1;
    expect((await handleAlarm(alarmEvent(), ports)).outcome).toBe("reverted");
  });

  test("only tells people when the stable slot alarms", async () => {
    expect((await handleAlarm(alarmEvent("checkout-blue"), ports)).outcome).toBe("notified");
    expect(traffic.weights).toEqual(allOn("green"));
  });

  test("undoes a rollout's write that lands after the reversion", async () => {
    const openUntil = new Date(START + 3_000).toISOString();
    store.record = shiftBegun(store.record, "green", { ...ARMED, openWriteUntil: openUntil });
    ports = {
      ...ports,
      // The stalled write of the rollout lands while the guard waits for its deadline to pass.
      sleep: async (ms) => {
        nowMs += ms;
        traffic.weights = allOn("green");
      },
    };
    await handleAlarm(alarmEvent(), ports);
    expect(nowMs).toBeGreaterThan(Date.parse(openUntil));
    expect(traffic.weights).toEqual(allOn("blue"));
  });

  test("latches over a rollout that writes the record at the same moment", async () => {
    traffic.beforeWrite = () => {
      store.record = { ...store.record, version: store.record.version + 1 };
    };
    await handleAlarm(alarmEvent(), ports);
    expect(store.record.latch?.slot).toBe("green");
  });

  test("tries a throttled read again, and says so when it goes on", async () => {
    const read = traffic.read.bind(traffic);
    let failures = 2;
    traffic.read = async () => {
      if (failures-- > 0) throw new Error("Rate exceeded");
      return read();
    };
    expect((await handleAlarm(alarmEvent(), ports)).outcome).toBe("reverted");

    traffic.read = () => Promise.reject(new Error("Rate exceeded"));
    await expect(handleAlarm(alarmEvent(), ports)).rejects.toThrow("Rate exceeded");
    expect(store.written.at(-1)).toMatchObject({ outcome: "failed" });
  });

  test("takes a read that is older than the write for what it is", async () => {
    const read = traffic.read.bind(traffic);
    const before = await read();
    let stale = 3;
    traffic.read = async () => (traffic.writes.length > 0 && stale-- > 0 ? before : read());
    expect((await handleAlarm(alarmEvent(), ports)).outcome).toBe("reverted");
    expect(traffic.writes).toHaveLength(1);
  });

  test("latches what it wrote, even when it cannot see it", async () => {
    const before = await traffic.read();
    traffic.read = async () => before;
    await expect(handleAlarm(alarmEvent(), ports)).rejects.toThrow("other weights");
    expect(store.record.latch?.slot).toBe("green");
    expect(store.written).toMatchObject([{ outcome: "failed" }]);
  });

  test("a retry records and tells what the first call had no time for", async () => {
    const put = store.putReversion.bind(store);
    store.putReversion = () => Promise.reject(new Error("cut short"));
    ports = { ...ports, notify: () => Promise.reject(new Error("cut short")) };
    await handleAlarm(alarmEvent(), ports);
    store.putReversion = put;
    ports = { ...ports, notify: async (_subject, reversion) => void told.push(reversion) };
    await handleAlarm(alarmEvent(), ports);
    expect(store.written).toMatchObject([{ id: store.record.latch?.reversionId }]);
    expect(told).toHaveLength(1);
  });

  test("without the record it does not send traffic to and fro when both sides alarm", async () => {
    store.down = true;
    ports = { ...ports, alarmStateOf: async () => "ALARM" };
    await expect(handleAlarm(alarmEvent(), ports)).rejects.toThrow("the better one");
    expect(traffic.weights).toEqual(allOn("green"));
  });

  test("puts back what it moved blindly when the record says that it was wrong", async () => {
    const green = initialRecord("checkout");
    store.record = latched(green, "green", "blue", { id: "r0", reason: "bad", at: "" });
    traffic.weights = allOn("blue");
    const read = store.read.bind(store);
    let failures = 3;
    store.read = async () => {
      if (failures-- > 0) throw new Error("cold start");
      return read();
    };
    const reversion = await handleAlarm(alarmEvent("checkout-blue"), ports);
    expect(reversion.outcome).toBe("notified");
    expect(traffic.weights).toEqual(allOn("blue"));
    expect(store.record.latch).toMatchObject({ slot: "green", reversionId: "r0" });
  });

  test.each([
    ["something else", { source: "aws.s3" }, /source/],
    ["an alarm of somebody else", alarmEvent("billing"), /belongs to no slot/],
  ])("refuses %s", async (_what, event, message) => {
    await expect(handleAlarm(event, ports)).rejects.toThrow(message);
    expect(traffic.writes).toEqual([]);
  });
});
