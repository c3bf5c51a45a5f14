/** What policies allow: the cases of AWS's documented evaluation logic. */
import { describe, expect, test } from "vitest";
import type { Context } from "../../../lab/iam/conditions.ts";
import { parsePolicy } from "../../../lab/iam/document.ts";
import { evaluate } from "../../../lab/iam/evaluate.ts";

const TABLE = "arn:aws:dynamodb:us-east-1:000000000000:table/checkout-record";
const PUT = "dynamodb:PutItem";

/** A policy of its own for every statement. */
function policies(...statements: object[]) {
  return statements.map((Statement) =>
    parsePolicy(JSON.stringify({ Version: "2012-10-17", Statement }), "identity"),
  );
}
const allow = (rest: object) => ({ Effect: "Allow", ...rest });
const deny = (rest: object) => ({ Effect: "Deny", ...rest });
const everything = allow({ Action: "*", Resource: "*" });

describe("effect, action and resource", () => {
  test.each([
    ["nothing said", [], "implicitDeny"],
    ["everything allowed", [everything], "allow"],
    ["exactly this", [allow({ Action: PUT, Resource: TABLE })], "allow"],
    ["another action", [allow({ Action: "dynamodb:GetItem", Resource: TABLE })], "implicitDeny"],
    ["another table", [allow({ Action: PUT, Resource: `${TABLE}2` })], "implicitDeny"],
    ["action in another case", [allow({ Action: "DYNAMODB:putitem", Resource: "*" })], "allow"],
    [
      "resource in another case",
      [allow({ Action: PUT, Resource: TABLE.toUpperCase().replace("ARN:", "arn:") })],
      "implicitDeny",
    ],
    ["action with a star", [allow({ Action: "dynamodb:*Item", Resource: "*" })], "allow"],
    [
      "action with a question mark",
      [allow({ Action: "dynamodb:Pu?Item", Resource: "*" })],
      "allow",
    ],
    [
      "resource with a star",
      [allow({ Action: PUT, Resource: "arn:aws:dynamodb:*:*:table/*" })],
      "allow",
    ],
    [
      "one of several",
      [allow({ Action: ["s3:*", PUT], Resource: ["arn:aws:s3:::x", TABLE] })],
      "allow",
    ],
    ["deny wins over allow", [everything, deny({ Action: PUT, Resource: "*" })], "explicitDeny"],
    [
      "deny wins whatever the order",
      [deny({ Action: PUT, Resource: "*" }), everything],
      "explicitDeny",
    ],
    ["deny of another action", [everything, deny({ Action: "s3:*", Resource: "*" })], "allow"],
    ["NotAction that names it", [allow({ NotAction: PUT, Resource: "*" })], "implicitDeny"],
    ["NotAction that names another", [allow({ NotAction: "iam:*", Resource: "*" })], "allow"],
    ["deny by NotAction", [everything, deny({ NotAction: "s3:*", Resource: "*" })], "explicitDeny"],
    ["NotResource that names it", [allow({ Action: "*", NotResource: TABLE })], "implicitDeny"],
    [
      "NotResource that names another",
      [allow({ Action: "*", NotResource: "arn:aws:s3:::x" })],
      "allow",
    ],
    [
      "allow by a policy variable",
      [allow({ Action: PUT, Resource: `${TABLE}\${aws:username}` })],
      "implicitDeny",
    ],
    [
      "deny by a policy variable",
      [everything, deny({ Action: PUT, Resource: "arn:aws:s3:::${aws:username}" })],
      "explicitDeny",
    ],
  ] as const)("%s: %s", (_name, statements, expected) => {
    expect(evaluate(policies(...statements), PUT, TABLE, {})).toBe(expected);
  });

  test("a call without a resource needs a star, not a pattern of ARNs", () => {
    const arns = policies(allow({ Action: "*", Resource: "arn:aws:dynamodb:*:*:*" }));
    expect(evaluate(arns, "dynamodb:ListTables", "*", {})).toBe("implicitDeny");
    expect(evaluate(policies(everything), "dynamodb:ListTables", "*", {})).toBe("allow");
  });
});

/** A deny under one condition that the lab can judge and one that it cannot. */
function denied(account: string) {
  const Condition = { StringEquals: { "aws:SourceAccount": account, "aws:SourceIp": "::1" } };
  return policies(everything, deny({ Action: "*", Resource: "*", Condition }));
}

