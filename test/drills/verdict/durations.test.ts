import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clockErrors, durations } from "../../../drills/verdict/durations.ts";
import {
  durationsSchema,
  TIMELINE_EVENTS,
  type TimelineEvent,
  type TimelineEventName,
} from "../../../drills/verdict/record.ts";

const START_MS = Date.parse("2026-03-14T09:00:00.000Z");

function event(name: TimelineEventName, atMs: number): TimelineEvent {
  const at = new Date(START_MS + atMs).toISOString();
  return { event: name, at, wallAt: at, source: "runner", resolutionMs: 1 };
}

function timeline(stamps: Partial<Record<TimelineEventName, number>>): TimelineEvent[] {
  return TIMELINE_EVENTS.flatMap((name) => {
    const atMs = stamps[name];
    return atMs === undefined ? [] : [event(name, atMs)];
  });
}

const WHOLE = {
  "fault.injected": 0,
  "impact.first": 90,
  "alarm.transitioned": 71_000,
  "reversion.decided": 71_700,
  "weights.written": 72_000,
  "weights.verified": 72_400,
  "impact.last": 72_500,
  "recovery.sustained": 132_600,
};

describe("durations", () => {
  it("splits recovery into parts that sum to the total", () => {
    expect(durations(timeline(WHOLE))).toEqual({
      detect: 71_000,
      decide: 700,
      revert: 700,
      recover: 100,
      total: 72_500,
    });
  });

  it("recover is 0 when the last bad response came before the weights were read back", () => {
    const parts = durations(timeline({ ...WHOLE, "impact.last": 72_100 }));
    expect(parts).toMatchObject({ recover: 0, total: 72_400 });
  });

  it.each<[TimelineEventName, string[]]>([
    ["fault.injected", ["detect", "total"]],
    ["alarm.transitioned", ["detect", "decide", "total"]],
    ["reversion.decided", ["decide", "revert", "total"]],
    ["weights.verified", ["revert", "recover", "total"]],
    ["impact.last", ["recover", "total"]],
  ])("without %s, %j are unknown", (missing, unknown) => {
    const parts = durations(timeline(WHOLE).filter((entry) => entry.event !== missing));
    const nulls = Object.entries(parts).flatMap(([name, value]) => (value === null ? [name] : []));
    expect(nulls).toEqual(unknown);
  });

  it("for all honest timelines: whole, never negative, and exactly the total", () => {
    const gap = fc.integer({ min: 0, max: 10_000_000 });
    fc.assert(
      fc.property(gap, gap, gap, fc.integer({ min: -1_000, max: 10_000_000 }), (a, b, c, d) => {
        const parts = durations(
          timeline({
            "fault.injected": 0,
            "alarm.transitioned": a,
            "reversion.decided": a + b,
            "weights.verified": a + b + c,
            "impact.last": Math.max(0, a + b + c + d),
          }),
        );
        expect(durationsSchema.parse(parts)).toEqual(parts);
        const { detect, decide, revert, recover, total } = parts;
        expect([detect, decide, revert, recover]).toEqual([a, b, c, Math.max(0, d)]);
        expect(total).toBe(a + b + c + Math.max(0, d));
      }),
    );
  });
});

describe("clock errors", () => {
  it("an honest timeline has none, also when the last bad response came early", () => {
    expect(clockErrors(timeline(WHOLE))).toEqual([]);
    expect(clockErrors(timeline({ ...WHOLE, "impact.last": 5_000 }))).toEqual([]);
  });

  it("equal stamps are no error: clocks have a resolution", () => {
    expect(clockErrors(timeline({ "fault.injected": 5, "alarm.transitioned": 5 }))).toEqual([]);
  });

  it.each<[string, Partial<Record<TimelineEventName, number>>]>([
    ["alarm.transitioned is stamped 1 ms before fault.injected", { "alarm.transitioned": -1 }],
    ["impact.first is stamped 3 ms before fault.injected", { "impact.first": -3 }],
    [
      "reversion.decided is stamped 1000 ms before alarm.transitioned",
      { "reversion.decided": 70_000 },
    ],
    ["weights.verified is stamped 1 ms before weights.written", { "weights.verified": 71_999 }],
    ["impact.last is stamped 40 ms before impact.first", { "impact.last": 50 }],
  ])("%s", (sentence, stamps) => {
    expect(clockErrors(timeline({ ...WHOLE, ...stamps }))).toEqual([sentence]);
  });
});
