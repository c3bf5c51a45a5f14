/** Whom a topic's policy lets publish. */
import { describe, expect, test } from "vitest";
import { Decision } from "../../../lab/iam/evaluate.ts";
import { parsePolicy, roleAccess, serviceAccess } from "../../../lab/sns/policy.ts";
import { defaultPolicy } from "../../../lab/sns/topics.ts";

const TOPIC = "arn:aws:sns:us-east-1:000000000000:news";
const alarm = {
  principal: "cloudwatch.amazonaws.com",
  sourceArn: "arn:aws:cloudwatch:us-east-1:000000000000:alarm:checkout-green",
};
const rule = {
  principal: "events.amazonaws.com",
  sourceArn: "arn:aws:events:us-east-1:000000000000:rule/alarms",
};

const policyOf = (...statements: object[]) =>
  parsePolicy(
    "SetTopicAttributes",
    JSON.stringify({ Version: "2012-10-17", Statement: statements }),
  );
const statement = (more: object) => ({
  Effect: "Allow",
  Principal: { Service: "cloudwatch.amazonaws.com" },
  Action: "sns:Publish",
  Resource: TOPIC,
  ...more,
});

describe("services", () => {
  test("the default policy lets alarms of the account in, and no rule", () => {
    const policy = parsePolicy("CreateTopic", defaultPolicy(TOPIC));
    expect(serviceAccess(policy, TOPIC, alarm)).toBe(Decision.Allow);
    expect(serviceAccess(policy, TOPIC, rule)).toBe(Decision.ImplicitDeny);
  });

  test.each([
    ["the service", {}, Decision.Allow],
    ["another service", { Principal: { Service: "events.amazonaws.com" } }, Decision.ImplicitDeny],
    ["anyone", { Principal: "*" }, Decision.Allow],
    ["another action", { Action: "sns:Subscribe" }, Decision.ImplicitDeny],
    ["any action, in capitals", { Action: ["SNS:*"] }, Decision.Allow],
    ["another topic", { Resource: `${TOPIC}2` }, Decision.ImplicitDeny],
    [
      "the alarm",
      { Condition: { ArnLike: { "aws:SourceArn": "arn:aws:cloudwatch:*:*:alarm:checkout-*" } } },
      Decision.Allow,
    ],
    [
      "another alarm",
      { Condition: { ArnLike: { "aws:SourceArn": "arn:aws:cloudwatch:*:*:alarm:other" } } },
      Decision.ImplicitDeny,
    ],
    [
      "the account",
      { Condition: { StringEquals: { "aws:SourceAccount": "000000000000" } } },
      Decision.Allow,
    ],
    [
      "another account",
      { Condition: { StringEquals: { "aws:SourceAccount": "111111111111" } } },
      Decision.ImplicitDeny,
    ],
    [
      "a key that the lab cannot judge",
      { Condition: { StringEquals: { "aws:SourceVpce": "vpce-1" } } },
      Decision.ImplicitDeny,
    ],
  ])("an Allow for %s", (_, more, decision) => {
    expect(serviceAccess(policyOf(statement(more)), TOPIC, alarm)).toBe(decision);
  });

  test("a Deny wins", () => {
    const policy = policyOf(statement({}), statement({ Effect: "Deny", Principal: "*" }));
    expect(serviceAccess(policy, TOPIC, alarm)).toBe(Decision.ExplicitDeny);
  });
});

test("a role is denied by its ARN, by its session's and by its account", () => {
  const role = "arn:aws:iam::000000000000:role/guard";
  const session = "arn:aws:sts::000000000000:assumed-role/guard/x";
  const denied = (AWS: string) =>
    roleAccess(policyOf(statement({ Effect: "Deny", Principal: { AWS } })), TOPIC, [role, session]);
  for (const named of [role, session, "000000000000", "*"]) {
    expect(denied(named)).toBe(Decision.ExplicitDeny);
  }
  expect(denied("arn:aws:iam::000000000000:role/other")).toBe(Decision.ImplicitDeny);
});

test.each([
  ["{", "Policy Error: null"],
  ['{"Statement":[{"Effect":"Maybe"}]}', "Effect must be Allow or Deny"],
  [JSON.stringify({ Statement: statement({ Action: "sqs:Send" }) }), "out of service scope"],
  [JSON.stringify({ Statement: statement({ Principal: undefined }) }), "needs a Principal"],
])("%s is refused", (text, reason) => {
  expect(() => parsePolicy("SetTopicAttributes", text)).toThrow(reason);
});
