import { describe, expect, it } from "vitest";
import {
  activeSinceMs,
  faultActive,
  faultActiveSince,
  nextWordWithinMs,
  REPORT_FRESH_WALL_MS,
} from "../../../drills/watch/sidecars.ts";
import type { SidecarReport } from "../../../sidecar/lease.ts";

const NOW = Date.parse("2026-03-14T09:00:00.000Z");
const iso = (ms: number): string => new Date(ms).toISOString();

function report(leaseId: string | null, ageMs = 0, sidecarId = "a"): SidecarReport {
  return {
    schemaVersion: 1,
    slot: "green",
    sidecarId,
    leaseId,
    activeSince: leaseId ? iso(NOW - 60_000 - ageMs) : null,
    injected: 0,
    reportedAt: iso(NOW - ageMs),
  };
}

const crash = (leaseId: string | null, ageMs: number): SidecarReport => ({
  ...report(leaseId, ageMs, "crash-loop"),
  freshForMs: 120_000,
});

describe("what the sidecars say together", () => {
  it.each<[string, SidecarReport[], boolean | null]>([
    ["one obeys", [report("L")], true],
    ["both obey", [report("L"), report("L", 0, "b")], true],
    ["one of two obeys", [report("L"), report(null, 0, "b")], false],
    ["one of two obeys another lease", [report("L"), report("M", 0, "b")], false],
    ["a crash speaks for tasks that have just died", [crash("L", 0), report(null, 0, "b")], true],
    ["a crash loop's end says nothing of other tasks", [report("L"), crash(null, 0)], true],
    ["a crash loop that was taken back", [crash(null, 0)], false],
    ["none obeys", [report(null)], false],
    ["it obeys another lease", [report("M")], false],
    ["there is none", [], null],
    ["the only report is old", [report("L", REPORT_FRESH_WALL_MS + 1)], null],
    ["a crash speaks until the next one", [crash("L", 60_000), report(null, 60_000, "b")], true],
    ["a crash loop that ended by itself says nothing", [crash("L", 120_001)], null],
    ["a dead one's last word does not count", [report("L", 60_000), report(null, 0, "b")], false],
  ])("%s", (_what, reports, active) => {
    expect(faultActive(reports, "L", NOW)).toBe(active);
  });

  it.each<[string, SidecarReport[], boolean | null]>([
    ["every one has said it since", [report("L", 500), report("L", 900, "b")], true],
    ["one has not spoken since", [report("L", 500), report("L", 1_500, "b")], null],
    ["one has, and obeys nothing", [report(null, 500), report("L", 1_500, "b")], false],
    ["one that has not is dead", [report("L", 500), report("L", 60_000, "b")], true],
    ["nobody has spoken since", [report("L", 1_500)], null],
  ])("asked for what was said in the last second: %s", (_what, reports, active) => {
    expect(faultActiveSince(reports, "L", NOW - 1_000, NOW)).toBe(active);
  });

  it("the next word is awaited for as long as the last ones speak", () => {
    expect(nextWordWithinMs([])).toBe(REPORT_FRESH_WALL_MS);
    expect(nextWordWithinMs([report("L"), crash("L", 0)])).toBe(120_000);
  });

  it("the fault acts since the first of them obeyed", () => {
    const reports = [report("L", 5_000), report("L", 1_000, "b"), report("M", 9_000, "c")];
    expect(activeSinceMs(reports, "L")).toBe(NOW - 65_000);
    expect(activeSinceMs(reports, "X")).toBeNull();
  });
});
