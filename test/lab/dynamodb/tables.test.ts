/** Tables: their life, their settings, and what is refused. */
import { beforeEach, describe, expect, test } from "vitest";
import { DynamoDb } from "../../../lab/dynamodb/dynamodb.ts";
import type { TestCore } from "../fixture.ts";
import { callerOf, refusal, START_MS, testCore } from "../fixture.ts";

const TABLE_ARN = "arn:aws:dynamodb:us-east-1:000000000000:table/checkout-faults";
const definition = {
  TableName: "checkout-faults",
  BillingMode: "PAY_PER_REQUEST",
  AttributeDefinitions: [{ AttributeName: "slot", AttributeType: "S" }],
  KeySchema: [{ AttributeName: "slot", KeyType: "HASH" }],
  Tags: [{ Key: "backout:environment", Value: "checkout" }],
};
const named = { TableName: "checkout-faults" };

let core: TestCore;
let service: DynamoDb;
let call: ReturnType<typeof callerOf>;

beforeEach(() => {
  core = testCore();
  service = new DynamoDb(core);
  call = callerOf(service);
});

test("a table is made, takes items once ACTIVE, and goes", async () => {
  const { TableDescription } = await call("CreateTable", definition);
  expect(TableDescription).toMatchObject({
    TableArn: TABLE_ARN,
    TableStatus: "CREATING",
    CreationDateTime: new Date(START_MS),
    KeySchema: [{ AttributeName: "slot", KeyType: "HASH" }],
    BillingModeSummary: { BillingMode: "PAY_PER_REQUEST" },
  });
  const put = { ...named, Item: { slot: { S: "green" } } };
  expect((await refusal(call("PutItem", put))).code).toBe("ResourceNotFoundException");
  expect((await refusal(call("DeleteTable", named))).code).toBe("ResourceInUseException");
  expect((await refusal(call("CreateTable", definition))).code).toBe("ResourceInUseException");

  await core.clock.advance(1000);
  await call("PutItem", put);
  expect((await call("DescribeTable", { TableName: TABLE_ARN })).Table).toMatchObject({
    TableStatus: "ACTIVE",
    ItemCount: 1,
  });

  await call("DeleteTable", named);
  expect((await call("DescribeTable", named)).Table.TableStatus).toBe("DELETING");
  await core.clock.advance(1000);
  expect(await refusal(call("DescribeTable", named))).toMatchObject({
    code: "ResourceNotFoundException",
    message: "Requested resource not found: Table: checkout-faults not found",
  });
  expect(await call("ListTables")).toEqual({ TableNames: [] });
});

test("a protected table is not deleted", async () => {
  await call("CreateTable", { ...definition, DeletionProtectionEnabled: true });
  await core.clock.advance(1000);
  expect((await refusal(call("DeleteTable", named))).message).toContain(
    "protected against deletion",
  );
  await call("UpdateTable", { ...named, DeletionProtectionEnabled: false });
  await call("DeleteTable", named);
});

test("backups, time to live and tags are kept and read back", async () => {
  await call("CreateTable", definition);
  const backups = async () =>
    (await call("DescribeContinuousBackups", named)).ContinuousBackupsDescription;
  expect((await backups()).PointInTimeRecoveryDescription).toEqual({
    PointInTimeRecoveryStatus: "DISABLED",
  });
  await call("UpdateContinuousBackups", {
    ...named,
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
  });
  expect((await backups()).PointInTimeRecoveryDescription).toMatchObject({
    PointInTimeRecoveryStatus: "ENABLED",
    EarliestRestorableDateTime: new Date(START_MS),
  });

  const ttl = { ...named, TimeToLiveSpecification: { Enabled: true, AttributeName: "expiresAt" } };
  await call("UpdateTimeToLive", ttl);
  expect((await call("DescribeTimeToLive", named)).TimeToLiveDescription).toEqual({
    TimeToLiveStatus: "ENABLED",
    AttributeName: "expiresAt",
  });
  expect((await refusal(call("UpdateTimeToLive", ttl))).message).toBe(
    "Time to live has been modified multiple times within a fixed interval",
  );
  await core.clock.advance(3_600_000);
  expect((await refusal(call("UpdateTimeToLive", ttl))).message).toContain("already enabled");

  await call("TagResource", { ResourceArn: TABLE_ARN, Tags: [{ Key: "a", Value: "1" }] });
  await call("UntagResource", { ResourceArn: TABLE_ARN, TagKeys: ["backout:environment"] });
  expect(await call("ListTagsOfResource", { ResourceArn: TABLE_ARN })).toEqual({
    Tags: [{ Key: "a", Value: "1" }],
  });
});

describe("refused", () => {
  test.each([
    [{ TableName: "ab" }, "ValidationException", "length greater than or equal to 3"],
    [{ TableName: "a b c" }, "ValidationException", "regular expression pattern"],
    [{ AttributeDefinitions: [] }, "ValidationException", "not defined in AttributeDefinitions"],
    [{ KeySchema: [{ AttributeName: "slot", KeyType: "RANGE" }] }, "ValidationException", "HASH"],
    [
      { AttributeDefinitions: [{ AttributeName: "slot", AttributeType: "X" }] },
      "ValidationException",
      "enum value set",
    ],
    [
      {
        AttributeDefinitions: [
          ...definition.AttributeDefinitions,
          { AttributeName: "x", AttributeType: "S" },
        ],
      },
      "ValidationException",
      "Number of attributes",
    ],
    [{ BillingMode: "PROVISIONED" }, "NotImplemented", "provisioned capacity"],
    [{ GlobalSecondaryIndexes: [{ IndexName: "i" }] }, "NotImplemented", "GlobalSecondaryIndexes"],
    [{ StreamSpecification: { StreamEnabled: true } }, "NotImplemented", "StreamSpecification"],
    [{ TableClass: "STANDARD_INFREQUENT_ACCESS" }, "NotImplemented", "table class"],
  ])("%j: %s, %s", async (change, code, message) => {
    expect(await refusal(call("CreateTable", { ...definition, ...change }))).toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });
});

test("tables are listed in pages, and their ARN is what a call acts on", async () => {
  for (const TableName of ["ccc", "aaa", "bbb"])
    await call("CreateTable", { ...definition, TableName });
  const first = await call("ListTables", { Limit: 2 });
  expect(first).toEqual({ TableNames: ["aaa", "bbb"], LastEvaluatedTableName: "bbb" });
  const rest = { Limit: 2, ExclusiveStartTableName: "bbb" };
  expect(await call("ListTables", rest)).toEqual({ TableNames: ["ccc"] });
  expect(service.resourcesOf("PutItem", named)).toEqual([TABLE_ARN]);
  expect(service.resourcesOf("DescribeTable", { TableName: TABLE_ARN })).toEqual([TABLE_ARN]);
  expect(service.resourcesOf("TagResource", { ResourceArn: TABLE_ARN })).toEqual([TABLE_ARN]);
  expect(service.resourcesOf("ListTables", {})).toEqual(["*"]);
});
