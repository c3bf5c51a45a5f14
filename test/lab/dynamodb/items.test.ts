/** Items over the API: conditional writes, return values, keys, queries and scans in pages. */
import * as fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { DynamoDb } from "../../../lab/dynamodb/dynamodb.ts";
import { callerOf, refusal, testCore } from "../fixture.ts";

const TableName = "checkout-record";
const S = (value: string) => ({ S: value });
const N = (value: number | string) => ({ N: String(value) });
const key = (entry: string) => ({ environment: S("checkout"), entry: S(entry) });

let call: ReturnType<typeof callerOf>;

async function createTable(name: string, rangeType: string): Promise<void> {
  await call("CreateTable", {
    TableName: name,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [
      { AttributeName: "environment", AttributeType: "S" },
      { AttributeName: "entry", AttributeType: rangeType },
    ],
    KeySchema: [
      { AttributeName: "environment", KeyType: "HASH" },
      { AttributeName: "entry", KeyType: "RANGE" },
    ],
  });
}

beforeEach(async () => {
  const core = testCore();
  call = callerOf(new DynamoDb(core));
  await createTable(TableName, "S");
  await createTable("by-number", "N");
  await core.clock.advance(1000);
});

const claim = (owner: string) => ({
  TableName,
  Item: { ...key("latch"), owner: S(owner), generation: N("1.0") },
  ConditionExpression: "attribute_not_exists(entry)",
});

describe("conditional writes", () => {
  test("only the first of two writers claims an entry, and the second sees who did", async () => {
    await call("PutItem", claim("guard"));
    const error = await refusal(
      call("PutItem", { ...claim("rollout"), ReturnValuesOnConditionCheckFailure: "ALL_OLD" }),
    );
    expect(error).toMatchObject({
      code: "ConditionalCheckFailedException",
      message: "The conditional request failed",
      members: { Item: { owner: S("guard"), generation: N(1) } },
    });
    expect((await refusal(call("PutItem", claim("rollout")))).members).toEqual({});
    expect((await call("GetItem", { TableName, Key: key("latch") })).Item.owner).toEqual(
      S("guard"),
    );
  });

  test("a version moves on only from the one that was read", async () => {
    await call("PutItem", claim("guard"));
    const bump = (from: number) =>
      call("UpdateItem", {
        TableName,
        Key: key("latch"),
        UpdateExpression: "SET generation = generation + :one",
        ConditionExpression: "generation = :from",
        ExpressionAttributeValues: { ":one": N(1), ":from": N(from) },
        ReturnValues: "UPDATED_NEW",
      });
    expect(await bump(1)).toEqual({ Attributes: { generation: N(2) } });
    expect((await refusal(bump(1))).code).toBe("ConditionalCheckFailedException");
  });

  test("a condition on an item that does not exist sees no attributes", async () => {
    const remove = {
      TableName,
      Key: key("none"),
      ConditionExpression: "attribute_exists(entry)",
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    };
    expect(await refusal(call("DeleteItem", remove))).toMatchObject({
      code: "ConditionalCheckFailedException",
      members: {},
    });
  });
});

describe("return values", () => {
  const update = (ReturnValues: string, Key = key("a")) =>
    call("UpdateItem", {
      TableName,
      Key,
      UpdateExpression: "SET m.x = :new, added = :new REMOVE gone",
      ExpressionAttributeValues: { ":new": N(2) },
      ReturnValues,
    });
  const before = { ...key("a"), m: { M: { x: N(1), y: N(1) } }, gone: N(1) };
  const after = { ...key("a"), m: { M: { x: N(2), y: N(1) } }, added: N(2) };

  beforeEach(() => call("PutItem", { TableName, Item: before }));

  test.each([
    ["NONE", {}],
    ["ALL_OLD", { Attributes: before }],
    ["ALL_NEW", { Attributes: after }],
    ["UPDATED_OLD", { Attributes: { m: { M: { x: N(1) } }, gone: N(1) } }],
    ["UPDATED_NEW", { Attributes: { m: { M: { x: N(2) } }, added: N(2) } }],
  ])("%s", async (returned, expected) => {
    expect(await update(returned)).toEqual(expected);
    expect((await call("GetItem", { TableName, Key: key("a") })).Item).toEqual(after);
  });

  test("an update makes an item that is missing; put and delete return the old one", async () => {
    const made = { TableName, Key: key("b"), ReturnValues: "ALL_NEW" };
    expect(await call("UpdateItem", made)).toEqual({ Attributes: key("b") });
    const old = { Attributes: before };
    const put = { TableName, Item: key("a"), ReturnValues: "ALL_OLD" };
    expect(await call("PutItem", put)).toEqual(old);
    const remove = { TableName, Key: key("a"), ReturnValues: "ALL_OLD" };
    expect(await call("DeleteItem", remove)).toEqual({ Attributes: key("a") });
    expect(await call("DeleteItem", remove)).toEqual({});
    expect(await call("GetItem", { TableName, Key: key("a") })).toEqual({});
  });
});

