import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  initialRecord,
  rolloutApproved,
  rolloutResumed,
  shiftBegun,
  shiftDone,
} from "../../../guard/record.ts";
import { nextMove, type Sight } from "../../../guard/rollout/decide.ts";
import {
  type Hook,
  type HookOutcome,
  type HookRun,
  NO_HOOKS,
} from "../../../guard/rollout/hooks.ts";
import { withHookStep } from "../../../guard/rollout/hooksDue.ts";
import { completed, type Rollout, weightsAt } from "../../../guard/rollout/rollout.ts";
import { slotAlarms } from "../slotAlarms.ts";

const START = Date.parse("2026-01-01T00:00:00.000Z");
const MINUTE = 60_000;
const at = (ms: number): string => new Date(START + ms).toISOString();

const http = {
  kind: "http",
  url: "http://a/",
  method: "GET",
  headers: {},
  expectStatus: 200,
} as const;
const hook = (name: string, when: Hook["when"]): Hook => ({
  name,
  when,
  timeoutMs: 1_000,
  ...http,
});
const HOOKS = [
  hook("smoke", "before"),
  hook("cart", "before"),
  hook("kpi", "between"),
  hook("all", "after"),
];
const STEPS = withHookStep(completed([{ weight: 50, bakeMs: 5 * MINUTE, gate: true }]), HOOKS);

function run(name: string, step: number, outcome: HookOutcome, minutes = 5): HookRun {
  return { name, step, outcome, why: "so it is", at: at(minutes * MINUTE), tries: 1 };
}

interface Story {
  readonly step?: number;
  readonly minutes?: number;
  readonly runs?: readonly HookRun[];
  readonly claim?: Rollout["hooks"]["claim"];
  readonly over?: Partial<Rollout>;
  readonly seen?: Partial<Sight>;
}

/** Six minutes into a step; the bake of the one of 50 % is over. */
function sight({ step = 0, minutes = 6, runs = [], claim = null, over, seen }: Story = {}): Sight {
  const rollout: Rollout = {
    id: "r1",
    release: "shop:2",
    steps: STEPS,
    onBad: "revert",
    minimumRequests: 50,
    decideWithinMs: 15 * MINUTE,
    onDeadline: "abort",
    warmMs: 60 * MINUTE,
    startedAt: at(0),
    step,
    stepAt: at(0),
    paused: null,
    approved: false,
    hooks: { ...NO_HOOKS, named: HOOKS, runs: [...runs], claim },
    ...over,
  };
  const armed = { openWriteUntil: at(5_000), armedAt: at(-MINUTE) };
  const begun = shiftBegun(initialRecord("checkout"), "green", { ...armed, rollout });
  return {
    record: shiftDone(begun, at(0)),
    live: { weights: weightsAt(STEPS[step]?.weight ?? 0, "green"), sticky: false },
    healthyTargets: { blue: 1, green: 1 },
    candidate: slotAlarms("green"),
    requests: 500,
    nowMs: START + minutes * MINUTE,
    wallMs: START + minutes * MINUTE,
    ...seen,
  };
}

const alarms = (state: string) => slotAlarms("green", { state, transitionedMs: START });
const paused = { paused: { why: "lunch", at: at(0) } };
const claim = { name: "smoke", step: 0, id: 3, until: at(7 * MINUTE) };
const good = (...names: string[]): HookRun[] => names.map((name) => run(name, 0, "good"));

