import { describe, expect, it } from "vitest";
import { permitsAlarm } from "../../../drills/verdict/invokePolicy.ts";

const ALARM = "arn:aws:cloudwatch:us-east-1:000000000000:alarm:checkout-green";
const ALLOWED = {
  Sid: "guard-alarm-green",
  Effect: "Allow",
  Principal: { Service: "lambda.alarms.cloudwatch.amazonaws.com" },
  Action: "lambda:InvokeFunction",
  Resource: "arn:aws:lambda:us-east-1:000000000000:function:checkout-guard",
  Condition: {
    StringEquals: { "AWS:SourceAccount": "000000000000" },
    ArnLike: { "AWS:SourceArn": ALARM },
  },
};

describe("whether a resource policy lets the alarm invoke", () => {
  it.each<[string, object[], boolean]>([
    ["the statement of `aws lambda add-permission`", [ALLOWED], true],
    ["no statement", [], false],
    [
      "another alarm",
      [{ ...ALLOWED, Condition: { ArnLike: { "AWS:SourceArn": `${ALARM}-2` } } }],
      false,
    ],
    [
      "alarms by wildcard",
      [
        {
          ...ALLOWED,
          Condition: { ArnLike: { "AWS:SourceArn": "arn:aws:cloudwatch:*:*:alarm:checkout-*" } },
        },
      ],
      true,
    ],
    [
      "another account",
      [{ ...ALLOWED, Condition: { StringEquals: { "AWS:SourceAccount": "111111111111" } } }],
      false,
    ],
    ["another principal", [{ ...ALLOWED, Principal: { Service: "sns.amazonaws.com" } }], false],
    [
      "one principal of several",
      [
        {
          ...ALLOWED,
          Principal: { Service: ["sns.amazonaws.com", "lambda.alarms.cloudwatch.amazonaws.com"] },
        },
      ],
      true,
    ],
    ["everybody", [{ ...ALLOWED, Principal: "*", Condition: {} }], true],
    ["another action", [{ ...ALLOWED, Action: "lambda:GetFunction" }], false],
    ["an action by wildcard", [{ ...ALLOWED, Action: "lambda:*" }], true],
    [
      "a condition that is not understood",
      [{ ...ALLOWED, Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1" } } }],
      false,
    ],
    [
      "an operator that is not understood",
      [{ ...ALLOWED, Condition: { StringNotEquals: { "AWS:SourceAccount": "000000000000" } } }],
      false,
    ],
    ["a denial beats it", [ALLOWED, { ...ALLOWED, Effect: "Deny" }], false],
  ])("%s", (_what, statements, expected) => {
    const policy = JSON.stringify({ Version: "2012-10-17", Statement: statements });
    expect(permitsAlarm(policy, ALARM)).toBe(expected);
  });
});
