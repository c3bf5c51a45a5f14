/** What the guard writes down of the signals, and that nothing waits for it. */
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { SlotAlarms } from "../../guard/alarms.ts";
import { type GuardPorts, handleAlarm } from "../../guard/handle.ts";
import { handleSentinel } from "../../guard/handleSentinel.ts";
import {
  environmentRecordSchema,
  explained,
  initialRecord,
  shiftBegun,
  shiftDone,
} from "../../guard/record.ts";
import { type Reversion, reversionSchema } from "../../guard/reversion.ts";
import { NO_HOOKS } from "../../guard/rollout/hooks.ts";
import { completed, type Rollout } from "../../guard/rollout/rollout.ts";
import { shiftOf } from "../../guard/sentinelEvent.ts";
import { parsePolicy } from "../../guard/signalPolicy.ts";
import { allOn } from "../../guard/slot.ts";
import { memoryStore, memoryTraffic, type MemoryStore, type MemoryTraffic } from "./memory.ts";
import { slotAlarms } from "./slotAlarms.ts";

const START = Date.parse("2026-01-01T00:00:00.000Z");
const ROLLOUT: Rollout = {
  id: "r1",
  release: "shop:2",
  steps: completed([{ weight: 5, bakeMs: 300_000, gate: false }]),
  onBad: "revert",
  minimumRequests: 50,
  decideWithinMs: 900_000,
  onDeadline: "abort",
  warmMs: 0,
  startedAt: "2025-12-31T23:59:00.000Z",
  step: 0,
  stepAt: "2025-12-31T23:59:00.000Z",
  paused: null,
  approved: false,
  hooks: NO_HOOKS,
};
const BAKING = shiftDone(
  shiftBegun(initialRecord("checkout"), "green", {
    openWriteUntil: null,
    armedAt: "2025-12-31T23:59:00.000Z",
    rollout: ROLLOUT,
  }),
  ROLLOUT.stepAt,
);
const COMPOSITE_SAYS = "checkout-green-errors transitioned to ALARM";

const alarmEvent = (name = "checkout-green"): object => ({
  source: "aws.cloudwatch",
  alarmArn: `arn:aws:cloudwatch:us-east-1:000000000000:alarm:${name}`,
  alarmData: {
    alarmName: name,
    state: {
      value: "ALARM",
      reason: COMPOSITE_SAYS,
      timestamp: "2026-01-01T00:00:00.000+0000",
    },
  },
});

