/** Which way a release comes back, and which releases do not. */
import { describe, expect, test } from "vitest";
import { KEPT_RELEASES, remembered, type StableRelease } from "../../../guard/history.ts";
import {
  type EnvironmentRecord,
  initialRecord,
  latched,
  Phase,
  promoted,
} from "../../../guard/record.ts";
import {
  deployTimesOf,
  describeEstimate,
  estimateDeploy,
} from "../../../guard/rollback/estimate.ts";
import { type RollbackSight, wayBack } from "../../../guard/rollback/plan.ts";
import { allOn } from "../../../guard/slot.ts";

const AT = "2026-01-01T00:00:00.000Z";
const entry = (release: string, slot: "blue" | "green"): StableRelease => ({
  release,
  slot,
  taskDefinition: `checkout-${slot}:${release}`,
  promotedAt: AT,
  bad: null,
});
const running = (release: string) => ({ release, taskDefinition: `definition-of-${release}` });

/** Release 4 is stable in blue, 3 is warm in green. */
const RECORD: EnvironmentRecord = {
  ...initialRecord("checkout"),
  previous: { slot: "green", release: "3", warmUntil: AT },
  history: [entry("4", "blue"), entry("3", "green"), entry("2", "blue"), entry("1", "green")],
};
const sight = (
  record: Partial<EnvironmentRecord> = {},
  rest: Partial<RollbackSight> = {},
): RollbackSight => ({
  record: { ...RECORD, ...record },
  deployed: { blue: running("4"), green: running("3") },
  weights: allOn("blue"),
  healthyTargets: { blue: 1, green: 1 },
  ...rest,
});

const rollback = {
  id: "b1",
  release: "2",
  slot: "green" as const,
  taskDefinition: "checkout-green:7",
  latch: null,
  why: "",
  startedAt: AT,
};
const latch = {
  slot: "green" as const,
  reason: "errors",
  reversionId: "r1",
  at: AT,
  explanation: null,
};

test.each([
  ["the stable one", "4", sight(), "home"],
  ["the stable one in a rollout", "4", sight({ phase: Phase.Baking, candidate: "green" }), "home"],
  ["the previous one, warm", "3", sight(), "warm"],
  [
    "the previous one without targets",
    "3",
    sight({}, { healthyTargets: { blue: 1, green: 0 } }),
    "deploy",
  ],
  [
    "the previous one, replaced",
    "3",
    sight({}, { deployed: { blue: running("4"), green: running("5") } }),
    "deploy",
  ],
  ["an older one", "2", sight(), "deploy"],
  [
    "an older one while the stable slot is down",
    "2",
    sight({}, { healthyTargets: { blue: 0, green: 1 } }),
    "deploy",
  ],
  ["an older one over a latched release", "2", sight({ latch, previous: null }), "deploy"],
  ["one that was begun", "2", sight({ rollback }), "resume"],
  [
    "one that was begun and moves",
    "2",
    sight({ rollback, phase: Phase.Shifting, candidate: "green" }),
    "resume",
  ],
  ["another one than was begun", "1", sight({ rollback, previous: null }), "deploy"],
])("%s comes back", (_what, release, seen, way) => {
  expect(wayBack(release, seen).way).toBe(way);
});

const bad = { why: "rolled back", at: AT };
test.each([
  ["nobody knows", "9", sight(), "unknown-release", "usage"],
  [
    "was left for being bad",
    "2",
    sight({ history: [{ ...entry("2", "blue"), bad }] }),
    "bad-release",
    "usage",
  ],
  [
    "waits for a rollout",
    "2",
    sight({ phase: Phase.Baking, candidate: "green" }),
    "rollout-in-progress",
    "environment",
  ],
  [
    "waits for another rollback that moves",
    "1",
    sight({ rollback, phase: Phase.Shifting, candidate: "green" }),
    "rollout-in-progress",
    "environment",
  ],
  [
    "would be put under traffic",
    "2",
    sight({}, { weights: { blue: 90, green: 10 } }),
    "weights-drifted",
    "environment",
  ],
  [
    "has no task definition",
    "2",
    sight({ history: [{ ...entry("2", "blue"), taskDefinition: null }] }),
    "release-gone",
    "environment",
  ],
])("one that %s is refused", (_what, release, seen, code, kind) => {
  expect(() => wayBack(release, seen)).toThrow(expect.objectContaining({ code, kind }));
});

