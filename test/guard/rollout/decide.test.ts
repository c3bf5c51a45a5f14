import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SlotAlarms } from "../../../guard/alarms.ts";
import { initialRecord, latched, shiftBegun, shiftDone } from "../../../guard/record.ts";
import { nextMove, type Sight } from "../../../guard/rollout/decide.ts";
import { NO_HOOKS } from "../../../guard/rollout/hooks.ts";
import { completed, type Rollout, weightsAt } from "../../../guard/rollout/rollout.ts";
import { allOn } from "../../../guard/slot.ts";
import { parsePolicy } from "../../../guard/signalPolicy.ts";
import { slotAlarms } from "../slotAlarms.ts";

const START = Date.parse("2026-01-01T00:00:00.000Z");
const MINUTE = 60_000;
const at = (ms: number): string => new Date(START + ms).toISOString();

function rollout(over: Partial<Rollout> = {}): Rollout {
  return {
    id: "r1",
    release: "shop:2",
    steps: completed([
      { weight: 5, bakeMs: 5 * MINUTE, gate: false },
      { weight: 50, bakeMs: 10 * MINUTE, gate: true },
    ]),
    onBad: "revert",
    minimumRequests: 50,
    decideWithinMs: 15 * MINUTE,
    onDeadline: "abort",
    warmMs: 60 * MINUTE,
    startedAt: at(0),
    step: 0,
    stepAt: at(0),
    paused: null,
    approved: false,
    hooks: NO_HOOKS,
    ...over,
  };
}

function alarms(state: string, sinceMs = 0): SlotAlarms {
  const found = slotAlarms("green", { state, transitionedMs: START + sinceMs });
  return state === "ALARM"
    ? { ...found, errors: { ...found.errors, state, reason: "30 % fail" } }
    : found;
}

/** Errors and latency vote, two are needed; the ratio is only investigated. The guard alarm is OK. */
function voting(inAlarm: readonly ("errors" | "latency" | "latencyRatio")[]): SlotAlarms {
  const text = "errors=vote latency=vote latencyRatio=investigate votesNeeded=2";
  const found = { ...slotAlarms("green"), policy: parsePolicy(text).policy };
  const bad = inAlarm.map((signal) => [
    signal,
    { ...found[signal], state: "ALARM", reason: "too slow" },
  ]);
  return { ...found, ...Object.fromEntries(bad) };
}

/** Six minutes into a step of 5 % that is good. */
function sight(over: Partial<Sight> = {}, ofRollout: Partial<Rollout> = {}): Sight {
  const now = rollout(ofRollout);
  const begun = shiftBegun(initialRecord("checkout"), "green", {
    openWriteUntil: at(5_000),
    armedAt: at(-MINUTE),
    rollout: now,
  });
  const record = shiftDone(begun, now.stepAt);
  return {
    record,
    live: { weights: weightsAt(now.steps[now.step]?.weight ?? 0, "green"), sticky: false },
    healthyTargets: { blue: 1, green: 1 },
    candidate: alarms("OK"),
    requests: 500,
    nowMs: START + 6 * MINUTE,
    wallMs: START + 6 * MINUTE,
    ...over,
  };
}

