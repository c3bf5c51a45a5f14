/** The limits that AWS documents for a rule's conditions. */
import type { RuleCondition } from "@aws-sdk/client-elastic-load-balancing-v2";
import { expect, test } from "vitest";
import { checkConditions } from "../../../lab/elbv2/conditions.ts";

const header = (name: string, ...values: string[]): RuleCondition => ({
  Field: "http-header",
  HttpHeaderConfig: { HttpHeaderName: name, Values: values },
});
const path = (...values: string[]): RuleCondition => ({ Field: "path-pattern", Values: values });

test.each<[string, RuleCondition[], string]>([
  ["a fourth value of a condition", [path("/1", "/2", "/3", "/4")], "at most 3 values"],
  [
    "a sixth value of a rule",
    [path("/1", "/2", "/3"), header("x-a", "1", "2", "3")],
    "at most 5 condition values",
  ],
  [
    "a sixth wildcard of a rule",
    [header("cookie", "*a*", "*b?"), header("x-a", "*", "?")],
    "at most 5 wildcards",
  ],
  ["the Host header", [header("Host", "a")], "not a valid HTTP header name"],
  ["a header of 41 characters", [header("x".repeat(41), "a")], "not a valid HTTP header name"],
  ["a header with a blank", [header("x a", "a")], "not a valid HTTP header name"],
])("%s is refused", (_what, conditions, message) => {
  expect(() => checkConditions(conditions)).toThrow(message);
});

test("everything up to the limits is taken, and an escaped star is no wildcard", () => {
  const cookie = header("Cookie", "slot=green*", "*; slot=green?*\\*\\?");
  expect(checkConditions([path("/1", "/2", "/3"), cookie])).toHaveLength(2);
  expect(checkConditions([header("x-!#$%&'*+.^_`|~-", "*?")])).toHaveLength(1);
});
