import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  compileRule,
  guardRule,
  minimalSets,
  policyNotes,
  readPolicy,
  ruleTrouble,
  signalsWith,
  type Voter,
} from "../../components/signalPolicy.ts";
import { DEFAULT_POLICY, Role, type SignalPolicy, tally } from "../../guard/signalPolicy.ts";
import { ALL_SIGNALS, type AnySignal } from "../../guard/signals.ts";
import { holds, parseRule } from "../../lab/cloudwatch/alarms/rule.ts";

const STATES = ["OK", "ALARM", "INSUFFICIENT_DATA"] as const;
type State = (typeof STATES)[number];

/** Every way in which the signals can be, each OK, ALARM or without data: 3^6 of them. */
const EVERYTHING: readonly ReadonlyMap<AnySignal, State>[] = ALL_SIGNALS.reduce<
  Map<AnySignal, State>[]
>(
  (all, signal) => all.flatMap((one) => STATES.map((state) => new Map([...one, [signal, state]]))),
  [new Map()],
);

const rule = (policy: SignalPolicy): string => guardRule(policy, ALL_SIGNALS, (signal) => signal);

function policyOf(text: string): SignalPolicy {
  const { policy, problems } = readPolicy(text, { fastSignals: true });
  expect(problems).toEqual([]);
  return policy;
}

/** CloudWatch's verdict over the rule's text, against what the policy says, in every state. */
function expectSame(policy: SignalPolicy): void {
  const parsed = parseRule(rule(policy));
  for (const states of EVERYTHING) {
    const bad = ALL_SIGNALS.filter((signal) => states.get(signal) === "ALARM");
    const verdict = holds(parsed, (name) => states.get(name as AnySignal));
    if (verdict !== tally(policy, bad).reverts) {
      throw new Error(`${rule(policy)} says ${verdict} of ${JSON.stringify([...states])}`);
    }
  }
}

describe("the rule that a policy is compiled to", () => {
  test.each<[text: string, rule: string]>([
    [
      "",
      'ALARM("errors") OR ALARM("unhealthy") OR ALARM("latency") OR ALARM("latencyRatio") OR ' +
        'ALARM("fastErrors") OR ALARM("fastLatency")',
    ],
    [
      "latency=vote latencyRatio=vote fastLatency=vote votesNeeded=2 fastErrors=investigate",
      'ALARM("errors") OR ALARM("unhealthy") OR ' +
        'AT_LEAST(2, ALARM, ("latency", "latencyRatio", "fastLatency"))',
    ],
    [
      "latency=vote:2 latencyRatio=vote:2 fastLatency=vote:2 votesNeeded=3",
      'ALARM("errors") OR ALARM("unhealthy") OR ALARM("fastErrors") OR ' +
        'AT_LEAST(2, ALARM, ("latency", "latencyRatio", "fastLatency"))',
    ],
    [
      "latency=vote:2 latencyRatio=vote fastLatency=vote votesNeeded=2 fastErrors=investigate",
      'ALARM("errors") OR ALARM("unhealthy") OR ALARM("latency") OR ' +
        '(ALARM("latencyRatio") AND ALARM("fastLatency"))',
    ],
    [
      "errors=vote:3 unhealthy=investigate latency=vote:2 latencyRatio=vote fastErrors=investigate " +
        "fastLatency=investigate votesNeeded=3",
      'ALARM("errors") OR (ALARM("latency") AND ALARM("latencyRatio"))',
    ],
    [
      "errors=vote unhealthy=vote latency=investigate latencyRatio=investigate " +
        "fastErrors=investigate fastLatency=investigate votesNeeded=1",
      'ALARM("errors") OR ALARM("unhealthy")',
    ],
  ])("%s", (text, expected) => {
    expect(rule(policyOf(text))).toBe(expected);
    expectSame(policyOf(text));
  });

  const role = fc.oneof(
    fc.constant("immediate"),
    fc.constant("investigate"),
    fc.integer({ min: 1, max: 5 }).map((votes) => `vote:${votes}`),
  );
  test("says what the policy says, for any policy that is not refused, in every state", () => {
    let taken = 0;
    const roles = fc.tuple(role, role, role, role, role, role);
    fc.assert(
      fc.property(roles, fc.option(fc.integer({ min: 1, max: 12 })), (chosen, needed) => {
        const words = ALL_SIGNALS.map((signal, index) => `${signal}=${chosen[index]}`);
        const votes = needed === null ? [] : [`votesNeeded=${needed}`];
        const text = [...words, ...votes].join(" ");
        const { policy, problems } = readPolicy(text, { fastSignals: true });
        if (problems.length > 0) return;
        taken++;
        expectSame(policy);
      }),
      { numRuns: 300, seed: 7 },
    );
    expect(taken).toBeGreaterThan(50);
  });

  test("lists a weighted vote's smallest sets, each once, and none within another", () => {
    const votes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 7 });
    fc.assert(
      fc.property(votes, fc.integer({ min: 1, max: 30 }), (weights, needed) => {
        const voters = weights.map((weight, index) => vote(`a${index}`, weight));
        const sum = (names: readonly string[]): number =>
          names.reduce((total, name) => total + (weights[Number(name.slice(1))] ?? 0), 0);
        const sets = minimalSets(voters, needed);
        for (const set of sets) {
          expect(sum(set)).toBeGreaterThanOrEqual(needed);
          for (const one of set) {
            expect(sum(set.filter((other) => other !== one))).toBeLessThan(needed);
          }
        }
        expect(new Set(sets.map(String)).size).toBe(sets.length);
      }),
      { seed: 7 },
    );
  });
});

