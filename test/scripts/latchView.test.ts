import { describe, expect, test } from "vitest";
import type { Explanation } from "../../guard/explanation.ts";
import { parsePolicy } from "../../guard/signalPolicy.ts";
import { explanationOf } from "../../guard/verdict.ts";
import { latchLines, policyLines } from "../../scripts/latchView.ts";
import { slotAlarms } from "../guard/slotAlarms.ts";

const AT = "2026-01-01T00:00:00.000Z";
const POLICY = parsePolicy(
  "errors=vote latency=vote latencyRatio=investigate votesNeeded=2",
).policy;
const found = slotAlarms("green");
const ALARMS = {
  ...found,
  policy: POLICY,
  errors: {
    ...found.errors,
    state: "ALARM",
    reason:
      "Threshold Crossed: 1 out of the last 1 datapoints [49.180327868852459 (21/11/26 15:02:00)] " +
      "was greater than the threshold (5.0) (minimum 1 datapoint for OK -> ALARM transition).",
    value: 49.180327868852459,
  },
  latency: { ...found.latency, state: "ALARM", reason: "too slow", value: 1.5042 },
  unhealthy: { ...found.unhealthy, value: 1 },
  latencyRatio: { ...found.latencyRatio, state: "INSUFFICIENT_DATA" },
};
const CALLER = { name: "checkout-green", reason: "checkout-green-errors transitioned to ALARM" };

function lines(explanation: Explanation | null): string[] {
  const reason = `slot green alarms while it is the candidate (baking): ${CALLER.reason}`;
  return latchLines({ slot: "green", reason, reversionId: "r", at: AT, explanation });
}

describe("why an environment is latched", () => {
  test("signal by signal", () => {
    expect(lines(explanationOf(CALLER, ALARMS, AT))).toEqual([
      "latched since 2026-01-01 00:00:00Z, slot green: slot green alarms while it is the candidate",
      "  (baking): checkout-green-errors transitioned to ALARM",
      "  why: errors and latency are in ALARM: 2 of the 2 votes needed",
      "  errors        ALARM    49.18  bad above 5 %                   has 1 of the 2 votes needed",
      "  unhealthy     OK       1      bad below 1 healthy targets     reverts alone",
      "  latency       ALARM    1.504  bad above 1 s                   has 1 of the 2 votes needed",
      "  latencyRatio  no data  none   bad above 2 x the other slot's  is only investigated",
      "  errors: Threshold Crossed: 1 out of the last 1 datapoints [49.180327868852459 (21/11/26",
      "    15:02:00)] was greater than the threshold (5.0) (minimum 1 datapoint for OK -> ALARM",
      "    transition).",
      "  latency: too slow",
    ]);
  });

  test("within 100 columns, also when the signals could not be read", () => {
    const unread = { problem: `its signals could not be read: ${"no answer ".repeat(20)}` };
    const all = [
      ...lines(explanationOf(CALLER, ALARMS, AT)),
      ...lines(explanationOf(CALLER, unread, AT)),
    ];
    // `env status` indents them by two.
    expect(all.filter((line) => line.length > 98)).toEqual([]);
    expect(all.join("\n")).toContain("its signals could not be read: no answer");
  });

  test("in one line where a person latched it", () => {
    expect(
      latchLines({ slot: "green", reason: "by hand", reversionId: "r", at: AT, explanation: null }),
    ).toEqual(["latched since 2026-01-01 00:00:00Z, slot green: by hand"]);
    expect(latchLines(null)).toEqual(["not latched"]);
  });
});

test.each([
  ["", ["each signal reverts alone"]],
  [
    "errors=vote:2 latency=vote latencyRatio=investigate votesNeeded=3",
    [
      "unhealthy reverts alone",
      "3 votes revert together, of: errors 2, latency 1",
      "only investigated: latencyRatio",
    ],
  ],
])("the policy %j in words", (text, expected) => {
  expect(policyLines(parsePolicy(text).policy)).toEqual(expected);
});