describe("refused", () => {
  const Key = key("a");
  test.each([
    ["GetItem", { Key: { environment: S("x") } }, "key element does not match the schema"],
    ["GetItem", { Key: { ...Key, more: S("x") } }, "key element does not match the schema"],
    ["GetItem", { Key: { environment: S("x"), entry: N(1) } }, "key element does not match"],
    [
      "GetItem",
      { Key: { environment: S("x"), entry: S("") } },
      "cannot contain an empty string value. Key: entry",
    ],
    ["GetItem", { Key: { environment: S("x"), entry: S("e".repeat(1025)) } }, "Size of rangekey"],
    [
      "GetItem",
      { Key, ProjectionExpression: "#a", ExpressionAttributeNames: { "#a": "a", "#b": "b" } },
      "unused in expressions: keys: {#b}",
    ],
    [
      "GetItem",
      { Key, ExpressionAttributeNames: { "#a": "a" } },
      "can only be specified when using expressions",
    ],
    ["PutItem", { Item: { environment: S("x") } }, "Missing the key entry in the item"],
    [
      "PutItem",
      { Item: { environment: S("x"), entry: N(1) } },
      "Type mismatch for key entry expected: S actual: N",
    ],
    ["PutItem", { Item: { ...Key, a: { SS: [] } } }, "set  may not be empty"],
    ["PutItem", { Item: { ...Key, a: { NS: ["1", "1.0"] } } }, "contains duplicates"],
    ["PutItem", { Item: { ...Key, a: {} } }, "Supplied AttributeValue is empty"],
    ["PutItem", { Item: { ...Key, a: { S: "x", N: "1" } } }, "more than one datatypes"],
    ["PutItem", { Item: { ...Key, a: N("x") } }, "cannot be converted to a numeric value: x"],
    ["PutItem", { Item: { ...Key, a: S("x".repeat(410_000)) } }, "Item size has exceeded"],
    ["PutItem", { Item: Key, ReturnValues: "ALL_NEW" }, "Return values set to invalid value"],
    [
      "PutItem",
      { Item: Key, ExpressionAttributeValues: { ":a": N(1) } },
      "ConditionExpression is null",
    ],
    [
      "PutItem",
      { Item: Key, ConditionExpression: "a = :a", ExpressionAttributeValues: {} },
      "must not be empty",
    ],
    [
      "PutItem",
      {
        Item: Key,
        ConditionExpression: "a = :a",
        ExpressionAttributeValues: { ":a": N(1), ":b": N(1) },
      },
      "keys: {:b}",
    ],
    [
      "PutItem",
      { Item: Key, ConditionExpression: "a = :a", ExpressionAttributeValues: { a: N(1) } },
      'invalid key: Syntax error; key: "a"',
    ],
    [
      "UpdateItem",
      { Key, UpdateExpression: "SET entry = :a", ExpressionAttributeValues: { ":a": N(1) } },
      "Cannot update attribute entry. This attribute is part of the key",
    ],
    [
      "Query",
      { KeyConditionExpression: "entry = :a", ExpressionAttributeValues: { ":a": S("x") } },
      "Query condition missed key schema element: environment",
    ],
    [
      "Query",
      { KeyConditionExpression: "environment > :a", ExpressionAttributeValues: { ":a": S("x") } },
      "Query key condition not supported",
    ],
    [
      "Query",
      { KeyConditionExpression: "environment = :a", ExpressionAttributeValues: { ":a": N(1) } },
      "does not match schema type",
    ],
    [
      "Query",
      {
        KeyConditionExpression: "environment = :a AND entry <> :a",
        ExpressionAttributeValues: { ":a": S("x") },
      },
      "Query key condition not supported",
    ],
    [
      "Query",
      {
        KeyConditionExpression: "environment = :a OR entry = :a",
        ExpressionAttributeValues: { ":a": S("x") },
      },
      "KeyConditionExpression: OR",
    ],
    [
      "Query",
      {
        KeyConditionExpression: "environment = :a AND extra = :a",
        ExpressionAttributeValues: { ":a": S("x") },
      },
      "missed key schema element: entry",
    ],
    [
      "Query",
      {
        KeyConditionExpression: "environment = :a",
        FilterExpression: "entry = :a",
        ExpressionAttributeValues: { ":a": S("x") },
      },
      "only contain non-primary key attributes: Primary key attribute: entry",
    ],
    ["Query", {}, "KeyConditionExpression parameter must be specified"],
    ["Query", { IndexName: "i" }, "does not have the specified index: i"],
    ["Scan", { Limit: 0 }, "greater than or equal to 1"],
    ["Scan", { Select: "SPECIFIC_ATTRIBUTES" }, "Must specify"],
  ])("%s %j: %s", async (operation, input, message) => {
    expect(await refusal(call(operation, { TableName, ...input }))).toMatchObject({
      code: "ValidationException",
      message: expect.stringContaining(message),
    });
  });

  test.each([
    ["PutItem", { Item: Key, Expected: {} }],
    ["UpdateItem", { Key, AttributeUpdates: {} }],
    ["Scan", { Segment: 0, TotalSegments: 2 }],
    ["GetItem", { Key, ReturnConsumedCapacity: "TOTAL" }],
  ])("%s %j is not implemented", async (operation, input) => {
    const error = await refusal(call(operation, { TableName, ...input }));
    expect(error).toMatchObject({ code: "NotImplemented", status: 501 });
  });

  test("a table that does not exist", async () => {
    const error = await refusal(call("GetItem", { TableName: "none", Key }));
    expect(error.code).toBe("ResourceNotFoundException");
  });
});

