import { beforeEach, describe, expect, test } from "vitest";
import type { GuardPorts } from "../../guard/handle.ts";
import { handleSentinel } from "../../guard/handleSentinel.ts";
import { initialRecord, shiftBegun, shiftDone } from "../../guard/record.ts";
import type { Reversion } from "../../guard/reversion.ts";
import { shiftOf } from "../../guard/sentinelEvent.ts";
import { allOn } from "../../guard/slot.ts";
import { memoryStore, memoryTraffic, type MemoryStore, type MemoryTraffic } from "./memory.ts";

const START = Date.parse("2026-01-01T00:00:00.000Z");
/** Of CloudWatch's clock: in a lab that runs faster it is ahead of every sidecar's. */
const ARMED = { openWriteUntil: null, armedAt: "2026-01-01T05:00:00.000Z" };
const baking = shiftDone(shiftBegun(initialRecord("checkout"), "green", ARMED));

function sentinelEvent(slot = "green", shift = shiftOf(baking)): object {
  const evidence = { eValue: 5_000, needed: 4_000, why: "9 of 20 of the candidate's failed" };
  return { source: "backout.sentinel", slot, shift, evidence, at: "2026-01-01T00:00:00.000Z" };
}

describe("the guard, called by a sentinel", () => {
  let traffic: MemoryTraffic;
  let store: MemoryStore;
  let told: Reversion[];
  let ports: GuardPorts;

  beforeEach(() => {
    let nowMs = START;
    traffic = memoryTraffic(allOn("green"));
    store = memoryStore(baking);
    told = [];
    ports = {
      environment: "checkout",
      slotOfAlarm: () => undefined,
      traffic,
      store,
      alarmStateOf: async () => "OK",
      notify: async (_subject, reversion) => void told.push(reversion),
      now: () => nowMs,
      sleep: async (ms) => void (nowMs += ms),
      log: () => {},
    };
  });

  test("reverts the candidate, latches, and records the evidence", async () => {
    const reversion = await handleSentinel(sentinelEvent(), ports);
    expect(reversion).toMatchObject({
      outcome: "reverted",
      path: "sentinel",
      why: "slot green is bad by its sentinel while it is the candidate (baking)",
      alarm: {
        name: "checkout-green-sentinel",
        slot: "green",
        stateAt: "2026-01-01T00:00:00.000Z",
        reason: "9 of 20 of the candidate's failed",
      },
    });
    expect(traffic.weights).toEqual(allOn("blue"));
    expect(store.record.latch).toMatchObject({ slot: "green", reversionId: reversion.id });
    expect(told).toEqual([reversion]);
  });

  test("does nothing twice", async () => {
    await handleSentinel(sentinelEvent(), ports);
    expect((await handleSentinel(sentinelEvent(), ports)).outcome).toBe("already-home");
    expect(traffic.writes).toHaveLength(1);
  });

  test.each([
    ["the stable slot", "blue", shiftOf(baking)],
    ["a candidate of another shift", "green", "green r1 unarmed"],
  ])("moves nothing away from %s", async (_what, slot, shift) => {
    const reversion = await handleSentinel(sentinelEvent(slot, shift), ports);
    expect(reversion.outcome).toBe("notified");
    expect(traffic.writes).toEqual([]);
  });

  test("moves nothing once the candidate was promoted", async () => {
    store.record = initialRecord("checkout", "green");
    expect((await handleSentinel(sentinelEvent(), ports)).outcome).toBe("notified");
    expect(traffic.writes).toEqual([]);
  });

  test("moves nothing while the record, or the other side, is not there; Lambda calls again", async () => {
    traffic.healthy.blue = 0;
    await expect(handleSentinel(sentinelEvent(), ports)).rejects.toThrow("no healthy target");
    traffic.healthy.blue = 1;
    store.read = () => Promise.reject(new Error("down"));
    await expect(handleSentinel(sentinelEvent(), ports)).rejects.toThrow("is it the candidate?");
    expect(traffic.writes).toEqual([]);
  });
});
