/** Who is calling, and sessions that a user or another role opens. */
import { beforeEach, expect, test } from "vitest";
import { Iam } from "../../../lab/iam/iam.ts";
import { Sts } from "../../../lab/sts/sts.ts";
import type { TestCore } from "../fixture.ts";
import { callerOf, refusal, START_MS, testCore, USER } from "../fixture.ts";

const ROLE_ARN = "arn:aws:iam::000000000000:role/operator";
let core: TestCore;
let iam: Iam;
let sts: Sts;

beforeEach(async () => {
  core = testCore();
  iam = new Iam(core);
  sts = new Sts(core, iam);
  await callerOf(iam)("CreateRole", {
    RoleName: "operator",
    AssumeRolePolicyDocument: trust({ AWS: "arn:aws:iam::000000000000:root" }),
  });
});

function trust(principal: object, condition: object = {}): string {
  const statement = { Effect: "Allow", Action: "sts:AssumeRole", Principal: principal };
  return JSON.stringify({ Statement: { ...statement, Condition: condition } });
}

async function assume(PolicyDocument: string) {
  await callerOf(iam)("UpdateAssumeRolePolicy", { RoleName: "operator", PolicyDocument });
  return await callerOf(sts)("AssumeRole", {
    RoleArn: ROLE_ARN,
    RoleSessionName: "night",
    ExternalId: "drill",
  });
}

test("a user is the account's user; a role session names its role and session", async () => {
  expect(await callerOf(sts)("GetCallerIdentity")).toEqual({
    UserId: "LABUSER",
    Account: "000000000000",
    Arn: USER.arn,
  });
  const { Credentials, AssumedRoleUser } = await callerOf(sts)("AssumeRole", {
    RoleArn: ROLE_ARN,
    RoleSessionName: "night",
  });
  const principal = iam.principalOf(Credentials.AccessKeyId);
  expect(await callerOf(sts, principal)("GetCallerIdentity")).toEqual({
    UserId: AssumedRoleUser.AssumedRoleId,
    Account: "000000000000",
    Arn: "arn:aws:sts::000000000000:assumed-role/operator/night",
  });
  expect(AssumedRoleUser.AssumedRoleId).toMatch(/^AROA[A-Z2-7]{17}:night$/);
});

test("a session ends when its time is up", async () => {
  const { Credentials } = await callerOf(sts)("AssumeRole", {
    RoleArn: ROLE_ARN,
    RoleSessionName: "night",
    DurationSeconds: 900,
  });
  expect(Credentials.Expiration).toEqual(new Date(START_MS + 900_000));
  await core.clock.advance(899_999);
  expect(iam.principalOf(Credentials.AccessKeyId)).toBeDefined();
  await core.clock.advance(1);
  expect(iam.principalOf(Credentials.AccessKeyId)).toBeUndefined();
});

test.each([
  [{ AWS: "000000000000" }, undefined],
  [{ AWS: USER.arn }, undefined],
  [{ AWS: "*" }, { StringEquals: { "sts:ExternalId": "drill" } }],
])("a role that trusts %j under %j can be assumed", async (principal, condition) => {
  expect((await assume(trust(principal, condition))).AssumedRoleUser.Arn).toBe(
    "arn:aws:sts::000000000000:assumed-role/operator/night",
  );
});

test.each([
  [{ Service: "lambda.amazonaws.com" }, undefined],
  [{ AWS: "arn:aws:iam::000000000000:user/other" }, undefined],
  [{ AWS: "*" }, { StringEquals: { "sts:ExternalId": "other" } }],
])("a role that trusts %j under %j cannot be assumed", async (principal, condition) => {
  expect(await refusal(assume(trust(principal, condition)))).toMatchObject({
    code: "AccessDenied",
    status: 403,
    message: `User: ${USER.arn} is not authorized to perform: sts:AssumeRole on resource: ${ROLE_ARN}`,
  });
});

test.each([
  [{ RoleArn: "operator", RoleSessionName: "night" }, "ValidationError"],
  [{ RoleArn: ROLE_ARN, RoleSessionName: "a b" }, "ValidationError"],
  [{ RoleArn: ROLE_ARN, RoleSessionName: "night", DurationSeconds: 60 }, "ValidationError"],
  [{ RoleArn: ROLE_ARN, RoleSessionName: "night", DurationSeconds: 7200 }, "ValidationError"],
  [{ RoleArn: `${ROLE_ARN}2`, RoleSessionName: "night" }, "AccessDenied"],
  [{ RoleArn: ROLE_ARN, RoleSessionName: "night", Policy: "{}" }, "NotImplemented"],
])("%j: %s", async (input, code) => {
  expect((await refusal(callerOf(sts)("AssumeRole", input))).code).toBe(code);
});

test("role chaining lasts at most an hour", async () => {
  await callerOf(iam)("UpdateRole", { RoleName: "operator", MaxSessionDuration: 7200 });
  const input = { RoleArn: ROLE_ARN, RoleSessionName: "night", DurationSeconds: 7200 };
  const { Credentials } = await callerOf(sts)("AssumeRole", input);
  const chained = callerOf(sts, iam.principalOf(Credentials.AccessKeyId));
  expect((await refusal(chained("AssumeRole", input))).message).toContain("role chaining");
  expect(sts.resourcesOf("AssumeRole", input)).toEqual([ROLE_ARN]);
});