describe("conditions", () => {
  const context: Context = {
    "aws:sourcearn": ["arn:aws:cloudwatch:us-east-1:000000000000:alarm:green"],
    "aws:sourceaccount": ["000000000000"],
    "aws:securetransport": ["true"],
    "dynamodb:leadingkeys": ["checkout", "search"],
    "sts:externalid": [],
    "aws:currenttime": ["2026-03-14T09:26:53.000Z"],
    "aws:epochtime": ["1773480413"],
    "aws:multifactorauthage": [],
    "aws:principaltag/": [],
    "aws:principaltag/team": ["checkout"],
    "aws:username": [],
  };
  const met = ["allow", "explicitDeny"] as const;
  const unmet = ["implicitDeny", "allow"] as const;
  /** Neither grants nor is passed over. */
  const unknown = ["implicitDeny", "explicitDeny"] as const;
  test.each([
    ["StringEquals", "aws:SourceAccount", "000000000000", met],
    ["StringEquals", "AWS:sourceACCOUNT", "000000000000", met],
    ["StringEquals", "aws:SourceAccount", ["1", "000000000000"], met],
    ["StringEquals", "aws:SourceAccount", "1", unmet],
    ["StringEquals", "sts:ExternalId", "1", unmet],
    ["StringEqualsIfExists", "sts:ExternalId", "1", met],
    ["StringNotEquals", "aws:SourceAccount", "1", met],
    ["StringNotEquals", "sts:ExternalId", "1", met],
    ["StringNotEquals", "aws:SourceAccount", ["1", "000000000000"], unmet],
    ["StringEqualsIgnoreCase", "aws:SecureTransport", "TRUE", met],
    ["StringLike", "aws:SourceAccount", "0000*", met],
    ["StringEquals", "aws:SourceAccount", "0000*", unmet],
    ["StringNotLike", "aws:SourceAccount", "0000*", unmet],
    ["ArnLike", "aws:SourceArn", "arn:aws:cloudwatch:*:*:alarm:*", met],
    ["ArnEquals", "aws:SourceArn", "arn:aws:cloudwatch:*:*:alarm:*", met],
    ["ArnLike", "aws:SourceArn", "arn:aws:cloudwatch:*:alarm:*", unmet],
    ["ArnNotLike", "aws:SourceArn", "arn:aws:sns:*:*:*", met],
    ["Bool", "aws:SecureTransport", true, met],
    ["Bool", "aws:SecureTransport", "false", unmet],
    ["Null", "sts:ExternalId", "true", met],
    ["Null", "aws:SourceArn", "true", unmet],
    ["Null", "aws:SourceArn", false, met],
    ["ForAllValues:StringEquals", "dynamodb:LeadingKeys", ["checkout", "search", "x"], met],
    ["ForAllValues:StringEquals", "dynamodb:LeadingKeys", "checkout", unmet],
    ["ForAllValues:StringEquals", "sts:ExternalId", "x", met],
    ["ForAnyValue:StringEquals", "dynamodb:LeadingKeys", "checkout", met],
    ["ForAnyValue:StringEquals", "sts:ExternalId", "x", unmet],
    ["StringEquals", "dynamodb:LeadingKeys", "checkout", unknown],
    ["StringEquals", "aws:SourceIp", "127.0.0.1", unknown],
    ["IpAddress", "aws:SourceAccount", "0.0.0.0/0", unknown],
    ["StringLike", "aws:SourceAccount", "${aws:PrincipalAccount}", unknown],
    ["NumericLessThan", "aws:EpochTime", 1773480414, met],
    ["NumericLessThan", "aws:EpochTime", "1773480413", unmet],
    ["NumericLessThanEquals", "aws:EpochTime", "1773480413", met],
    ["NumericEquals", "aws:EpochTime", "1773480413.0", met],
    ["NumericNotEquals", "aws:EpochTime", "1773480413", unmet],
    ["NumericGreaterThan", "aws:EpochTime", "today", unmet],
    ["NumericGreaterThan", "aws:MultiFactorAuthAge", "0", unmet],
    ["NumericLessThanIfExists", "aws:MultiFactorAuthAge", "1", met],
    ["DateGreaterThan", "aws:CurrentTime", "2026-03-14T09:26:52Z", met],
    ["DateGreaterThan", "aws:CurrentTime", "2026-03-14T09:26:53Z", unmet],
    ["DateGreaterThanEquals", "aws:CurrentTime", "2026-03-14T09:26:53Z", met],
    ["DateLessThan", "aws:CurrentTime", "2027-01-01T00:00:00Z", met],
    ["DateEquals", "aws:CurrentTime", 1773480413, met],
    ["StringEquals", "aws:PrincipalTag/team", "checkout", met],
    ["StringEquals", "aws:PrincipalTag/TEAM", "checkout", met],
    ["StringEquals", "aws:PrincipalTag/stage", "live", unmet],
    ["StringEqualsIfExists", "aws:PrincipalTag/stage", "live", met],
    ["Null", "aws:PrincipalTag/stage", "true", met],
    ["StringEquals", "aws:ResourceTag/stage", "live", unknown],
    ["StringEquals", "aws:PrincipalTag/team", "${aws:PrincipalTag/team}", met],
    ["StringEquals", "aws:PrincipalTag/team", "${aws:PrincipalTag/stage, 'checkout'}", met],
    ["StringEquals", "aws:PrincipalTag/team", "${aws:username, 'search'}", unmet],
    ["StringEquals", "aws:PrincipalTag/team", "${aws:username}", unknown],
    ["StringLike", "aws:PrincipalTag/team", "${$}checkout", unmet],
    ["StringLike", "aws:PrincipalTag/team", "${*}", unknown],
    ["Null", "aws:SourceIp", "true", unknown],
  ] as const)("%s %s %j", (operator, key, value, [ifAllowed, ifDenied]) => {
    const Condition = { [operator]: { [key]: value } };
    const allowed = policies(allow({ Action: "*", Resource: "*", Condition }));
    const refused = policies(everything, deny({ Action: "*", Resource: "*", Condition }));
    expect(evaluate(allowed, PUT, TABLE, context)).toBe(ifAllowed);
    expect(evaluate(refused, PUT, TABLE, context)).toBe(ifDenied);
  });

  test("all conditions must be met, and one that is not settles it", () => {
    expect(evaluate(denied("000000000000"), PUT, TABLE, context)).toBe("explicitDeny");
    expect(evaluate(denied("1"), PUT, TABLE, context)).toBe("allow");
  });
});

