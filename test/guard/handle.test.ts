import { beforeEach, describe, expect, test } from "vitest";
import { type GuardPorts, handleAlarm } from "../../guard/handle.ts";
import { initialRecord, shiftBegun, shiftDone } from "../../guard/record.ts";
import type { Reversion } from "../../guard/reversion.ts";
import { allOn } from "../../guard/slot.ts";
import { memoryStore, memoryTraffic, type MemoryStore, type MemoryTraffic } from "./memory.ts";

const START = Date.parse("2026-01-01T00:00:00.000Z");

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
    store = memoryStore(shiftDone(shiftBegun(initialRecord("checkout"), "green", "")));
    told = [];
    ports = {
      environment: "checkout",
      slotOfAlarm: (name) =>
        name === "checkout-green" ? "green" : name === "checkout-blue" ? "blue" : undefined,
      traffic,
      store,
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

  test("reverts with the record store down", async () => {
    store.down = true;
    const reversion = await handleAlarm(alarmEvent(), ports);
    expect(reversion.outcome).toBe("reverted");
    expect(traffic.weights).toEqual(allOn("blue"));
    expect(told).toHaveLength(1);
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

  test("refuses a side without healthy targets, and says so", async () => {
    traffic.healthy.blue = 0;
    const reversion = await handleAlarm(alarmEvent(), ports);
    expect(reversion).toMatchObject({ outcome: "refused" });
    expect(reversion.why).toContain("slot blue has no healthy target");
    expect(traffic.writes).toEqual([]);
    expect(told).toHaveLength(1);
  });

  test("only tells people when the stable slot alarms", async () => {
    expect((await handleAlarm(alarmEvent("checkout-blue"), ports)).outcome).toBe("notified");
    expect(traffic.weights).toEqual(allOn("green"));
  });

  test("undoes a rollout's write that lands after the reversion", async () => {
    const openUntil = new Date(START + 3_000).toISOString();
    store.record = shiftBegun(store.record, "green", openUntil);
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

  test.each([
    ["something else", { source: "aws.s3" }, /source/],
    ["an alarm of somebody else", alarmEvent("billing"), /belongs to no slot/],
  ])("refuses %s", async (_what, event, message) => {
    await expect(handleAlarm(event, ports)).rejects.toThrow(message);
    expect(traffic.writes).toEqual([]);
  });
});
