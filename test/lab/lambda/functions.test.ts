/** The function's life on the API: what is stored, shown and refused. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { LambdaFixture, ROLE } from "./fixture.ts";
import { zipOf } from "./zipFile.ts";

const CODE = "export const handler = () => 1;";
let lab: LambdaFixture;
beforeEach(() => {
  lab = new LambdaFixture();
});
afterEach(() => lab.stop());

const guard = { FunctionName: "guard" };

test("a function is pending when created, active when read, and gone when deleted", async () => {
  expect(await lab.create(CODE, { Tags: { team: "sre" } })).toMatchObject({
    FunctionArn: "arn:aws:lambda:us-east-1:000000000000:function:guard",
    State: "Pending",
    StateReasonCode: "Creating",
    Timeout: 3,
    MemorySize: 128,
    Version: "$LATEST",
  });
  expect(await lab.request("GetFunction", guard)).toMatchObject({
    Configuration: { State: "Active", LastUpdateStatus: "Successful", Role: ROLE },
    Tags: { team: "sre" },
  });
  expect(await lab.request("ListFunctions", {})).toMatchObject({
    Functions: [{ FunctionName: "guard" }],
  });
  expect(await lab.request("ListVersionsByFunction", guard)).toMatchObject({
    Versions: [{ Version: "$LATEST", FunctionArn: expect.stringMatching(/:guard:\$LATEST$/) }],
  });
  await lab.request("DeleteFunction", guard);
  await expect(lab.request("GetFunction", guard)).rejects.toMatchObject({
    code: "ResourceNotFoundException",
    message: "Function not found: arn:aws:lambda:us-east-1:000000000000:function:guard",
  });
});

test.each([
  "guard",
  "guard:$LATEST",
  "000000000000:function:guard",
  "arn:aws:lambda:us-east-1:000000000000:function:guard",
  "arn:aws:lambda:us-east-1:000000000000:function:guard:$LATEST",
])("%s names the function", async (FunctionName) => {
  await lab.create(CODE);
  expect(await lab.request("GetFunctionConfiguration", { FunctionName })).toMatchObject({
    FunctionName: "guard",
  });
});

test.each(["guard:1", "arn:aws:lambda:us-east-1:111111111111:function:guard", "other"])(
  "%s names nothing",
  async (FunctionName) => {
    await lab.create(CODE);
    await expect(lab.request("GetFunction", { FunctionName })).rejects.toMatchObject({
      code: "ResourceNotFoundException",
    });
  },
);

describe("refusals", () => {
  test.each([
    ["a second function of that name", {}, "ResourceConflictException"],
    ["a role that Lambda may not assume", { Role: `${ROLE}-x` }, "InvalidParameterValueException"],
    ["a timeout above 900 s", { Timeout: 901 }, "InvalidParameterValueException"],
    ["too little memory", { MemorySize: 64 }, "InvalidParameterValueException"],
    ["no code", { Code: {} }, "InvalidParameterValueException"],
    ["no zip", { Code: { ZipFile: Buffer.from("zap") } }, "InvalidParameterValueException"],
    [
      "a reserved variable",
      { Environment: { Variables: { AWS_REGION: "x" } } },
      "InvalidParameterValueException",
    ],
    ["another runtime", { Runtime: "python3.13" }, "NotImplemented"],
    ["an image", { PackageType: "Image" }, "NotImplemented"],
    ["code in S3", { Code: { S3Bucket: "b", S3Key: "k" } }, "NotImplemented"],
    ["layers", { Layers: ["arn:aws:lambda:us-east-1:0:layer:x:1"] }, "NotImplemented"],
    ["a VPC", { VpcConfig: { SubnetIds: ["subnet-1"] } }, "NotImplemented"],
    ["tracing", { TracingConfig: { Mode: "Active" } }, "NotImplemented"],
    ["a version", { Publish: true }, "NotImplemented"],
    ["JSON logs", { LoggingConfig: { LogFormat: "JSON" } }, "NotImplemented"],
  ])("%s", async (_, change, code) => {
    await lab.create(CODE);
    const FunctionName = code === "ResourceConflictException" ? "guard" : "second";
    await expect(lab.create(CODE, { FunctionName, ...change })).rejects.toMatchObject({ code });
  });

  test("what clients fill in without meaning it is taken", async () => {
    const answer = await lab.create(CODE, {
      Publish: false,
      PackageType: "Zip",
      Layers: [],
      TracingConfig: { Mode: "PassThrough" },
      VpcConfig: { SubnetIds: [], SecurityGroupIds: [] },
      SnapStart: { ApplyOn: "None" },
      Architectures: ["arm64"],
    });
    expect(answer).toMatchObject({ Architectures: ["arm64"] });
  });

  test.each([
    ["a payload that is no JSON", { Payload: Buffer.from("{") }, "InvalidRequestContentException"],
    ["a sync payload above 6 MB", { Payload: Buffer.alloc(6_291_457) }, "RequestTooLargeException"],
    [
      "an event above 1 MB",
      { InvocationType: "Event", Payload: Buffer.alloc(1_048_577) },
      "RequestTooLargeException",
    ],
    ["a qualifier", { Qualifier: "live" }, "ResourceNotFoundException"],
    ["a client context", { ClientContext: "e30=" }, "NotImplemented"],
  ])("Invoke with %s", async (_, input, code) => {
    await lab.create(CODE);
    await expect(lab.request("Invoke", { ...guard, ...input })).rejects.toMatchObject({ code });
  });

  test("a change made against an old revision", async () => {
    await lab.create(CODE);
    const update = { ...guard, Timeout: 5, RevisionId: "old" };
    await expect(lab.request("UpdateFunctionConfiguration", update)).rejects.toMatchObject({
      code: "PreconditionFailedException",
    });
  });

  test("more reserved concurrency than the account can spare", async () => {
    await lab.create(CODE);
    const put = (ReservedConcurrentExecutions: number) =>
      lab.request("PutFunctionConcurrency", { ...guard, ReservedConcurrentExecutions });
    await expect(put(901)).rejects.toMatchObject({ code: "InvalidParameterValueException" });
    expect(await put(900)).toEqual({ ReservedConcurrentExecutions: 900 });
  });
});

test("a configuration keeps what an update leaves out", async () => {
  await lab.create(CODE, { Timeout: 30, Environment: { Variables: { MODE: "strict" } } });
  const updated = await lab.request("UpdateFunctionConfiguration", { ...guard, MemorySize: 512 });
  expect(updated).toMatchObject({
    LastUpdateStatus: "InProgress",
    MemorySize: 512,
    Timeout: 30,
    Environment: { Variables: { MODE: "strict" } },
  });
});

test("a dry run of new code changes nothing", async () => {
  await lab.create(CODE);
  const before = await lab.request("GetFunctionConfiguration", guard);
  const ZipFile = zipOf({ "index.mjs": "export const handler = () => 2;" });
  const dry = await lab.request("UpdateFunctionCode", { ...guard, ZipFile, DryRun: true });
  expect(dry.CodeSha256).not.toBe(before.CodeSha256);
  expect(await lab.request("GetFunctionConfiguration", guard)).toEqual(before);
});

describe("the resource policy", () => {
  const statement = {
    Sid: "alarm",
    Effect: "Allow",
    Principal: { Service: "lambda.alarms.cloudwatch.amazonaws.com" },
    Action: "lambda:InvokeFunction",
    Resource: "arn:aws:lambda:us-east-1:000000000000:function:guard",
    Condition: {
      StringEquals: { "AWS:SourceAccount": "000000000000" },
      ArnLike: { "AWS:SourceArn": "arn:aws:cloudwatch:us-east-1:000000000000:alarm:a" },
    },
  };
  const permission = {
    ...guard,
    StatementId: "alarm",
    Action: statement.Action,
    Principal: statement.Principal.Service,
    SourceAccount: "000000000000",
    SourceArn: "arn:aws:cloudwatch:us-east-1:000000000000:alarm:a",
  };

  test("is written as AWS writes it, and taken back", async () => {
    await lab.create(CODE);
    await expect(lab.request("GetPolicy", guard)).rejects.toMatchObject({
      code: "ResourceNotFoundException",
    });
    const { Statement } = await lab.request("AddPermission", permission);
    expect(JSON.parse(Statement)).toEqual(statement);
    const { Policy } = await lab.request("GetPolicy", guard);
    expect(JSON.parse(Policy)).toEqual({
      Version: "2012-10-17",
      Id: "default",
      Statement: [statement],
    });
    await expect(lab.request("AddPermission", permission)).rejects.toMatchObject({
      code: "ResourceConflictException",
    });
    await lab.request("RemovePermission", { ...guard, StatementId: "alarm" });
    await expect(lab.request("GetPolicy", guard)).rejects.toMatchObject({
      code: "ResourceNotFoundException",
    });
  });

  test.each([
    ["*", "*"],
    ["123456789012", { AWS: "arn:aws:iam::123456789012:root" }],
    ["arn:aws:iam::123456789012:role/r", { AWS: "arn:aws:iam::123456789012:role/r" }],
    ["sns.amazonaws.com", { Service: "sns.amazonaws.com" }],
  ])("principal %s", async (Principal, expected) => {
    await lab.create(CODE);
    const { Statement } = await lab.request("AddPermission", { ...permission, Principal });
    expect(JSON.parse(Statement)).toMatchObject({ Principal: expected });
  });
});

test("tags, concurrency and event settings are put, read and taken away", async () => {
  await lab.create(CODE);
  const Resource = "arn:aws:lambda:us-east-1:000000000000:function:guard";
  await lab.request("TagResource", { Resource, Tags: { a: "1", b: "2" } });
  await lab.request("UntagResource", { Resource, TagKeys: ["a"] });
  expect(await lab.request("ListTags", { Resource })).toEqual({ Tags: { b: "2" } });

  await lab.request("PutFunctionConcurrency", { ...guard, ReservedConcurrentExecutions: 3 });
  expect(await lab.request("GetFunctionConcurrency", guard)).toEqual({
    ReservedConcurrentExecutions: 3,
  });
  await lab.request("DeleteFunctionConcurrency", guard);
  expect(await lab.request("GetFunctionConcurrency", guard)).toEqual({});

  await lab.request("PutFunctionEventInvokeConfig", { ...guard, MaximumRetryAttempts: 1 });
  expect(await lab.request("GetFunctionEventInvokeConfig", guard)).toMatchObject({
    MaximumRetryAttempts: 1,
  });
  await lab.request("DeleteFunctionEventInvokeConfig", guard);
  await expect(lab.request("GetFunctionEventInvokeConfig", guard)).rejects.toMatchObject({
    code: "ResourceNotFoundException",
  });
});
