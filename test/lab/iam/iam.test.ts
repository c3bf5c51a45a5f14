/** Roles and their policies over the API, and what a role's credentials may do. */
import { beforeEach, describe, expect, test } from "vitest";
import { Iam } from "../../../lab/iam/iam.ts";
import type { TestCore } from "../fixture.ts";
import { callerOf, refusal, START_MS, testCore, USER } from "../fixture.ts";

const LAMBDA = "lambda.amazonaws.com";
const ROLE_ARN = "arn:aws:iam::000000000000:role/checkout-guard";
const EXECUTION = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
const TABLE = "arn:aws:dynamodb:us-east-1:000000000000:table/checkout-record";

const trust = (principal: object | string, condition?: object) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: {
      Effect: "Allow",
      Action: "sts:AssumeRole",
      Principal: principal,
      ...(condition ? { Condition: condition } : {}),
    },
  });
const policy = (effect: string, action: string, resource = "*") =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: { Effect: effect, Action: action, Resource: resource },
  });

let core: TestCore;
let iam: Iam;
let call: ReturnType<typeof callerOf>;

beforeEach(async () => {
  core = testCore();
  iam = new Iam(core);
  call = callerOf(iam);
  await call("CreateRole", {
    RoleName: "checkout-guard",
    AssumeRolePolicyDocument: trust({ Service: LAMBDA }),
    Tags: [{ Key: "backout:environment", Value: "checkout" }],
  });
});

