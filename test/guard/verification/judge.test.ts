import { describe, expect, test } from "vitest";
import type { SlotAlarms } from "../../../guard/alarms.ts";
import { allOn } from "../../../guard/slot.ts";
import { overall } from "../../../guard/verification/check.ts";
import { type AfterSight, judgeHomecoming } from "../../../guard/verification/judge.ts";
import { slotAlarms } from "../slotAlarms.ts";

const IN_ALARM = { state: "ALARM" };
const QUIET = { minutes: 0, requests: 0, failures: 0 };
const SMOKE = { name: "shop", outcome: "good", says: "answered 200" } as const;

const well: AfterSight = {
  home: "blue",
  live: { weights: allOn("blue"), sticky: false },
  healthyTargets: 2,
  homeAlarms: slotAlarms("blue"),
  leftAlarms: slotAlarms("green"),
  homeTraffic: { minutes: 3, requests: 600, failures: 3 },
  leftTraffic: QUIET,
  smoke: [SMOKE],
  minimumRequests: 50,
};

function withSignal(alarms: SlotAlarms, signal: "errors" | "unhealthy"): SlotAlarms {
  return { ...alarms, [signal]: { ...alarms[signal], ...IN_ALARM } };
}

describe("a homecoming", () => {
  test("that did what it was for is good, and says that an idle slot's silence proves nothing", () => {
    const checks = judgeHomecoming(well);
    expect(overall(checks)).toBe("good");
    expect(checks).toEqual([
      { name: "weights", outcome: "good", says: "all traffic is on slot blue" },
      { name: "targets", outcome: "good", says: "slot blue has 2 healthy" },
      { name: "alarm", outcome: "good", says: "checkout-blue is OK" },
      {
        name: "trigger",
        outcome: "idle",
        says: "the alarms of slot green are not in ALARM, for want of traffic: that proves nothing of its release",
      },
      {
        name: "error rate",
        outcome: "good",
        says: "0.5 % of 600 requests failed in 3 minutes (95 % upper bound 1.24 %); allowed 5 %",
      },
      { ...SMOKE, name: "smoke check shop" },
    ]);
  });

  const table: [string, Partial<AfterSight>, string, RegExp][] = [
    [
      "weights moved again",
      { live: { weights: { blue: 90, green: 10 }, sticky: false } },
      "bad",
      /^weights: .*not all traffic is on slot blue/,
    ],
    [
      "no weight anywhere",
      { live: { weights: { blue: 0, green: 0 }, sticky: false } },
      "bad",
      /^weights/,
    ],
    [
      "sticky sessions",
      { live: { weights: allOn("blue"), sticky: true } },
      "bad",
      /^weights: .*sticky/,
    ],
    ["listener unreadable", { live: null }, "error", /^weights: the listener could not be read/],
    [
      "home without targets",
      { healthyTargets: 0 },
      "bad",
      /^targets: slot blue has no healthy target/,
    ],
    ["targets unreadable", { healthyTargets: null }, "error", /^targets/],
    [
      "home in ALARM",
      { homeAlarms: withSignal(slotAlarms("blue", IN_ALARM), "errors") },
      "bad",
      /^alarm: checkout-blue is in ALARM: checkout-blue-errors/,
    ],
    [
      "home's alarm without data",
      { homeAlarms: slotAlarms("blue", { state: "INSUFFICIENT_DATA" }) },
      "inconclusive",
      /^alarm: .*INSUFFICIENT_DATA/,
    ],
    ["home's alarms unreadable", { homeAlarms: null }, "error", /^alarm/],
    [
      "trigger still on",
      { leftAlarms: withSignal(slotAlarms("green"), "errors") },
      "inconclusive",
      /^trigger: still in ALARM: checkout-green-errors/,
    ],
    ["trigger unreadable", { leftAlarms: null }, "error", /^trigger/],
    ["its requests unreadable", { leftTraffic: null }, "error", /^trigger/],
    [
      "too many errors",
      { homeTraffic: { minutes: 3, requests: 600, failures: 31 } },
      "bad",
      /^error rate: 5.17 % of 600/,
    ],
    [
      "as many as are allowed",
      { homeTraffic: { minutes: 3, requests: 600, failures: 30 } },
      "good",
      /^$/,
    ],
    [
      "too little traffic",
      { homeTraffic: { minutes: 1, requests: 49, failures: 0 } },
      "inconclusive",
      /^error rate: .*only 49 requests.*50 are needed/,
    ],
    [
      "no traffic, none asked for",
      { homeTraffic: QUIET, minimumRequests: 0 },
      "inconclusive",
      /^error rate: .*no request.*1 are needed/,
    ],
    ["traffic unreadable", { homeTraffic: null }, "error", /^error rate/],
    [
      "a bad smoke check",
      { smoke: [{ ...SMOKE, outcome: "bad", says: "answered 500" }] },
      "bad",
      /^smoke check shop: answered 500/,
    ],
    [
      "one without an answer",
      { smoke: [{ ...SMOKE, outcome: "error", says: "no answer" }] },
      "error",
      /^smoke check shop/,
    ],
  ];
  test.each(table)("with %s", (_case, changes, outcome, line) => {
    const checks = judgeHomecoming({ ...well, ...changes });
    expect(overall(checks)).toBe(outcome);
    const counts = checks.filter((one) => one.outcome !== "good" && one.outcome !== "idle");
    expect(counts.map(({ name, says }) => `${name}: ${says}`).join()).toMatch(line);
  });

  test("says bad when one check is and another could not be made", () => {
    expect(overall(judgeHomecoming({ ...well, healthyTargets: 0, live: null }))).toBe("bad");
  });

  test("is not kept from being good by a slot that nobody is sent to and that has no target", () => {
    const leftAlarms = withSignal(slotAlarms("green", IN_ALARM), "unhealthy");
    const checks = judgeHomecoming({ ...well, leftAlarms });
    expect(overall(checks)).toBe("good");
    expect(checks[3]).toMatchObject({
      outcome: "idle",
      says: expect.stringContaining("still has no healthy target"),
    });
  });

  test("knows a trigger that recovered under traffic from one without any", () => {
    const leftTraffic = { minutes: 2, requests: 80, failures: 0 };
    expect(judgeHomecoming({ ...well, leftTraffic })[3]).toMatchObject({
      outcome: "good",
      says: expect.stringContaining("recovered; 0 % of 80 requests"),
    });
  });
});
