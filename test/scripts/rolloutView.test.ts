import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { initialRecord, latched, shiftBegun, shiftDone } from "../../guard/record.ts";
import { nextMove, type Sight } from "../../guard/rollout/decide.ts";
import { NO_HOOKS } from "../../guard/rollout/hooks.ts";
import { completed, type Rollout, weightsAt } from "../../guard/rollout/rollout.ts";
import { allOn } from "../../guard/slot.ts";
import { renderRollout } from "../../scripts/rolloutView.ts";
import { slotAlarms } from "../guard/slotAlarms.ts";

const START_MS = Date.parse("2026-01-01T00:00:00.000Z");
const MINUTE_MS = 60_000;
const iso = (ms: number): string => new Date(START_MS + ms).toISOString();

const ROLLOUT: Rollout = {
  id: "r1",
  release: "shop:2",
  steps: completed([
    { weight: 5, bakeMs: 5 * MINUTE_MS, gate: false },
    { weight: 50, bakeMs: 10 * MINUTE_MS, gate: true },
  ]),
  onBad: "revert",
  minimumRequests: 50,
  decideWithinMs: 15 * MINUTE_MS,
  onDeadline: "abort",
  warmMs: 60 * MINUTE_MS,
  startedAt: iso(0),
  step: 1,
  stepAt: iso(6 * MINUTE_MS),
  paused: null,
  approved: false,
  hooks: NO_HOOKS,
};
const armed = { openWriteUntil: null, armedAt: null };
const begun = shiftBegun(initialRecord("checkout"), "green", { ...armed, rollout: ROLLOUT });

const SIGHT: Sight = {
  record: shiftDone(begun, ROLLOUT.stepAt),
  live: { weights: weightsAt(50, "green"), sticky: false },
  healthyTargets: { blue: 1, green: 1 },
  candidate: slotAlarms("green"),
  requests: 420,
  nowMs: START_MS + 9 * MINUTE_MS,
  wallMs: START_MS,
};

function shown(sight: Sight, alarms = sight.candidate): string {
  const lines = renderRollout("checkout", sight, nextMove(sight), alarms);
  return stripVTControlCharacters(lines.join("\n"));
}

describe("a rollout in words", () => {
  test("says what was good, where it stands, and what follows", () => {
    expect(shown(SIGHT)).toBe(
      [
        "checkout: shop:2 in slot green, begun 9 m ago",
        "  steps     ✓ 5 % › [50 % for 10 m, gate] › 100 %",
        "  weights   blue 50 / green 50",
        "  requests  420 in this step, 50 needed to judge it",
        "  signals   errors OK, unhealthy OK, latency OK, latencyRatio OK; guard OK",
        "  now       bakes at 50 % for 7 m 0.0 s more",
        "  then      100 % when a person says so; bad goes home at once; undecided: abort after 15 m",
      ].join("\n"),
    );
  });

  test("tells what it does not know, and never as a number", () => {
    const blind = shown({ ...SIGHT, candidate: null, requests: null });
    expect(blind).toContain("requests  not known yet");
    expect(blind).toContain("signals   cannot be read");
  });

  test("of which nothing is left but the latch explains it by its alarms", () => {
    const reversion = { id: "v1", reason: "slot green alarms", at: iso(0) };
    const record = latched(SIGHT.record, "green", "blue", reversion);
    const alarms = slotAlarms("green", { state: "ALARM" });
    const bad = { ...alarms, errors: { ...alarms.errors, state: "ALARM", reason: "26 > 5" } };
    const live = { weights: allOn("blue"), sticky: false };
    const text = shown({ ...SIGHT, record, live, candidate: null }, bad);
    expect(text).toContain("last      reverted");
    expect(text).toContain("signals   errors ALARM, unhealthy OK");
    expect(text).toContain("errors: 26 > 5");
    expect(text).toContain("latched   slot green");
  });
});