describe("a rollout with hooks", () => {
  test("has a step without traffic for those before it, and none when there is one or no need", () => {
    expect(STEPS.map(({ weight }) => weight)).toEqual([0, 50, 100]);
    expect(withHookStep(STEPS, HOOKS)).toEqual(STEPS);
    expect(withHookStep(STEPS.slice(1), HOOKS.slice(2))).toEqual(STEPS.slice(1));
  });

  test.each<[string, Story, string, RegExp]>([
    ["one that was not asked", {}, "hook", /"smoke" \(before\) is to be asked; abort in/],
    ["the next one", { runs: good("smoke") }, "hook", /"cart"/],
    ["all good", { runs: good("smoke", "cart") }, "set", /good at 0 %/],
    ["one that is being asked", { claim }, "wait", /"smoke" \(before\) is asked/],
    ["one whose asker has died", { claim: { ...claim, until: at(5 * MINUTE) } }, "hook", /smoke/],
    ["one that another step asked", { step: 1, claim }, "hook", /"kpi" \(between\)/],
    [
      "one that could not tell just now",
      { runs: [...good("cart"), run("smoke", 0, "inconclusive", 5.9)] },
      "wait",
      /inconclusive: so it is\) and is asked again in/,
    ],
    [
      "one that could not tell just now, and another",
      { runs: [run("smoke", 0, "inconclusive", 5.9)] },
      "hook",
      /"cart"/,
    ],
    [
      "one that cannot tell and one not asked, and it may proceed: not blindly",
      { minutes: 16, runs: [run("smoke", 0, "inconclusive")], over: { onDeadline: "proceed" } },
      "pause",
      /no verdict/,
    ],
    [
      "one that could not tell before",
      { runs: [run("smoke", 0, "inconclusive")] },
      "hook",
      /smoke/,
    ],
    ["one that failed before", { runs: [run("smoke", 0, "error")] }, "hook", /error: so it is/],
    [
      "no answer until the deadline",
      { minutes: 16, runs: [run("smoke", 0, "error", 15)] },
      "abort",
      /nothing changed within 15 m/,
    ],
    [
      "being asked at the deadline",
      { minutes: 16, claim: { ...claim, until: at(17 * MINUTE) } },
      "abort",
      /is asked/,
    ],
    [
      "errors, and it may proceed: not blindly",
      { minutes: 16, runs: [run("smoke", 0, "error")], over: { onDeadline: "proceed" } },
      "pause",
      /error/,
    ],
    [
      "never asked, and it may proceed: not blindly",
      { minutes: 16, over: { onDeadline: "proceed" } },
      "pause",
      /to be asked/,
    ],
    [
      "inconclusive, and it may proceed",
      {
        minutes: 16,
        runs: [...good("cart"), run("smoke", 0, "inconclusive")],
        over: { onDeadline: "proceed" },
      },
      "set",
      /good at 0 %/,
    ],
    [
      "a person's word, after no verdict",
      { runs: [...good("cart"), run("smoke", 0, "error")], over: { approved: true } },
      "set",
      /good at/,
    ],
    ["a person's word, never asked", { over: { approved: true } }, "hook", /smoke/],
    [
      "bad before the traffic",
      { runs: [run("smoke", 0, "bad")] },
      "abort",
      /slot green is bad: hook "smoke": so it is/,
    ],
    [
      "bad before the traffic, to be held",
      { runs: [run("smoke", 0, "bad")], over: { onBad: "hold" } },
      "abort",
      /smoke/,
    ],
    ["bad between steps", { step: 1, runs: [run("kpi", 1, "bad")] }, "revert", /hook "kpi"/],
    ["bad, and paused", { step: 1, runs: [run("kpi", 1, "bad")], over: paused }, "revert", /kpi/],
    [
      "bad in an earlier step, told late",
      { step: 1, runs: [run("smoke", 0, "bad")] },
      "revert",
      /smoke/,
    ],
    [
      "bad, and to be held",
      { step: 1, runs: [run("kpi", 1, "bad")], over: { onBad: "hold" } },
      "pause",
      /held, not reverted/,
    ],
    [
      "bad, and a dead stable side",
      { step: 1, runs: [run("kpi", 1, "bad")], seen: { healthyTargets: { blue: 0, green: 1 } } },
      "pause",
      /no healthy target either/,
    ],
    [
      "an alarm before a hook",
      { seen: { candidate: alarms("ALARM") } },
      "revert",
      /slot green is bad: /,
    ],
    [
      "an alarm that nobody can read before a hook",
      { seen: { candidate: null } },
      "wait",
      /cannot be read/,
    ],
    [
      "a candidate without targets before a hook",
      { seen: { healthyTargets: { blue: 1, green: 0 } } },
      "wait",
      /no healthy target/,
    ],
    ["paused", { over: paused }, "wait", /lunch/],
    ["a bake before a hook", { step: 1, minutes: 4 }, "wait", /bakes/],
    [
      "want of traffic before a hook",
      { step: 1, seen: { requests: 3 } },
      "wait",
      /only 3 requests/,
    ],
    ["a hook before its gate", { step: 1 }, "hook", /kpi/],
    ["the gate after its hook", { step: 1, runs: [run("kpi", 1, "good")] }, "wait", /gate/],
    [
      "good in another step says nothing of this one",
      { step: 1, runs: [run("kpi", 0, "good")] },
      "hook",
      /kpi/,
    ],
    ["after all traffic", { step: 2 }, "hook", /"all" \(after\)/],
    ["good after all traffic", { step: 2, runs: [run("all", 2, "good")] }, "promote", /last step/],
    ["bad after all traffic", { step: 2, runs: [run("all", 2, "bad")] }, "revert", /hook "all"/],
  ])("%s: %3$s", (_story, told, move, why) => {
    const next = nextMove(sight(told));
    expect(next.why).toMatch(why);
    expect(next.move).toBe(move);
  });

  test("that is held over a hook asks it again on a person's word; one to be reverted does not", () => {
    const runs = [run("kpi", 1, "bad")];
    const held = sight({ step: 1, runs, over: { ...paused, onBad: "hold" } }).record;
    for (const after of [rolloutResumed(held), rolloutApproved(held, false)]) {
      expect(nextMove({ ...sight({ step: 1 }), record: after })).toMatchObject({
        move: "hook",
        hooks: ["kpi"],
      });
    }
    const going = sight({ step: 1, runs, over: paused }).record;
    expect(nextMove({ ...sight({ step: 1 }), record: rolloutApproved(going, true) }).move).toBe(
      "revert",
    );
  });

  test("never rises past a hook that is not good, whatever else is seen", () => {
    const outcome = fc.constantFrom<HookOutcome | null>(
      "good",
      "bad",
      "inconclusive",
      "error",
      null,
    );
    fc.assert(
      fc.property(
        fc.record({
          outcomes: fc.array(outcome, { minLength: 4, maxLength: 4 }),
          step: fc.nat(2),
          minutes: fc.nat(40),
          isPaused: fc.boolean(),
          approved: fc.boolean(),
          onBad: fc.constantFrom("revert", "hold"),
          onDeadline: fc.constantFrom("abort", "hold", "proceed"),
        }),
        ({ outcomes, step, minutes, isPaused, approved, onBad, onDeadline }) => {
          const runs = HOOKS.flatMap(({ name }, index) => {
            const answer = outcomes[index];
            return answer ? run(name, step, answer, 0) : [];
          });
          const over = { approved, onBad, onDeadline, ...(isPaused ? paused : {}) };
          const next = nextMove(sight({ step, minutes, runs, over }));
          const rises = next.move === "promote" || (next.move === "set" && next.step > step);
          const when = (["before", "between", "after"] as const)[step];
          const due = HOOKS.flatMap((one, index) => (one.when === when ? [outcomes[index]] : []));
          const told = outcomes.every((one) => one !== "bad");
          const may = due.every(
            (one) =>
              one === "good" ||
              (approved && (one === "inconclusive" || one === "error")) ||
              (one === "inconclusive" && onDeadline === "proceed"),
          );
          return !rises || (told && may && !isPaused);
        },
      ),
    );
  });
});
