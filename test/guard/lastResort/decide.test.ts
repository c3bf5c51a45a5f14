/** When everybody gets the static answer, and when no longer: one row a situation. */
import { describe, expect, test } from "vitest";
import {
  decideLastResort,
  type LastResortSight,
  type Side,
  sideOf,
  switchedTo,
} from "../../../guard/lastResort/decide.ts";
import {
  INITIAL_STATE,
  type LastResortState,
  SWITCHES_KEPT,
} from "../../../guard/lastResort/state.ts";
import { allOn } from "../../../guard/slot.ts";

const NOW = Date.parse("2026-01-01T00:10:00.000Z");
const TIMES = { afterMs: 180_000, untilMs: 120_000 };
const ago = (seconds: number): string => new Date(NOW - seconds * 1000).toISOString();
const on = (by: "watchdog" | "person" = "watchdog") => ({ at: ago(600), by, why: "" });

function sight(
  blue: Side,
  green: Side,
  state: Partial<LastResortState> = {},
  rest: Partial<LastResortSight> = {},
): LastResortSight {
  return {
    state: { ...INITIAL_STATE, ...state },
    sides: { blue, green },
    weights: allOn("green"),
    isStuck: false,
    nowMs: NOW,
    ...rest,
  };
}

describe("all traffic on green, 3 minutes until on, 2 until off", () => {
  test.each<[string, LastResortSight, "on" | "off" | null, string | null]>([
    ["both bad for the first time", sight("bad", "bad"), null, ago(0)],
    ["both bad for 179 s", sight("bad", "bad", { badSince: ago(179) }), null, ago(179)],
    ["both bad for 180 s", sight("bad", "bad", { badSince: ago(180) }), "on", ago(180)],
    ["green bad, and blue could take it", sight("good", "bad", { badSince: ago(900) }), null, null],
    [
      "green bad, and the move failed",
      sight("good", "bad", { badSince: ago(180) }, { isStuck: true }),
      "on",
      ago(180),
    ],
    ["the idle side bad", sight("bad", "good", { badSince: ago(900) }), null, null],
    ["green bad, and blue unknown", sight("unknown", "bad", { badSince: ago(900) }), null, null],
    [
      "nothing known: the time goes on, and nothing is done",
      sight("unknown", "unknown", { badSince: ago(900) }),
      null,
      ago(900),
    ],
    [
      "a person said no",
      sight("bad", "bad", { badSince: ago(900), heldOff: true }),
      null,
      ago(900),
    ],
    [
      "no weights to be read: both must be bad",
      sight("good", "bad", { badSince: ago(900) }, { weights: null, isStuck: true }),
      null,
      null,
    ],
    ["on, and still bad", sight("bad", "bad", { on: on(), badSince: ago(900) }), null, ago(900)],
    ["on, and green good at last", sight("bad", "good", { on: on() }), null, null],
    [
      "on, and green good for 119 s",
      sight("bad", "good", { on: on(), wellSince: ago(119) }),
      null,
      null,
    ],
    [
      "on, and green good for 120 s",
      sight("bad", "good", { on: on(), wellSince: ago(120) }),
      "off",
      null,
    ],
    [
      "on, and only blue good, which has no traffic",
      sight("good", "bad", { on: on(), wellSince: ago(900) }),
      null,
      null,
    ],
    [
      "on, and green unknown: the time of health begins anew",
      sight("bad", "unknown", { on: on(), wellSince: ago(900) }),
      null,
      null,
    ],
    [
      "on by a person, who must end it",
      sight("good", "good", { on: on("person"), wellSince: ago(900) }),
      null,
      null,
    ],
  ])("%s", (_story, seen, turn, badSince) => {
    const decision = decideLastResort(seen, TIMES);
    expect(decision.turn).toBe(turn);
    expect(decision.next.badSince).toBe(badSince);
    expect(decision.next.on !== null).toBe(turn === "on" || (seen.state.on !== null && !turn));
  });

  test("an unknown round ends the time of health", () => {
    const { next } = decideLastResort(sight("bad", "unknown", { wellSince: ago(60) }), TIMES);
    expect(next.wellSince).toBeNull();
  });

  test("a good side ends what a person held off", () => {
    const held = { heldOff: true };
    expect(decideLastResort(sight("bad", "bad", held), TIMES).next.heldOff).toBe(true);
    expect(decideLastResort(sight("bad", "good", held), TIMES).next.heldOff).toBe(false);
  });

  test("says since when, and why", () => {
    const { why } = decideLastResort(
      sight("bad", "bad", { badSince: ago(180) }, { isStuck: true }),
      TIMES,
    );
    expect(why).toBe(
      "slot blue is bad, slot green is bad, and the traffic could not be moved; " +
        `no side has been fit since ${ago(180)}`,
    );
  });
});

const probes = (failures: number, answers = 40, unconnected = 0) => ({
  answers,
  failures,
  unconnected,
});

describe("a side, by its targets and 40 probes (5 % allowed)", () => {
  test.each<[string, number | null, Parameters<typeof sideOf>[1], Side]>([
    ["no healthy target, whatever answers", 0, probes(0), "bad"],
    ["no failures", 2, probes(0), "good"],
    ["2 failures, which is allowed", 2, probes(2), "good"],
    ["3 failures, which may be chance", 2, probes(3), "unknown"],
    ["20 failures", 2, probes(20), "bad"],
    ["20 failures, and targets unreadable", null, probes(20), "bad"],
    ["no failures, and targets unreadable", null, probes(0), "unknown"],
    ["nobody asked", 2, undefined, "unknown"],
    ["too few answers", 2, probes(9, 9), "unknown"],
    ["nobody reached", 2, probes(40, 40, 40), "unknown"],
  ])("%s", (_story, healthy, tally, side) => {
    expect(sideOf(healthy, tally, 5)).toBe(side);
  });
});

test("the last switches are remembered, newest first", () => {
  let state: LastResortState = INITIAL_STATE;
  for (let i = 0; i < 2 * SWITCHES_KEPT; i++) {
    state = switchedTo(i % 2 === 0, "person", `turn ${i}`, state, ago(0));
  }
  expect(state.switched).toHaveLength(SWITCHES_KEPT);
  expect(state.switched[0]?.why).toBe(`turn ${2 * SWITCHES_KEPT - 1}`);
  expect(state).toMatchObject({ on: null, heldOff: true });
});
