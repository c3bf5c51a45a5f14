import { describe, expect, it } from "vitest";
import { GENESIS_HASH, type JournalEntry } from "../../../drills/journal/journalEntry.ts";
import { restMs } from "../../../drills/preflight/rest.ts";

const NOW = Date.parse("2026-03-14T09:10:00.000Z");

function entry(type: string, secondsAgo: number, more: object = {}): JournalEntry {
  const at = new Date(NOW - secondsAgo * 1000).toISOString();
  const chain = { prevHash: GENESIS_HASH, hash: GENESIS_HASH };
  return { seq: 1, at, wallAt: at, runId: "r", type, ...chain, ...more };
}

const broke = { record: { timeline: [{ event: "fault.injected" }] } };
const refused = { record: { timeline: [] } };

describe("the rest after the journal's last drill (three minutes)", () => {
  it.each([
    ["an empty journal", [], 0],
    ["a drill a minute ago", [entry("record", 60, broke)], 120_000],
    ["a drill five minutes ago", [entry("record", 300, broke)], 0],
    ["one that was refused", [entry("record", 60, refused)], 0],
    ["one before it, and one that was refused", brokeThenRefused(), 60_000],
    ["a run that was swept", [entry("swept", 10)], 170_000],
    ["a run under way", [entry("run.started", 5)], 0],
    ["another clock's drill, in what is its future", [entry("record", -3600, broke)], 0],
  ])("%s", (_what, entries, waitMs) => {
    expect(restMs(entries, NOW)).toBe(waitMs);
  });

  function brokeThenRefused(): JournalEntry[] {
    return [entry("record", 120, broke), entry("record", 30, refused)];
  }
});
