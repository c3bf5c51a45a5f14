import { describe, expect, it, test } from "vitest";
import {
  type ReadinessFacts,
  readinessProblems,
  tooFewRequests,
} from "../../../drills/preflight/readiness.ts";

const ARMED: ReadinessFacts = {
  slot: "green",
  guardAlarm: "checkout-green",
  actionsEnabled: true,
  callsGuard: true,
  functionExists: true,
  invokePermitted: true,
  muteRules: [],
  warming: [],
  leastRequests: { errors: { requests: 20, periodSeconds: 60 } },
  strangers: [],
};

describe("the way home before a drill", () => {
  test("armed: nothing to say", () => {
    expect(readinessProblems(ARMED)).toEqual({ unarmed: [], blocking: [], passing: [] });
  });

  it.each<[keyof ReturnType<typeof readinessProblems>, Partial<ReadinessFacts>, RegExp]>([
    ["unarmed", { actionsEnabled: false }, /actions of alarm checkout-green are disabled/],
    ["unarmed", { callsGuard: false }, /does not call the guard/],
    ["unarmed", { functionExists: false, invokePermitted: false }, /function does not exist/],
    ["unarmed", { invokePermitted: false }, /may not invoke the guard's function/],
    ["blocking", { muteRules: ["night"] }, /muted by rule night/],
    ["blocking", { strangers: ["arn:x"] }, /arn:x does not carry the tag/],
    ["passing", { warming: ["checkout-green-errors"] }, /checkout-green-errors is in its warm-up/],
  ])("%s: %j", (kind, facts, sentence) => {
    const none = { unarmed: [], blocking: [], passing: [] };
    expect(readinessProblems({ ...ARMED, ...facts })).toEqual({
      ...none,
      [kind]: [expect.stringMatching(sentence)],
    });
  });
});

it.each<[string, number, RegExp | null]>([
  ["errors", 20 / 60, null],
  ["errors", 19 / 60, /sends 19 requests in 60 s .* nothing below 20/],
  ["unhealthy", 0, null],
])("traffic for %s at %d a second", (breaks, perSecond, expected) => {
  expect(String(tooFewRequests(ARMED, breaks, perSecond))).toMatch(expected ?? /^null$/);
});