const query = (range: string, values: object, more: object = {}) =>
  call("Query", {
    TableName: "by-number",
    KeyConditionExpression: `environment = :e${range === "" ? "" : ` AND ${range}`}`,
    ExpressionAttributeValues: { ":e": S("checkout"), ...values },
    ...more,
  });
const entries = (output: { Items: { entry: { N: string } }[] }) =>
  output.Items.map((item) => Number(item.entry.N));
const put = (entry: number | string, more: object = {}) =>
  call("PutItem", {
    TableName: "by-number",
    Item: { environment: S("checkout"), entry: N(entry), ...more },
  });

describe("queries", () => {
  beforeEach(async () => {
    for (const entry of [10, 9, -1, 0.5, 100, 1])
      await put(entry, { odd: { BOOL: entry % 2 === 1 } });
    await call("PutItem", {
      TableName: "by-number",
      Item: { environment: S("other"), entry: N(7) },
    });
  });

  test.each([
    ["", {}, [-1, 0.5, 1, 9, 10, 100]],
    ["entry = :a", { ":a": N("10.0") }, [10]],
    ["entry < :a", { ":a": N(1) }, [-1, 0.5]],
    ["entry <= :a", { ":a": N(1) }, [-1, 0.5, 1]],
    ["entry > :a", { ":a": N(9) }, [10, 100]],
    ["entry >= :a", { ":a": N(9) }, [9, 10, 100]],
    ["entry BETWEEN :a AND :b", { ":a": N(1), ":b": N(10) }, [1, 9, 10]],
  ])("numbers in order of value: %s", async (range, values, expected) => {
    expect(entries(await query(range, values))).toEqual(expected);
    const backward = await query(range, values, { ScanIndexForward: false });
    expect(entries(backward)).toEqual(expected.toReversed());
  });

  test("a filter drops items after Limit counted them; a full page always has a next key", async () => {
    const filtered = { FilterExpression: "odd = :t", Limit: 3 };
    const first = await query("", { ":t": { BOOL: true } }, filtered);
    expect(first).toMatchObject({ Count: 1, ScannedCount: 3 });
    expect(entries(first)).toEqual([1]);
    const ExclusiveStartKey = first.LastEvaluatedKey;
    expect(ExclusiveStartKey).toEqual({ environment: S("checkout"), entry: N(1) });
    const second = await query("", { ":t": { BOOL: true } }, { ...filtered, ExclusiveStartKey });
    expect(entries(second)).toEqual([9]);
    const last = await query("", {}, { Limit: 3, ExclusiveStartKey: second.LastEvaluatedKey });
    expect(last).toEqual({ Items: [], Count: 0, ScannedCount: 0 });
  });

  test("begins_with on text, projections and counts", async () => {
    for (const entry of ["drill#2", "drill#1", "latch"]) {
      await call("PutItem", { TableName, Item: { ...key(entry), status: S("x") } });
    }
    const input = {
      TableName,
      KeyConditionExpression: "environment = :e and begins_with(entry, :p)",
      ExpressionAttributeValues: { ":e": S("checkout"), ":p": S("drill#") },
    };
    const projected = {
      ...input,
      ProjectionExpression: "#status",
      ExpressionAttributeNames: { "#status": "status" },
    };
    expect((await call("Query", projected)).Items).toEqual([
      { status: S("x") },
      { status: S("x") },
    ]);
    expect(await call("Query", { ...input, Select: "COUNT" })).toEqual({
      Count: 2,
      ScannedCount: 2,
    });
  });

  test("text is ordered by its UTF-8 bytes", async () => {
    // In UTF-16 the last two would change places.
    const ordered = ["A", "a", "é", "\u{ffee}", "\u{1f600}"];
    for (const entry of ordered.toReversed()) {
      await call("PutItem", { TableName, Item: key(entry) });
    }
    const { Items } = await call("Query", {
      TableName,
      KeyConditionExpression: "environment = :e",
      ExpressionAttributeValues: { ":e": S("checkout") },
    });
    expect(Items.map((item: { entry: { S: string } }) => item.entry.S)).toEqual(ordered);
  });
});