describe("roles", () => {
  test("a role reads back as it was made, its document percent-encoded", async () => {
    const { Role } = await call("GetRole", { RoleName: "checkout-guard" });
    expect(Role).toMatchObject({
      Arn: ROLE_ARN,
      Path: "/",
      MaxSessionDuration: 3600,
      CreateDate: new Date(START_MS),
      Tags: [{ Key: "backout:environment", Value: "checkout" }],
    });
    expect(Role.RoleId).toMatch(/^AROA[A-Z2-7]{17}$/);
    expect(Role.AssumeRolePolicyDocument).not.toMatch(/[{}": *()!']/);
    expect(decodeURIComponent(Role.AssumeRolePolicyDocument)).toBe(trust({ Service: LAMBDA }));
  });

  test("updates, tags and lists", async () => {
    await call("UpdateRole", {
      RoleName: "checkout-guard",
      Description: "d",
      MaxSessionDuration: 7200,
    });
    await call("TagRole", { RoleName: "checkout-guard", Tags: [{ Key: "a", Value: "1" }] });
    await call("UntagRole", { RoleName: "checkout-guard", TagKeys: ["backout:environment"] });
    expect(await call("ListRoleTags", { RoleName: "checkout-guard" })).toEqual({
      Tags: [{ Key: "a", Value: "1" }],
      IsTruncated: false,
    });
    await call("CreateRole", {
      RoleName: "other",
      Path: "/x/",
      AssumeRolePolicyDocument: trust("*"),
    });
    const first = await call("ListRoles", { MaxItems: 1 });
    expect(first).toMatchObject({
      IsTruncated: true,
      Roles: [{ Description: "d", MaxSessionDuration: 7200 }],
    });
    expect(first.Roles[0].Tags).toBeUndefined();
    expect(await call("ListRoles", { MaxItems: 1, Marker: first.Marker })).toMatchObject({
      IsTruncated: false,
      Roles: [{ Arn: "arn:aws:iam::000000000000:role/x/other" }],
    });
    expect(await call("ListInstanceProfilesForRole", { RoleName: "other" })).toMatchObject({
      InstanceProfiles: [],
    });
  });

  test.each([
    [
      "CreateRole",
      { RoleName: "CHECKOUT-guard", AssumeRolePolicyDocument: trust("*") },
      "EntityAlreadyExistsException",
    ],
    ["CreateRole", { RoleName: "a b", AssumeRolePolicyDocument: trust("*") }, "ValidationError"],
    [
      "CreateRole",
      { RoleName: "a", AssumeRolePolicyDocument: "{" },
      "MalformedPolicyDocumentException",
    ],
    ["CreateRole", { RoleName: "a", PermissionsBoundary: EXECUTION }, "NotImplemented"],
    [
      "CreateRole",
      { RoleName: "a", AssumeRolePolicyDocument: trust("*"), MaxSessionDuration: 60 },
      "ValidationError",
    ],
    ["GetRole", { RoleName: "none" }, "NoSuchEntityException"],
    ["GetRole", {}, "ValidationError"],
    ["DeleteRolePolicy", { RoleName: "checkout-guard", PolicyName: "p" }, "NoSuchEntityException"],
    [
      "PutRolePolicy",
      { RoleName: "checkout-guard", PolicyName: "p", PolicyDocument: "{" },
      "MalformedPolicyDocumentException",
    ],
    [
      "AttachRolePolicy",
      { RoleName: "checkout-guard", PolicyArn: "arn:aws:iam::aws:policy/AdministratorAccess" },
      "NoSuchEntityException",
    ],
    [
      "DetachRolePolicy",
      { RoleName: "checkout-guard", PolicyArn: EXECUTION },
      "NoSuchEntityException",
    ],
  ])("%s %j: %s", async (operation, input, code) => {
    expect((await refusal(call(operation, input))).code).toBe(code);
  });

  test("a role is deleted only when nothing hangs on it", async () => {
    const role = { RoleName: "checkout-guard" };
    await call("PutRolePolicy", {
      ...role,
      PolicyName: "p",
      PolicyDocument: policy("Allow", "s3:*"),
    });
    await call("AttachRolePolicy", { ...role, PolicyArn: EXECUTION });
    expect((await refusal(call("DeleteRole", role))).code).toBe("DeleteConflictException");
    await call("DetachRolePolicy", { ...role, PolicyArn: EXECUTION });
    expect((await refusal(call("DeleteRole", role))).code).toBe("DeleteConflictException");
    await call("DeleteRolePolicy", { ...role, PolicyName: "p" });
    await call("DeleteRole", role);
    expect((await refusal(call("GetRole", role))).code).toBe("NoSuchEntityException");
  });
});

test("managed policies: created, attached, counted, kept while attached", async () => {
  const { Policy } = await call("CreatePolicy", {
    PolicyName: "own",
    PolicyDocument: policy("Allow", "s3:*"),
  });
  const attachment = { RoleName: "checkout-guard", PolicyArn: Policy.Arn };
  await call("AttachRolePolicy", attachment);
  expect(await call("ListAttachedRolePolicies", { RoleName: "checkout-guard" })).toMatchObject({
    AttachedPolicies: [{ PolicyName: "own", PolicyArn: Policy.Arn }],
  });
  expect((await call("GetPolicy", { PolicyArn: Policy.Arn })).Policy.AttachmentCount).toBe(1);
  const { PolicyVersion } = await call("GetPolicyVersion", {
    PolicyArn: Policy.Arn,
    VersionId: "v1",
  });
  expect(decodeURIComponent(PolicyVersion.Document)).toBe(policy("Allow", "s3:*"));
  expect((await refusal(call("DeletePolicy", { PolicyArn: Policy.Arn }))).code).toBe(
    "DeleteConflictException",
  );
  await call("DetachRolePolicy", attachment);
  await call("DeletePolicy", { PolicyArn: Policy.Arn });
  expect((await refusal(call("GetPolicy", { PolicyArn: Policy.Arn }))).code).toBe(
    "NoSuchEntityException",
  );
});

describe("credentials", () => {
  test("a trusted service gets credentials that look like nobody's on AWS", () => {
    const { accessKeyId, secretAccessKey, sessionToken } = iam.issue(ROLE_ARN, "run-1", LAMBDA);
    expect(accessKeyId).toMatch(/^LABR[A-Z2-7]{16}$/);
    expect(secretAccessKey.length).toBeGreaterThan(30);
    expect(sessionToken.length).toBeGreaterThan(100);
    expect(iam.principalOf(accessKeyId)).toEqual({
      kind: "role",
      arn: "arn:aws:sts::000000000000:assumed-role/checkout-guard/run-1",
      roleName: "checkout-guard",
    });
    expect(iam.principalOf("LABRUNKNOWN")).toBeUndefined();
  });

  test.each([
    [{ Service: LAMBDA }, undefined, true],
    [{ Service: ["ecs-tasks.amazonaws.com", LAMBDA] }, undefined, true],
    [{ Service: "ecs-tasks.amazonaws.com" }, undefined, false],
    [{ AWS: "*" }, undefined, false],
    ["*", undefined, false],
    [{ Service: LAMBDA }, { StringEquals: { "aws:SourceAccount": "000000000000" } }, true],
    [{ Service: LAMBDA }, { StringEquals: { "aws:SourceAccount": "1" } }, false],
    [{ Service: LAMBDA }, { ArnLike: { "aws:SourceArn": "arn:aws:lambda:*:*:function:*" } }, false],
  ])("a role that trusts %j under %j: %s", async (principal, condition, expected) => {
    const document = trust(principal, condition);
    await call("UpdateAssumeRolePolicy", { RoleName: "checkout-guard", PolicyDocument: document });
    expect(iam.trusts(ROLE_ARN, LAMBDA)).toBe(expected);
  });

  test("a service that is not trusted gets none", () => {
    expect(() => iam.issue(ROLE_ARN, "run-1", "ecs-tasks.amazonaws.com")).toThrow(
      expect.objectContaining({ code: "AccessDenied", status: 403 }),
    );
  });

  test("a trust policy may ask for the source's ARN when the service gives it", async () => {
    const document = trust(
      { Service: LAMBDA },
      { ArnLike: { "aws:SourceArn": "arn:aws:lambda:*:*:function:*" } },
    );
    await call("UpdateAssumeRolePolicy", { RoleName: "checkout-guard", PolicyDocument: document });
    expect(iam.trusts(ROLE_ARN, LAMBDA, "arn:aws:lambda:us-east-1:000000000000:function:f")).toBe(
      true,
    );
    expect(iam.trusts(ROLE_ARN, LAMBDA, "arn:aws:ecs:us-east-1:000000000000:task/t")).toBe(false);
  });

  test("credentials die with their role, also when another takes its name", async () => {
    const { accessKeyId } = iam.issue(ROLE_ARN, "run-1", LAMBDA);
    await call("DeleteRole", { RoleName: "checkout-guard" });
    expect(iam.principalOf(accessKeyId)).toBeUndefined();
    await call("CreateRole", {
      RoleName: "checkout-guard",
      AssumeRolePolicyDocument: trust({ Service: LAMBDA }),
    });
    expect(iam.principalOf(accessKeyId)).toBeUndefined();
    expect(() => iam.issue(`${ROLE_ARN}2`, "run-1", LAMBDA)).toThrow("does not exist");
  });
});

const session = () => {
  const found = iam.principalOf(iam.issue(ROLE_ARN, "run-1", LAMBDA).accessKeyId);
  if (!found) throw new Error("no session");
  return found;
};
const put = (PolicyName: string, PolicyDocument: string) =>
  call("PutRolePolicy", { RoleName: "checkout-guard", PolicyName, PolicyDocument });
const allowedWhen = (Condition: object) =>
  JSON.stringify({
    Statement: { Effect: "Allow", Action: "dynamodb:*", Resource: "*", Condition },
  });
const keys = (key: string) => ({ "dynamodb:leadingkeys": [key] });

describe("authorisation", () => {
  test("users may do anything; a role what its policies allow, on every resource", async () => {
    expect(iam.authorize(USER, "iam:DeleteRole", ["*"])).toEqual({ allowed: true });
    expect(iam.authorize(session(), "dynamodb:PutItem", [TABLE])).toEqual({
      allowed: false,
      message:
        "User: arn:aws:sts::000000000000:assumed-role/checkout-guard/run-1 is not authorized to " +
        `perform: dynamodb:PutItem on resource: ${TABLE} because no identity-based policy allows ` +
        "the dynamodb:PutItem action",
    });
    await put("record", policy("Allow", "dynamodb:PutItem", TABLE));
    expect(iam.authorize(session(), "dynamodb:PutItem", [TABLE])).toEqual({ allowed: true });
    expect(iam.authorize(session(), "dynamodb:PutItem", [TABLE, `${TABLE}2`])).toMatchObject({
      allowed: false,
    });
  });

  test("an explicit deny says so, and wins over an attached policy", async () => {
    await call("AttachRolePolicy", { RoleName: "checkout-guard", PolicyArn: EXECUTION });
    expect(iam.authorize(session(), "logs:PutLogEvents", ["*"])).toEqual({ allowed: true });
    await put("no-logs", policy("Deny", "logs:*"));
    expect(iam.authorize(session(), "logs:PutLogEvents", ["*"])).toMatchObject({
      message: expect.stringMatching(/ with an explicit deny in an identity-based policy$/),
    });
  });

  test("conditions see the role's own ARN and what the caller knows of the request", async () => {
    await put("p", allowedWhen({ ArnEquals: { "aws:PrincipalArn": ROLE_ARN } }));
    expect(iam.authorize(session(), "dynamodb:GetItem", [TABLE])).toEqual({ allowed: true });
    await put(
      "p",
      allowedWhen({ "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": "checkout" } }),
    );
    expect(iam.authorize(session(), "dynamodb:GetItem", [TABLE], keys("checkout")).allowed).toBe(
      true,
    );
    expect(iam.authorize(session(), "dynamodb:GetItem", [TABLE], keys("search")).allowed).toBe(
      false,
    );
    expect(iam.authorize(session(), "dynamodb:GetItem", [TABLE]).allowed).toBe(false);
  });

  test("the resource of a call is the role, at its path", async () => {
    await call("CreateRole", {
      RoleName: "deep",
      Path: "/a/b/",
      AssumeRolePolicyDocument: trust("*"),
    });
    expect(iam.resourcesOf("GetRole", { RoleName: "deep" })).toEqual([
      "arn:aws:iam::000000000000:role/a/b/deep",
    ]);
    expect(iam.resourcesOf("ListRoles", {})).toEqual(["*"]);
    expect(iam.resourcesOf("GetPolicy", { PolicyArn: EXECUTION })).toEqual([EXECUTION]);
  });
});
