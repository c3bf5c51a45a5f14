import { describe, expect, it } from "vitest";
import { residueOf, type Traces } from "../../../drills/undo/residue.ts";
import { initialRecord } from "../../../guard/record.ts";
import { allOn } from "../../../guard/slot.ts";

const NOW = Date.parse("2026-03-14T09:00:00.000Z");
const iso = (ms: number): string => new Date(ms).toISOString();
const CLEAN: Traces = {
  record: initialRecord("checkout"),
  live: { weights: allOn("blue"), sticky: false },
  lease: null,
  reports: [],
  healthyTargets: 1,
  wallMs: NOW,
};
const lease = (leaseId: string) => ({
  schemaVersion: 1 as const,
  slot: "green" as const,
  leaseId,
  holder: "run-7",
  fault: { kind: "errors" as const, share: 1, status: 500 },
  // Expired: it acts no more, and is residue all the same.
  expiresAt: iso(NOW - 1),
});
const report = (leaseId: string, ageMs: number) => ({
  schemaVersion: 1 as const,
  slot: "green" as const,
  sidecarId: "s1",
  leaseId,
  activeSince: iso(NOW - 60_000),
  injected: 3,
  reportedAt: iso(NOW - ageMs),
});

describe("residue", () => {
  it.each<[string, Partial<Traces>, RegExp[]]>([
    ["nothing", {}, []],
    ["the own lease", { lease: lease("L") }, [/^lease L on slot green/]],
    ["another drill's lease", { lease: lease("M") }, []],
    ["a sidecar still at it", { reports: [report("L", 0)] }, [/^sidecar s1 still obeys lease L/]],
    ["a dead sidecar's old word", { reports: [report("L", 60_000)] }, []],
    ["a slot that has not come back", { healthyTargets: 0 }, [/^slot green has no healthy target/]],
    [
      "weights not home",
      { live: { weights: { blue: 99, green: 1 }, sticky: false } },
      [/^weights blue 99 \/ green 1/],
    ],
    ["stickiness", { live: { weights: allOn("blue"), sticky: true } }, [/stickiness/]],
    [
      "a rollout and a latch",
      {
        record: {
          ...CLEAN.record,
          candidate: "green",
          phase: "baking",
          latch: {
            slot: "green",
            reason: "bad",
            reversionId: "r",
            at: iso(NOW),
            explanation: null,
          },
        },
      },
      [/^rollout of slot green is baking/, /^latch on slot green/],
    ],
  ])("%s", (_what, traces, expected) => {
    expect(residueOf("green", ["L"], { ...CLEAN, ...traces })).toEqual(
      expected.map((sentence) => expect.stringMatching(sentence)),
    );
  });
});