describe("a reversion is explained", () => {
  let order: string[];
  let traffic: MemoryTraffic;
  let store: MemoryStore;
  let told: Reversion[];
  let alarms: SlotAlarms;
  let ports: GuardPorts;

  beforeEach(() => {
    let nowMs = START;
    order = [];
    told = [];
    traffic = memoryTraffic({ blue: 95, green: 5 });
    traffic.beforeWrite = () => void order.push("weights");
    store = memoryStore(BAKING);
    const found = slotAlarms("green");
    alarms = {
      ...found,
      policy: parsePolicy("latency=vote:2 latencyRatio=vote votesNeeded=3").policy,
      errors: { ...found.errors, state: "ALARM", reason: "30 % fail", value: 30 },
      latency: { ...found.latency, state: "ALARM", reason: "2 s", value: 2 },
    };
    ports = {
      environment: "checkout",
      slotOfAlarm: (name) => (name === "checkout-green" ? "green" : "blue"),
      traffic,
      store,
      alarmStateOf: async () => "OK",
      signals: async (slot) => {
        order.push(`signals of ${slot}`);
        return alarms;
      },
      notify: async (_subject, reversion) => void told.push(reversion),
      now: () => nowMs,
      sleep: async (ms) => void (nowMs += ms),
      log: () => {},
    };
  });

  test("signal by signal, in the audit trail, the latch and the rollout that it ended", async () => {
    const { explanation } = await handleAlarm(alarmEvent(), ports);
    expect(explanation).toMatchObject({
      verdict: "errors is in ALARM and reverts alone; latency is in ALARM: 2 of the 3 votes needed",
      policy: "latency=vote:2 latencyRatio=vote:1 votesNeeded=3",
      votesNeeded: 3,
      sentinel: null,
      problem: null,
    });
    expect(explanation?.signals).toEqual([
      {
        signal: "errors",
        alarm: "checkout-green-errors",
        state: "ALARM",
        reason: "30 % fail",
        value: 30,
        threshold: 5,
        unit: "%",
        breaches: "above",
        role: "immediate",
        votes: null,
      },
      expect.objectContaining({ signal: "unhealthy", state: "OK", breaches: "below" }),
      expect.objectContaining({ signal: "latency", value: 2, unit: "s", role: "vote", votes: 2 }),
      expect.objectContaining({ signal: "latencyRatio", value: null, role: "vote", votes: 1 }),
    ]);
    expect(store.written).toMatchObject([{ outcome: "reverted", explanation }]);
    expect(told).toMatchObject([{ explanation }]);
    expect(store.record).toMatchObject({
      latch: { slot: "green", explanation },
      lastRollout: { id: "r1", ended: "reverted", explanation },
    });
    expect(environmentRecordSchema.parse(JSON.parse(JSON.stringify(store.record)))).toEqual(
      store.record,
    );
  });

  test("once the weights are written, not before", async () => {
    await handleAlarm(alarmEvent(), ports);
    expect(order).toEqual(["weights", "signals of green"]);
  });

  test("with the alarm's own reason in the latch", async () => {
    await handleAlarm(alarmEvent(), ports);
    const why = `slot green alarms while it is the candidate (baking): ${COMPOSITE_SAYS}`;
    expect(store.record).toMatchObject({ latch: { reason: why }, lastRollout: { why } });
  });

  test.each<[what: string, signals: NonNullable<GuardPorts["signals"]>, told: RegExp]>([
    ["an error", () => Promise.reject(new Error("Rate exceeded")), /not be read: Rate exceeded/],
    ["no answer", () => new Promise(() => {}), /not be read: no answer within 2000 ms/],
  ])("or says why it cannot be, after %s", async (_what, signals, problem) => {
    vi.useFakeTimers();
    const handled = handleAlarm(alarmEvent(), { ...ports, signals });
    await vi.advanceTimersByTimeAsync(60_000);
    vi.useRealTimers();
    const { explanation, outcome } = await handled;
    expect(outcome).toBe("reverted");
    expect(explanation).toMatchObject({
      problem: expect.stringMatching(problem),
      verdict: `checkout-green asked: ${COMPOSITE_SAYS}`,
      signals: [],
    });
    expect(store.record.latch).toMatchObject({ slot: "green", explanation });
  });

  test("when the alarm was over by then, as that", async () => {
    alarms = slotAlarms("green");
    const { explanation } = await handleAlarm(alarmEvent(), ports);
    expect(explanation?.verdict).toBe(
      `no signal is in ALARM any more; but checkout-green asked: ${COMPOSITE_SAYS}`,
    );
  });

  test("by a retry too, when the first call died after its latch", async () => {
    await handleAlarm(alarmEvent(), { ...ports, signals: () => Promise.reject(new Error("died")) });
    const { latch } = store.record;
    expect(latch?.explanation?.problem).toContain("died");
    store.record = { ...store.record, latch: latch && { ...latch, explanation: null } };
    await handleAlarm(alarmEvent(), ports);
    expect(store.record.latch?.explanation).toMatchObject({ problem: null });
  });

  test("and a later latch keeps its own", async () => {
    const notify: GuardPorts["notify"] = async () => {
      const { latch } = store.record;
      store.record = { ...store.record, latch: latch && { ...latch, reversionId: "another" } };
    };
    await handleAlarm(alarmEvent(), { ...ports, notify });
    const kept = store.record;
    expect(kept.latch).toMatchObject({ reversionId: "another", explanation: null });
    const { explanation } = store.written[0] ?? {};
    expect(explanation && explained(kept, "the first", explanation)).toEqual(kept);
  });

  test("by the sentinel's evidence, where a sentinel called", async () => {
    const evidence = { eValue: 5_000, needed: 4_000, why: "9 of 20 failed" };
    const event = { source: "backout.sentinel", slot: "green", shift: shiftOf(BAKING), evidence };
    alarms = slotAlarms("green");
    const call = handleSentinel({ ...event, at: "2026-01-01T00:00:00.000Z" }, ports);
    expect((await call).explanation).toMatchObject({
      verdict: "the sentinel reverts alone, whatever the alarms say: 9 of 20 failed",
      sentinel: evidence,
    });
    expect(store.record.latch?.reason).toMatch(/bad by its sentinel.*: 9 of 20 failed$/);
  });

  test("and so is an alarm that moved nothing", async () => {
    const notified = await handleAlarm(alarmEvent("checkout-blue"), ports);
    expect(notified).toMatchObject({ outcome: "notified", explanation: { problem: null } });
    expect(traffic.writes).toEqual([]);
  });

  test("an entry and a record that were written before can be read", async () => {
    const written = await handleAlarm(alarmEvent(), ports);
    const { explanation: _none, ...entry } = written;
    expect(reversionSchema.parse(entry)).toEqual({ ...written, explanation: null });
    const { latch, lastRollout, ...rest } = JSON.parse(JSON.stringify(store.record));
    delete latch.explanation;
    delete lastRollout.explanation;
    expect(environmentRecordSchema.parse({ ...rest, latch, lastRollout })).toMatchObject({
      latch: { explanation: null },
      lastRollout: { explanation: null },
    });
  });

  test("and the traffic comes home although nothing can be written", async () => {
    store.down = true;
    expect((await handleAlarm(alarmEvent(), ports)).outcome).toBe("reverted");
    expect(traffic.weights).toEqual(allOn("blue"));
  });
});