describe("policy variables in resources", () => {
  const context: Context = {
    "aws:principaltag/": [],
    "aws:principaltag/table": ["checkout-record"],
    "aws:principaltag/wild": ["*"],
    "aws:username": [],
  };
  const tables = "arn:aws:dynamodb:us-east-1:000000000000:table";
  const met = ["allow", "explicitDeny"] as const;
  const unmet = ["implicitDeny", "allow"] as const;
  const unknown = ["implicitDeny", "explicitDeny"] as const;
  test.each([
    ["a tag of the role", `${tables}/\${aws:PrincipalTag/table}`, met],
    ["another name", `${tables}/x-\${aws:PrincipalTag/table}`, unmet],
    ["beside a wildcard", `arn:aws:dynamodb:*:*:table/\${aws:PrincipalTag/table}`, met],
    ["with a default", `${tables}/\${aws:username, 'checkout-record'}`, met],
    ["of a user, for a role", `${tables}/\${aws:username}`, unknown],
    ["whose value would be a wildcard", `${tables}/\${aws:PrincipalTag/wild}`, unknown],
    ["that nobody knows", `${tables}/\${s3:prefix}`, unknown],
  ] as const)("%s: %s", (_what, Resource, [ifAllowed, ifDenied]) => {
    const granting = policies(allow({ Action: "*", Resource }));
    const refusing = policies(everything, deny({ Action: "*", Resource }));
    expect(evaluate(granting, PUT, TABLE, context)).toBe(ifAllowed);
    expect(evaluate(refusing, PUT, TABLE, context)).toBe(ifDenied);
  });

  test("are plain text in policies of the older version", () => {
    const Statement = allow({ Action: "*", Resource: `${tables}/\${aws:PrincipalTag/table}` });
    const decisions = ["2012-10-17", "2008-10-17"].map((Version) => {
      const text = JSON.stringify({ Version, Statement });
      return evaluate([parsePolicy(text, "identity")], PUT, TABLE, context);
    });
    expect(decisions).toEqual(["allow", "implicitDeny"]);
  });
});

describe("documents that IAM refuses", () => {
  const statement = { Effect: "Allow", Action: "s3:*", Resource: "*" };
  test.each([
    ["{", "identity", "Syntax errors in policy."],
    ["{", "trust", "This policy contains invalid Json"],
    [{ Statement: [] }, "identity", "Syntax errors in policy."],
    [{ Version: "2026-01-01", Statement: [statement] }, "identity", "version string"],
    [{ Statement: { ...statement, Effect: "allow" } }, "identity", "Syntax errors"],
    [{ Statement: { ...statement, Actions: "s3:*" } }, "identity", "Syntax errors"],
    [{ Statement: { Effect: "Allow", Resource: "*" } }, "identity", "must contain actions"],
    [{ Statement: { Effect: "Allow", Action: "s3:*" } }, "identity", "must contain resources"],
    [{ Statement: { ...statement, Action: "PutItem" } }, "identity", "prefaced by a vendor"],
    [{ Statement: { ...statement, Resource: "bucket" } }, "identity", "ARN format"],
    [{ Statement: { ...statement, Principal: "*" } }, "identity", "should not specify a principal"],
    [{ Statement: { ...statement, Principal: "*" } }, "trust", "prohibited field Resource"],
    [{ Statement: { Effect: "Allow", Action: "sts:AssumeRole" } }, "trust", "Principal"],
  ] as const)("%j as %s: %s", (document, kind, message) => {
    const text = typeof document === "string" ? document : JSON.stringify(document);
    expect(() => parsePolicy(text, kind)).toThrow(
      expect.objectContaining({
        code: "MalformedPolicyDocumentException",
        message: expect.stringContaining(message),
      }),
    );
  });
});
