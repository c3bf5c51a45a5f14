import { describe, expect, it } from "vitest";
import { assess, type Readings } from "../../../drills/preflight/preflight.ts";
import { initialRecord } from "../../../guard/record.ts";
import { allOn } from "../../../guard/slot.ts";
import type { SidecarReport } from "../../../sidecar/lease.ts";
import { slotAlarms } from "../../guard/slotAlarms.ts";

const NOW = Date.parse("2026-03-14T09:00:00.000Z");
const iso = (ms: number): string => new Date(ms).toISOString();

function report(leaseId: string | null, ageMs = 0): SidecarReport {
  return {
    schemaVersion: 1,
    slot: "green",
    sidecarId: "s1",
    leaseId,
    activeSince: null,
    injected: 0,
    reportedAt: iso(NOW - ageMs),
  };
}

const lease = (expiresMs: number) => ({
  schemaVersion: 1 as const,
  slot: "green" as const,
  leaseId: "L",
  holder: "run-7",
  fault: { kind: "errors" as const, share: 1, status: 500 },
  expiresAt: iso(expiresMs),
});

const LATENCY = slotAlarms("green").latency;
const READY: Readings = {
  record: initialRecord("checkout"),
  live: { weights: allOn("blue"), sticky: false },
  healthyTargets: { blue: 1, green: 2 },
  alarms: { blue: slotAlarms("blue"), green: slotAlarms("green") },
  leases: [],
  reports: { blue: [], green: [report(null)] },
  wallMs: NOW,
};

describe("preflight", () => {
  it("finds nothing wrong with an environment at rest", () => {
    expect(assess(READY)).toEqual({ blocking: [], passing: [] });
  });

  const latch = {
    slot: "green" as const,
    reason: "bad",
    reversionId: "r",
    at: iso(NOW),
    explanation: null,
  };
  const shifting = { ...READY.record, candidate: "green" as const, phase: "shifting" as const };
  it.each<[string, Partial<Readings>, RegExp]>([
    ["a latch", { record: { ...READY.record, latch } }, /green is latched .*backout env unlatch/],
    ["a rollout", { record: shifting }, /rollout of slot green is shifting/],
    ["drifted weights", { live: { weights: { blue: 63, green: 37 }, sticky: false } }, /blue 63/],
    ["a lease", { leases: [lease(NOW + 1)] }, /fault of run run-7 until/],
  ])("%s blocks: waiting would not help", (_what, readings, sentence) => {
    const found = assess({ ...READY, ...readings });
    expect(found.blocking).toEqual([expect.stringMatching(sentence)]);
    expect(found.passing).toEqual([]);
  });

  it.each<[string, Partial<Readings>, RegExp]>([
    ["the candidate is unhealthy", { healthyTargets: { blue: 1, green: 0 } }, /slot green has no/],
    ["the way home is unhealthy", { healthyTargets: { blue: 0, green: 1 } }, /slot blue has no/],
    [
      "an alarm that has not spoken yet",
      {
        alarms: {
          blue: slotAlarms("blue"),
          green: slotAlarms("green", { state: "INSUFFICIENT_DATA" }),
        },
      },
      /checkout-green is INSUFFICIENT_DATA/,
    ],
    [
      "an alarm of the stable slot",
      { alarms: { blue: slotAlarms("blue", { state: "ALARM" }), green: slotAlarms("green") } },
      /checkout-blue is ALARM/,
    ],
    [
      "a signal below the guard alarm",
      {
        alarms: {
          blue: slotAlarms("blue"),
          green: { ...slotAlarms("green"), latency: { ...LATENCY, state: "ALARM" } },
        },
      },
      /checkout-green-latency is ALARM/,
    ],
    ["no sidecar", { reports: { blue: [], green: [] } }, /no fault sidecar of slot green/],
    [
      "a silent sidecar",
      { reports: { blue: [], green: [report(null, 60_000)] } },
      /no fault sidecar/,
    ],
    [
      "a sidecar still at it",
      { reports: { blue: [], green: [report("M")] } },
      /still obeys lease M/,
    ],
  ])("%s may pass: it is waited for", (_what, readings, sentence) => {
    const found = assess({ ...READY, ...readings });
    expect(found.passing).toEqual([expect.stringMatching(sentence)]);
    expect(found.blocking).toEqual([]);
  });

  it("a lease that has expired is no fault any more", () => {
    expect(assess({ ...READY, leases: [lease(NOW)] }).blocking).toEqual([]);
  });
});
