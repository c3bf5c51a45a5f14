/** A read after a write may be old, and never says what was not true. */
import { beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../../../base/clock.ts";
import { ApiFaults } from "../../../lab/apiFaults/apiFaults.ts";
import { parseFault } from "../../../lab/apiFaults/fault.ts";
import { DynamoDb } from "../../../lab/dynamodb/dynamodb.ts";
import type { LabService, Principal } from "../../../lab/service.ts";
import { callerOf, START_MS, testCore, USER } from "../fixture.ts";

const TABLE = {
  TableName: "record",
  KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
  AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
  BillingMode: "PAY_PER_REQUEST",
};
const OTHER: Principal = {
  kind: "role",
  arn: "arn:aws:sts::000000000000:assumed-role/checkout-guard/run",
  roleName: "checkout-guard",
};

let clock: ManualClock;
let faults: ApiFaults;
let service: LabService;

beforeEach(async () => {
  clock = new ManualClock(START_MS);
  faults = new ApiFaults(clock);
  service = new DynamoDb(testCore(clock));
  await callerOf(service)("CreateTable", TABLE);
  // Until the table is ACTIVE.
  await clock.advance(60_000);
});

function lag(request: object = {}): void {
  const parsed = parseFault({ kind: "stale-read", lagSeconds: 5, ...request });
  if ("problems" in parsed) throw new Error(JSON.stringify(parsed.problems));
  faults.add(parsed.fault);
}

/** A call as dispatch would make it. */
// oxlint-disable-next-line typescript/no-explicit-any -- each test knows its operation's output.
async function call(operation: string, input: object, principal = USER): Promise<any> {
  const facts = { service: service.name, operation, input: { ...input }, principal };
  return faults.around(facts, () => callerOf(service, principal)(operation, input));
}
const put = (value: string) =>
  call("PutItem", { TableName: "record", Item: { id: { S: "a" }, value: { S: value } } });
async function get(options: object = {}, principal = USER): Promise<string | undefined> {
  const input = { TableName: "record", Key: { id: { S: "a" } }, ...options };
  return (await call("GetItem", input, principal)).Item?.value.S;
}

describe("a read after a write", () => {
  test("is what it was before the write, until the lag is over", async () => {
    await put("1");
    lag();
    expect(await get()).toBe("1");
    await clock.advance(60_000);
    await put("2");
    expect(await get()).toBe("1");
    await clock.advance(5000);
    expect(await get()).toBe("1");
    await clock.advance(1);
    expect(await get()).toBe("2");
  });

  test("is as old as the lag allows, where several writes followed one another", async () => {
    await put("1");
    lag();
    await get();
    await put("2");
    await clock.advance(3000);
    await put("3");
    expect(await get()).toBe("1");
    await clock.advance(3000);
    expect(await get()).toBe("2");
    await clock.advance(3000);
    expect(await get()).toBe("3");
  });

  test("may be that nothing is there yet", async () => {
    lag();
    expect(await get()).toBeUndefined();
    await put("1");
    expect(await get()).toBeUndefined();
    await clock.advance(6000);
    expect(await get()).toBe("1");
  });

  test("may be an error that was true", async () => {
    lag();
    const describeOther = () => call("DescribeTable", { TableName: "other" });
    await expect(describeOther()).rejects.toMatchObject({ code: "ResourceNotFoundException" });
    await call("CreateTable", { ...TABLE, TableName: "other" });
    await expect(describeOther()).rejects.toMatchObject({ code: "ResourceNotFoundException" });
    await clock.advance(6000);
    expect(await describeOther()).toMatchObject({ Table: { TableName: "other" } });
  });

  test("is as things are for a read that was never made before: nothing is made up", async () => {
    await put("1");
    lag();
    await put("2");
    expect(await get()).toBe("2");
  });

  test("is as things are where consistency was asked for", async () => {
    await put("1");
    lag();
    await get();
    await get({ ConsistentRead: true });
    await put("2");
    expect(await get({ ConsistentRead: true })).toBe("2");
    expect(await get()).toBe("1");
  });

  test("is as things are for a caller who did not read before", async () => {
    await put("1");
    lag();
    await get();
    await put("2");
    expect(await get({}, OTHER)).toBe("2");
  });

  test("is stale for a share of the reads alone", async () => {
    await put("1");
    lag({ probability: 0.5, seed: 3 });
    await get();
    await put("2");
    const seen = new Set<string | undefined>();
    for (let read = 0; read < 20; read++) seen.add(await get());
    expect(seen).toEqual(new Set(["1", "2"]));
  });
});

test("a cleared fault leaves nothing behind", async () => {
  await put("1");
  lag();
  await get();
  await put("2");
  faults.clear();
  expect(await get()).toBe("2");
  lag();
  expect(await get()).toBe("2");
});
