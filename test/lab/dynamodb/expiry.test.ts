/** Time to live: expired items stay for days, then go. Nobody may rely on an earlier end. */
import { beforeEach, expect, test } from "vitest";
import { DynamoDb } from "../../../lab/dynamodb/dynamodb.ts";
import { isDeleted } from "../../../lab/dynamodb/expiry.ts";
import { callerOf, START_MS, type TestCore, testCore } from "../fixture.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const TableName = "records";

let core: TestCore;
let call: ReturnType<typeof callerOf>;

beforeEach(async () => {
  core = testCore();
  call = callerOf(new DynamoDb(core));
  await call("CreateTable", {
    TableName,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
  });
  await core.clock.advance(1000);
});

const ids = async () =>
  (await call("Scan", { TableName })).Items.map(({ id }: { id: { S: string } }) => id.S);
const put = (id: string, more: object) =>
  call("PutItem", { TableName, Item: { id: { S: id }, ...more } });
const inSeconds = (seconds: number) => ({
  expiresAt: { N: String(Math.floor(START_MS / 1000) + seconds) },
});

test("an expired item is read for two more days, and only then is gone", async () => {
  await call("UpdateTimeToLive", {
    TableName,
    TimeToLiveSpecification: { Enabled: true, AttributeName: "expiresAt" },
  });
  await put("soon", inSeconds(60));
  await put("later", inSeconds(30 * 86_400));
  await put("never", {});
  await core.clock.advance(DAY_MS);
  expect((await ids()).sort()).toEqual(["later", "never", "soon"]);
  await core.clock.advance(DAY_MS + HOUR_MS);
  expect((await ids()).sort()).toEqual(["later", "never"]);
});

test("without the setting nothing expires", async () => {
  await put("soon", inSeconds(60));
  await core.clock.advance(10 * DAY_MS);
  expect(await ids()).toEqual(["soon"]);
});

const now = START_MS;
const seconds = (ms: number) => ({ N: String((now - ms) / 1000) });
test.each([
  ["two days ago", { at: seconds(2 * DAY_MS) }, true],
  ["a little less", { at: seconds(2 * DAY_MS - 1000) }, false],
  ["five years ago: taken for a mistake", { at: seconds(5 * 365 * DAY_MS) }, false],
  ["a text", { at: { S: "1" } }, false],
  ["another attribute", { other: seconds(2 * DAY_MS) }, false],
])("expired %s: deleted is %s", (_, item, expected) => {
  expect(isDeleted(item, "at", now)).toBe(expected);
});