const candidate = (slot: "blue" | "green", stable: "blue" | "green"): EnvironmentRecord => ({
  ...initialRecord("checkout", stable),
  candidate: slot,
  phase: Phase.Baking,
});

describe("the history", () => {
  test("begins with the release that the environment began with", () => {
    const deployed = { blue: running("1"), green: running("2") };
    const { history } = promoted(candidate("green", "blue"), "1", AT, AT, deployed);
    expect(history).toEqual([
      { ...running("2"), slot: "green", promotedAt: AT, bad: null },
      { ...running("1"), slot: "blue", promotedAt: null, bad: null },
    ]);
  });

  test("lists a release once, the last five good ones, and bad ones besides", () => {
    let history: StableRelease[] = [{ ...entry("bad", "blue"), bad }];
    for (const release of ["1", "2", "3", "4", "5", "6", "3"]) {
      history = remembered(history, entry(release, "blue"));
    }
    expect(history.map(({ release }) => release)).toEqual(["3", "6", "5", "4", "2", "bad"]);
    expect(history.filter((one) => one.bad === null)).toHaveLength(KEPT_RELEASES);
  });

  test("says of a release that was left after its promotion that it is bad", () => {
    const deployed = { blue: running("1"), green: running("2") };
    const record = promoted(candidate("green", "blue"), "1", AT, AT, deployed);
    const { history } = latched(record, "green", "blue", { id: "r1", reason: "errors", at: AT });
    expect(history.map((one) => [one.release, one.bad?.why])).toEqual([
      ["2", "errors"],
      ["1", undefined],
    ]);
  });

  test("is not touched when a candidate that was never stable is reverted", () => {
    const record = { ...candidate("green", "blue"), history: RECORD.history };
    const { history } = latched(record, "green", "blue", { id: "r1", reason: "errors", at: AT });
    expect(history).toEqual(RECORD.history);
  });
});

const service = (...lines: readonly (readonly [atMs: number, message: string])[]) => ({
  events: lines
    .map(([atMs, message]) => ({ atMs, message: `(service checkout-blue) ${message}` }))
    .toReversed(),
});

describe("how long a deployment takes", () => {
  test("is measured from the first new task, not from one that was restarted before", () => {
    const seen = service(
      [0, "has started 1 tasks: (task a)."],
      [20_000, "(deployment ecs-svc/1) deployment completed."],
      [20_000, "has reached a steady state."],
      [50_000, "has started 1 tasks: (task b)."],
      [60_000, "has reached a steady state."],
      [100_000, "has started 2 tasks: (task c) (task d)."],
      [130_000, "has started 1 tasks: (task e)."],
      [160_000, "(deployment ecs-svc/2) deployment completed."],
      [160_000, "has reached a steady state."],
    );
    expect(deployTimesOf(seen)).toEqual([20_000, 60_000]);
  });

  test.each([
    [[], true, "not measured yet (n = 0), not less than 10.0 s"],
    [[30_000], true, "30.0 s (n = 1 deployments), not less than 10.0 s"],
    [
      [60_000, 20_000, 30_000],
      false,
      "30.0 s, at most 1 m 0.0 s (n = 3 deployments), not less than 2 m 10.0 s",
    ],
  ])("%j with the alarm OK %j: %s", (times, alarmOk, words) => {
    expect(describeEstimate(estimateDeploy(times, alarmOk))).toBe(words);
  });
});
