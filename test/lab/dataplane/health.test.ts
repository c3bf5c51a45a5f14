import { describe, expect, test } from "vitest";
import {
  afterCheck,
  DRAINING,
  matches,
  NOT_IN_USE,
  REGISTERING,
  type CheckOutcome,
  type Health,
} from "../../../lab/dataplane/health.ts";

const OUTCOMES: Readonly<Record<string, CheckOutcome>> = {
  "+": { kind: "response", status: 200 },
  "5": { kind: "response", status: 503 },
  t: { kind: "timeout" },
  x: { kind: "failed" },
};
const LETTERS: Readonly<Record<string, string>> = { initial: "i", healthy: "h", unhealthy: "u" };

function run(checks: string, from: Health = REGISTERING): Health[] {
  const states: Health[] = [];
  let health = from;
  for (const check of checks) {
    health = afterCheck(health, OUTCOMES[check] ?? { kind: "failed" }, {
      healthyThreshold: 3,
      unhealthyThreshold: 2,
      matcher: "200-299",
    });
    states.push(health);
  }
  return states;
}

describe("health after each check, 3 passes to heal and 2 failures to fall", () => {
  test.each([
    { checks: "+", states: "h", why: "a new target needs one pass" },
    { checks: "x+", states: "ih", why: "also after a failure" },
    { checks: "xx", states: "iu", why: "two failures in a row" },
    { checks: "+x+x+", states: "hhhhh", why: "single failures do not count up" },
    { checks: "+xx", states: "hhu", why: "a healthy one falls on the second" },
    { checks: "xx++", states: "iuuu", why: "two passes are not enough to heal" },
    { checks: "xx+++", states: "iuuuh", why: "three are" },
    { checks: "xx++x+++", states: "iuuuuuuh", why: "a failure starts the count again" },
    { checks: "tt5", states: "iuu", why: "timeouts and codes are failures too" },
  ])("$checks -> $states: $why", ({ checks, states }) => {
    expect(
      run(checks)
        .map(({ state }) => LETTERS[state])
        .join(""),
    ).toBe(states);
  });

  test.each([
    ["55", "Target.ResponseCodeMismatch", "Health checks failed with these codes: [503]"],
    ["tt", "Target.Timeout", "Request timed out"],
    ["xx", "Target.FailedHealthChecks", "Health checks failed"],
    ["x", "Elb.InitialHealthChecking", "Initial health checks in progress"],
    ["xx5", "Target.ResponseCodeMismatch", "Health checks failed with these codes: [503]"],
  ])("after %s the reason is %s", (checks, reason, description) => {
    expect(run(checks).at(-1)).toMatchObject({ reason, description });
  });

  test("a healthy target has no reason", () => {
    expect(run("xx+++").at(-1)).toEqual({ state: "healthy", passes: 3, failures: 0 });
  });

  test.each([NOT_IN_USE, DRAINING])("$state is not left by a check", (health) => {
    expect(run("+++", health).at(-1)).toBe(health);
  });
});

test.each([
  ["200", 200, true],
  ["200", 201, false],
  ["200,202", 202, true],
  ["200-299", 250, true],
  ["200-299,301", 301, true],
  ["200-299,301", 300, false],
])("matcher %s, status %d: %s", (matcher, status, expected) => {
  expect(matches(matcher, status)).toBe(expected);
});