describe("a rollout's next move", () => {
  test("goes on to the next step once the bake is over and everything is good", () => {
    expect(nextMove(sight())).toEqual({ move: "set", step: 1, why: "good at 5 %" });
  });

  test("bakes until then", () => {
    expect(nextMove(sight({ nowMs: START + 4 * MINUTE }))).toMatchObject({
      move: "wait",
      untilMs: START + 5 * MINUTE,
    });
  });

  test("is promoted after the last step", () => {
    expect(nextMove(sight({}, { step: 2 })).move).toBe("promote");
  });

  const late = { nowMs: START + 21 * MINUTE };
  test.each<[string, Sight, string, RegExp]>([
    ["no rollout", sight({ record: initialRecord("checkout") }), "wait", /no rollout/],
    [
      "its alarm goes off: the guard is called first",
      sight({ candidate: alarms("ALARM", 6 * MINUTE - 5_000) }),
      "wait",
      /the guard is called/,
    ],
    [
      "its alarm went off and nobody came",
      sight({ candidate: alarms("ALARM", 5 * MINUTE) }),
      "revert",
      /30 % fail/,
    ],
    [
      "the same while it is paused",
      sight({ candidate: alarms("ALARM") }, { paused: { why: "lunch", at: at(0) } }),
      "revert",
      /30 % fail/,
    ],
    [
      "the same with a dead stable side",
      sight({ candidate: alarms("ALARM"), healthyTargets: { blue: 0, green: 1 } }),
      "pause",
      /no healthy target either/,
    ],
    [
      "the same for a release that cannot go back",
      sight({ candidate: alarms("ALARM") }, { onBad: "hold" }),
      "pause",
      /held, not reverted/,
    ],
    ["paused by a person", sight({}, { paused: { why: "lunch", at: at(0) } }), "wait", /lunch/],
    [
      "the stable side dies",
      sight({ healthyTargets: { blue: 0, green: 1 } }),
      "pause",
      /no way back/,
    ],
    [
      "the candidate has no target",
      sight({ healthyTargets: { blue: 1, green: 0 } }),
      "wait",
      /no healthy target/,
    ],
    ["alarms cannot be read", sight({ candidate: null }), "wait", /cannot be read/],
    [
      "alarms cannot be read, for long",
      sight({ candidate: null, ...late }),
      "abort",
      /cannot be read/,
    ],
    [
      "an alarm without data",
      sight({ candidate: alarms("INSUFFICIENT_DATA") }),
      "wait",
      /INSUFFICIENT_DATA/,
    ],
    ["no traffic", sight({ requests: 0 }), "wait", /no request.*abort in/],
    ["no traffic, for long", sight({ requests: 0, ...late }), "abort", /no request/],
    [
      "no traffic, for long, and it may proceed",
      sight({ requests: 0, ...late }, { onDeadline: "proceed" }),
      "set",
      /good at/,
    ],
    [
      "no traffic, for long, and it is to hold",
      sight({ requests: 0, ...late }, { onDeadline: "hold" }),
      "pause",
      /no request/,
    ],
    [
      "blind, for long, and it may proceed: not blindly",
      sight({ candidate: null, ...late }, { onDeadline: "proceed" }),
      "pause",
      /cannot be read/,
    ],
    [
      "uncounted requests, for long, and it may proceed",
      sight({ requests: null, ...late }, { onDeadline: "proceed" }),
      "pause",
      /cannot be counted/,
    ],
    [
      "a person goes on without traffic",
      sight({ requests: 0 }, { approved: true }),
      "set",
      /good at/,
    ],
    [
      "a person goes on before the bake is over",
      sight({ nowMs: START + 1 }, { approved: true }),
      "set",
      /good at/,
    ],
    [
      "a person cannot go on blindly",
      sight({ candidate: null }, { approved: true }),
      "wait",
      /cannot be read/,
    ],
    [
      "one vote of two: a person is asked",
      sight({ candidate: voting(["latency"]) }),
      "wait",
      /1 of the 2 votes needed to revert are there: latency \(1\): too slow; abort in 14 m/,
    ],
    [
      "one vote, during the bake",
      sight({ candidate: voting(["latency"]), nowMs: START }),
      "wait",
      /bakes/,
    ],
    [
      "one vote, for long",
      sight({ candidate: voting(["latency"]), ...late }),
      "abort",
      /1 of the 2/,
    ],
    [
      "one vote, for long, and it is to hold",
      sight({ candidate: voting(["latency"]), ...late }, { onDeadline: "hold" }),
      "pause",
      /1 of the 2/,
    ],
    [
      "one vote, for long, and it may proceed",
      sight({ candidate: voting(["latency"]), ...late }, { onDeadline: "proceed" }),
      "set",
      /good at/,
    ],
    [
      "one vote, and a person goes on",
      sight({ candidate: voting(["latency"]) }, { approved: true }),
      "set",
      /good at/,
    ],
    [
      "a signal that is only investigated holds nothing",
      sight({ candidate: voting(["latencyRatio"]) }),
      "set",
      /good at/,
    ],
    ["a gate", sight({ nowMs: START + 11 * MINUTE }, { step: 1 }), "wait", /gate/],
    [
      "a gate that nobody opens",
      sight({ nowMs: START + 26 * MINUTE }, { step: 1 }),
      "abort",
      /gate/,
    ],
    [
      "an open gate",
      sight({ nowMs: START + 11 * MINUTE }, { step: 1, approved: true }),
      "set",
      /good at/,
    ],
    [
      "somebody took traffic away",
      sight({ live: { weights: allOn("blue"), sticky: false } }),
      "pause",
      /took traffic away/,
    ],
    [
      "somebody gave it more",
      sight({ live: { weights: allOn("green"), sticky: false } }),
      "set",
      /taken back/,
    ],
    [
      "somebody made it sticky",
      sight({ live: { weights: weightsAt(5, "green"), sticky: true } }),
      "set",
      /sticky/,
    ],
    [
      "no weight at all",
      sight({ live: { weights: { blue: 0, green: 0 }, sticky: false } }),
      "pause",
      /no weight/,
    ],
  ])("%s: %3$s", (_story, seen, move, why) => {
    const next = nextMove(seen);
    expect(next.why).toMatch(why);
    expect(next.move).toBe(move);
  });

  test("waits for a write that may be under way, and repeats one that was not finished", () => {
    const shifting = { ...sight().record, phase: "shifting", openWriteUntil: at(5_000) } as const;
    const during = sight({ record: shifting, wallMs: START + 4_000 });
    expect(nextMove(during).move).toBe("wait");
    expect(nextMove({ ...during, wallMs: START + 5_000 })).toMatchObject({ move: "set", step: 0 });
  });

  test("a latched slot with traffic is left again", () => {
    const reversion = { id: "r", reason: "errors", at: at(0) };
    const record = latched(sight().record, "green", "blue", reversion);
    const stray = sight({ record, live: { weights: weightsAt(5, "green"), sticky: false } });
    expect(nextMove(stray).move).toBe("revert");
    expect(nextMove({ ...stray, live: { weights: allOn("blue"), sticky: false } }).move).toBe(
      "wait",
    );
    expect(nextMove({ ...stray, healthyTargets: { blue: 0, green: 1 } }).move).toBe("wait");
  });

  test("nothing rises, whatever is seen, while the alarm is not OK or a side has no target", () => {
    fc.assert(
      fc.property(
        fc.record({
          state: fc.constantFrom("ALARM", "INSUFFICIENT_DATA", "OK", null),
          healthyTargets: fc.record({ blue: fc.nat(1), green: fc.nat(1) }),
          requests: fc.constantFrom(null, 0, 500),
          minutes: fc.nat(40),
          paused: fc.boolean(),
          approved: fc.boolean(),
          step: fc.nat(1),
          onDeadline: fc.constantFrom("abort", "hold", "proceed"),
          onBad: fc.constantFrom("revert", "hold"),
        }),
        ({ state, healthyTargets, requests, minutes, paused, ...given }) => {
          const pause = paused ? { why: "", at: at(0) } : null;
          const seen = sight(
            {
              candidate: state === null ? null : alarms(state),
              healthyTargets,
              requests,
              nowMs: START + minutes * MINUTE,
            },
            { ...given, paused: pause },
          );
          const next = nextMove(seen);
          const rises = next.move === "promote" || (next.move === "set" && next.step > given.step);
          const fit = state === "OK" && healthyTargets.blue > 0 && healthyTargets.green > 0;
          return !rises || (fit && !paused);
        },
      ),
    );
  });
});