test("pages of any size cover a partition, and a table, once and in order", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 1, max: 5 }),
      fc.boolean(),
      async (numbers, Limit, ScanIndexForward) => {
        const core = testCore();
        call = callerOf(new DynamoDb(core));
        await createTable("by-number", "N");
        await core.clock.advance(1000);
        for (const [index, entry] of numbers.entries()) {
          const environment = S(index % 3 === 0 ? "other" : "checkout");
          await call("PutItem", { TableName: "by-number", Item: { environment, entry: N(entry) } });
        }
        const walk = async (operation: string, input: object): Promise<string[]> => {
          const seen: string[] = [];
          let start: object = {};
          for (;;) {
            const page = await call(operation, {
              TableName: "by-number",
              Limit,
              ...input,
              ...start,
            });
            seen.push(...page.Items.map((item: { entry: { N: string } }) => item.entry.N));
            if (!page.LastEvaluatedKey) return seen;
            start = { ExclusiveStartKey: page.LastEvaluatedKey };
          }
        };
        const queried = await walk("Query", {
          KeyConditionExpression: "environment = :e",
          ExpressionAttributeValues: { ":e": S("checkout") },
          ScanIndexForward,
        });
        const wanted = numbers.filter((_, index) => index % 3 !== 0).sort((a, b) => a - b);
        expect(queried).toEqual((ScanIndexForward ? wanted : wanted.toReversed()).map(String));
        const scanned = await walk("Scan", {});
        expect(scanned.sort()).toEqual(numbers.map(String).sort());
      },
    ),
    { numRuns: 60 },
  );
});

test("a page ends at one megabyte", async () => {
  for (const entry of ["a", "b", "c", "d"]) {
    await call("PutItem", { TableName, Item: { ...key(entry), blob: S("x".repeat(300_000)) } });
  }
  const first = await call("Scan", { TableName });
  expect(first.Count).toBe(3);
  const rest = await call("Scan", { TableName, ExclusiveStartKey: first.LastEvaluatedKey });
  expect(rest.Count).toBe(1);
  expect(rest.LastEvaluatedKey).toBeUndefined();
});
