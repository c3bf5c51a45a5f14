/** BatchGetItem and BatchWriteItem over two tables. */
import { beforeEach, describe, expect, test } from "vitest";
import { DynamoDb } from "../../../lab/dynamodb/dynamodb.ts";
import { callerOf, refusal, testCore } from "../fixture.ts";

let service: DynamoDb;
let call: ReturnType<typeof callerOf>;

beforeEach(async () => {
  const core = testCore();
  service = new DynamoDb(core);
  call = callerOf(service);
  for (const TableName of ["one", "two"]) {
    await call("CreateTable", {
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    });
  }
  await core.clock.advance(1000);
});

const key = (id: string) => ({ id: { S: id } });
const put = (id: string, more: object = {}) => ({ PutRequest: { Item: { ...key(id), ...more } } });
const remove = (id: string) => ({ DeleteRequest: { Key: key(id) } });
const write = (RequestItems: object) => call("BatchWriteItem", { RequestItems });
const get = (RequestItems: object) => call("BatchGetItem", { RequestItems });

test("what is written in a batch is read in a batch, in any table", async () => {
  await write({ one: [put("a", { n: { N: "1" } }), put("b")], two: [put("a")] });
  expect(await write({ one: [remove("b"), put("c")] })).toEqual({ UnprocessedItems: {} });
  expect(
    await get({
      one: {
        Keys: [key("a"), key("b"), key("c")],
        ProjectionExpression: "#n",
        ExpressionAttributeNames: { "#n": "n" },
      },
      two: { Keys: [key("a")] },
    }),
  ).toEqual({
    Responses: { one: [{ n: { N: "1" } }, {}], two: [key("a")] },
    UnprocessedKeys: {},
  });
});

test("beyond 16 MB keys come back unprocessed", async () => {
  const big = { text: { S: "x".repeat(390 * 1024) } };
  const names = Array.from({ length: 50 }, (_, index) => `item-${index}`);
  for (const name of names) await write({ one: [put(name, big)] });
  const { Responses, UnprocessedKeys } = await get({ one: { Keys: names.map(key) } });
  expect(Responses.one.length + UnprocessedKeys.one.Keys.length).toBe(50);
  expect(Responses.one).toHaveLength(42);
});

describe("refused, and nothing is written", () => {
  test.each([
    ["one key twice", { one: [put("a"), remove("a")] }, "duplicates"],
    ["an item without its key", { one: [put("a"), { PutRequest: { Item: {} } }] }, "Missing"],
    ["neither put nor delete", { one: [put("a"), {}] }, "exactly one"],
    ["26 writes", { one: Array.from({ length: 26 }, (_, i) => put(`${i}`)) }, "Too many items"],
    ["nothing", {}, "requestItems"],
    ["another table", { one: [put("a")], none: [put("a")] }, "Requested resource not found"],
    ["an item over 400 KB", { one: [put("a", { t: { S: "x".repeat(410_000) } })] }, "Item size"],
  ])("%s", async (_, items, message) => {
    expect((await refusal(write(items))).message).toContain(message);
    expect(await call("Scan", { TableName: "one" })).toMatchObject({ Count: 0 });
  });

  test.each([
    ["one key twice", { one: { Keys: [key("a"), key("a")] } }, "duplicates"],
    ["101 keys", { one: { Keys: Array.from({ length: 101 }, (_, i) => key(`${i}`)) } }, "Too many"],
    [
      "legacy parameters",
      { one: { Keys: [key("a")], AttributesToGet: ["id"] } },
      "AttributesToGet",
    ],
  ])("reading %s", async (_, items, message) => {
    expect((await refusal(get(items))).message).toContain(message);
  });
});

test("IAM sees a batch on each of its tables", () => {
  expect(service.resourcesOf("BatchGetItem", { RequestItems: { one: {}, two: {} } })).toEqual([
    "arn:aws:dynamodb:us-east-1:000000000000:table/one",
    "arn:aws:dynamodb:us-east-1:000000000000:table/two",
  ]);
});