function vote(name: string, votes: number): Voter {
  return { name, role: Role.Vote, votes };
}

test("a rule that CloudWatch would not take is said to be one", () => {
  expect(ruleTrouble(rule(DEFAULT_POLICY))).toBeUndefined();
  const unequal = Array.from({ length: 12 }, (_, index) => vote(`alarm-${index}`, 10 + index));
  expect(ruleTrouble(compileRule(unequal, 90))).toMatch(
    /^its alarm rule has \d+ characters, CloudWatch takes 10240; \d+ elements, CloudWatch takes 500$/,
  );
});

describe("a policy is refused that", () => {
  test.each<[why: string, text: string, field: string, told: RegExp]>([
    [
      "names an unknown signal",
      "sentiment=vote",
      "policy.sentiment",
      /a signal: errors, unhealthy, latency, latencyRatio, fastErrors, fastLatency/,
    ],
    ["gives an unknown role", "errors=maybe", "policy.errors", /immediate, investigate, vote/],
    ["gives no vote", "errors=vote:0 votesNeeded=1", "policy.errors", /1 to 100/],
    ["names one twice", "errors=vote errors=immediate", "policy.errors", /one entry/],
    ["wants half a vote", "errors=vote votesNeeded=1.5", "policy.votesNeeded", /whole number/],
    [
      "has votes that cannot come together",
      "errors=vote latency=vote votesNeeded=3",
      "policy.votesNeeded",
      /from 1 to 2, all the votes of errors, latency/,
    ],
    ["does not say how many votes", "errors=vote", "policy.votesNeeded", /1 to 1/],
    ["counts votes of nobody", "votesNeeded=2", "policy.votesNeeded", /no signal votes/],
    [
      "never reverts",
      "errors=investigate unhealthy=investigate latency=investigate latencyRatio=investigate",
      "policy",
      /a signal that can revert/,
    ],
    [
      "speaks of fast signals that are not there",
      "fastErrors=investigate",
      "policy.fastErrors",
      /nothing without fast signals/,
    ],
  ])("%s", (_why, text, field, told) => {
    const { problems } = readPolicy(text, { fastSignals: false });
    expect(problems).toMatchObject([{ field, allowed: expect.stringMatching(told) }]);
  });

  test("all at once, and as an object too", () => {
    const { problems } = readPolicy(
      { errors: "vote:0", latency: "vote", fastLatency: "investigate", votesNeeded: -1 },
      { fastSignals: false },
    );
    expect(problems.map(({ field }) => field)).toEqual([
      "policy.errors",
      "policy.votesNeeded",
      "policy.fastLatency",
    ]);
  });
});

test("what no drill can rehearse is said, and which vote never decides", () => {
  const policy = policyOf("latency=vote latencyRatio=vote unhealthy=investigate votesNeeded=2");
  expect(policyNotes(policy, signalsWith(false))).toEqual([
    "no drill can rehearse unhealthy, which is only investigated: a drill breaks one signal at a time",
    "no drill can rehearse latency, which has 1 of the 2 votes needed: a drill breaks one signal at a time",
    "no drill can rehearse latencyRatio, which has 1 of the 2 votes needed: no drill is sure to trip it",
  ]);
  expect(policyNotes(DEFAULT_POLICY, ALL_SIGNALS)).toEqual([]);
  const lame = policyOf("latency=vote:2 latencyRatio=vote votesNeeded=2");
  expect(policyNotes(lame, signalsWith(false))).toEqual([
    expect.stringMatching(/^the vote of latencyRatio never decides.*only holds rollouts/),
    expect.stringMatching(/^no drill can rehearse latencyRatio/),
  ]);
});
