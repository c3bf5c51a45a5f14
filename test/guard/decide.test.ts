import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decide, type Situation } from "../../guard/decide.ts";
import { initialRecord, latched, shiftBegun, shiftDone } from "../../guard/record.ts";
import { allOn, otherSlot, SLOTS } from "../../guard/slot.ts";

const idle = initialRecord("checkout");
const armedAt = "2026-01-01T00:00:00.000Z";
const shifting = shiftBegun(idle, "green", {
  openWriteUntil: "2026-01-01T00:00:05.000Z",
  armedAt,
});
const since = (seconds: number): number => Date.parse(armedAt) + seconds * 1000;
const baking = shiftDone(shifting);
const home = latched(baking, "green", "blue", {
  id: "r1",
  reason: "errors",
  at: "2026-01-01T00:01:00.000Z",
});

function green(state: string, stateMs: number | null = since(60)): Situation["alarm"] {
  return { slot: "green", state, stateMs };
}

function situation(over: Partial<Situation>): Situation {
  return {
    alarm: { slot: "green", state: "ALARM", stateMs: since(60) },
    record: baking,
    weights: allOn("green"),
    broughtHome: null,
    healthyTargets: { blue: 1, green: 1 },
    otherAlarm: "OK",
    ...over,
  };
}

describe("the guard's decision", () => {
  test.each([
    ["the candidate alarms while baking", {}, "revert"],
    ["the candidate alarms while traffic is shifting", { record: shifting }, "revert"],
    ["an alarm that is OK again", { alarm: green("OK") }, "nothing"],
    ["an alarm without data", { alarm: green("INSUFFICIENT_DATA") }, "nothing"],
    ["the stable slot alarms", { alarm: { ...green("ALARM"), slot: "blue" } }, "notify"],
    ["an idle slot alarms", { record: idle, weights: allOn("blue") }, "notify"],
    ["an event from before the rollout", { alarm: green("ALARM", since(-30)) }, "notify"],
    ["an event without a time", { alarm: green("ALARM", null) }, "revert"],
    ["a record that knows no arming", { record: { ...baking, armedAt: null } }, "revert"],
    ["the stable side is dead", { healthyTargets: { blue: 0, green: 1 } }, "refuse"],
    ["a latched slot got traffic again", { record: home }, "revert"],
    ["no record, the slot carries traffic", { record: "unreachable" }, "revert"],
    ["no record, both sides alarm", { record: "unreachable", otherAlarm: "ALARM" }, "refuse"],
    ["no record, no word of the other", { record: "unreachable", otherAlarm: null }, "refuse"],
    [
      "no record, the traffic was brought home",
      { record: "unreachable", broughtHome: "reversion" },
      "refuse",
    ],
    [
      "a record, the traffic was brought home",
      { record: home, broughtHome: "reversion" },
      "revert",
    ],
    ["no record, the slot is idle", { record: "unreachable", weights: allOn("blue") }, "notify"],
  ] as [string, Partial<Situation>, string][])("%s: %3$s", (_story, over, action) => {
    expect(decide(situation(over)).action).toBe(action);
  });

  test("a reversion that finds everything home says so, even with the stable side unhealthy", () => {
    const decision = decide(
      situation({ record: home, weights: allOn("blue"), healthyTargets: { blue: 0, green: 0 } }),
    );
    expect(decision).toMatchObject({ action: "revert", alreadyHome: true });
  });

  test("whatever happens, traffic is never moved to a side without healthy targets", () => {
    const weight = fc.integer({ min: 0, max: 999 });
    fc.assert(
      fc.property(
        fc.record({
          alarm: fc.record({
            slot: fc.constantFrom(...SLOTS),
            state: fc.constantFrom("OK", "ALARM", "INSUFFICIENT_DATA"),
            stateMs: fc.constantFrom(null, since(-30), since(60)),
          }),
          record: fc.constantFrom(idle, shifting, baking, home, "unreachable" as const),
          weights: fc.record({ blue: weight, green: weight }),
          broughtHome: fc.constantFrom("reversion", "hand", null),
          healthyTargets: fc.record({ blue: fc.nat(2), green: fc.nat(2) }),
          otherAlarm: fc.constantFrom("OK", "ALARM", "INSUFFICIENT_DATA", null),
        }),
        (any) => {
          const decision = decide(any);
          const moves = decision.action === "revert" && !decision.alreadyHome;
          const other = otherSlot(any.alarm.slot);
          return !moves || (decision.to === other && any.healthyTargets[other] > 0);
        },
      ),
    );
  });
});
