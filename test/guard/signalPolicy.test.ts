import fc from "fast-check";
import { expect, test } from "vitest";
import {
  DEFAULT_POLICY,
  parsePolicy,
  policyOfTag,
  renderPolicy,
  Role,
  type SignalPolicy,
  type SignalRole,
  tally,
} from "../../guard/signalPolicy.ts";
import { latestValue } from "../../guard/reasonData.ts";

const role: fc.Arbitrary<SignalRole> = fc.oneof(
  fc.constantFrom(Role.Immediate, Role.Investigate).map((one) => ({ role: one, votes: null })),
  fc.integer({ min: 1, max: 100 }).map((votes) => ({ role: Role.Vote, votes })),
);
const policies: fc.Arbitrary<SignalPolicy> = fc.record({
  roles: fc.record({
    errors: role,
    unhealthy: role,
    latency: role,
    latencyRatio: role,
    fastErrors: role,
    fastLatency: role,
  }),
  votesNeeded: fc.option(fc.integer({ min: 1, max: 600 })),
});

test("a policy is the same after it was a tag, in the characters and the length of one", () => {
  fc.assert(
    fc.property(policies, (policy) => {
      const tag = renderPolicy(policy);
      expect(tag).toMatch(/^[\w +\-=.:/@]{0,256}$/);
      expect(parsePolicy(tag)).toEqual({ policy, problems: [] });
    }),
    { seed: 7 },
  );
});

test("without a tag, or with one that nobody can read, every signal reverts alone", () => {
  expect(policyOfTag(undefined)).toEqual(DEFAULT_POLICY);
  expect(policyOfTag("errors=perhaps")).toEqual(DEFAULT_POLICY);
  expect(renderPolicy(DEFAULT_POLICY)).toBe("");
});

test.each([
  [[], { reverts: false, votes: 0 }],
  [["latency"], { reverts: false, votes: 2 }],
  [["latency", "latencyRatio"], { reverts: true, votes: 3 }],
  [["unhealthy"], { reverts: false, votes: 0, investigated: ["unhealthy"] }],
  [["unhealthy", "latency"], { reverts: false, votes: 2 }],
  [["errors"], { reverts: true, immediate: ["errors"] }],
] as const)("of %j in ALARM", (inAlarm, expected) => {
  const text = "latency=vote:2 latencyRatio=vote unhealthy=investigate votesNeeded=3";
  expect(tally(parsePolicy(text).policy, inAlarm)).toMatchObject(expected);
});

const point = (minute: number, value: number | undefined) => ({
  timestamp: `2019-10-02T16:5${minute}:00.000+0000`,
  sampleCount: 1,
  value,
});
test.each<[what: string, data: unknown, value: number | null]>([
  ["the newest evaluated point", { evaluatedDatapoints: [point(9, 30), point(8, 1)] }, 30],
  ["whatever their order", { evaluatedDatapoints: [point(8, 1), point(9, 30)] }, 30],
  ["not one without a value", { evaluatedDatapoints: [point(9, undefined), point(8, 1)] }, 1],
  ["the last recent one where none is told of", { recentDatapoints: [99.5, 12] }, 12],
  ["none when data was missing", { recentDatapoints: [], threshold: 1 }, null],
  ["none of another shape", { recentDatapoints: "many" }, null],
  ["none of a list", [1], null],
])("the value behind an alarm: %s", (_what, data, value) => {
  expect(latestValue(JSON.stringify(data))).toBe(value);
});

test("an alarm without a reason in JSON has no value", () => {
  expect([undefined, "", "{"].map(latestValue)).toEqual([null, null, null]);
});
