/** What becomes of an asynchronous event: told to destinations and dead-letter topics, or lost. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { LambdaFixture } from "./fixture.ts";

const TOPIC = "arn:aws:sns:us-east-1:000000000000:lost";
const LETTERS = "arn:aws:sns:us-east-1:000000000000:letters";
const OTHER = "arn:aws:lambda:us-east-1:000000000000:function:other";
const BUS = "arn:aws:events:us-east-1:000000000000:event-bus/default";
const GUARD = "arn:aws:lambda:us-east-1:000000000000:function:guard:$LATEST";
const REQUEST = "8f3a2b1c-0000-4000-8000-000000000001";
const FAILING = "export const handler = () => { throw new TypeError('no weights'); };";

let lab: LambdaFixture;
beforeEach(() => {
  // So that time goes on while a function keeps its concurrency busy.
  lab = new LambdaFixture({ patienceWallMs: 500 });
  for (const topic of [TOPIC, LETTERS]) lab.allowed.add(`sns:Publish ${topic}`);
  lab.allowed.add(`lambda:InvokeFunction ${OTHER}`);
  lab.allowed.add(`events:PutEvents ${BUS}`);
});
afterEach(() => lab.stop());

const configure = (more: object) =>
  lab.request("PutFunctionEventInvokeConfig", {
    FunctionName: "guard",
    MaximumRetryAttempts: 0,
    ...more,
  });
const destinations = (OnFailure: string, OnSuccess?: string) => ({
  DestinationConfig: {
    OnFailure: { Destination: OnFailure },
    ...(OnSuccess && { OnSuccess: { Destination: OnSuccess } }),
  },
});
const reserve = (ReservedConcurrentExecutions: number) =>
  lab.request("PutFunctionConcurrency", { FunctionName: "guard", ReservedConcurrentExecutions });
const send = (event: unknown = { n: 7 }) => lab.invoke(event, { InvocationType: "Event" });
const published = async (count = 1) => {
  await expect.poll(() => lab.published.length, { timeout: 15_000 }).toBe(count);
  return lab.published.map((one) => ({ ...one, message: JSON.parse(one.message) }));
};
/** The sum of a metric of the function, once its minute has been published. */
async function metric(name: string): Promise<number> {
  await lab.clock.advance(60_000);
  return lab.points
    .filter(({ metricName, dimensions }) => metricName === name && !dimensions["Resource"])
    .filter(({ dimensions }) => dimensions["FunctionName"] === "guard")
    .flatMap(({ values, counts }) => values.map((value, index) => value * (counts[index] ?? 0)))
    .reduce((sum, value) => sum + value, 0);
}

test("a failure is told with the event, the answer and the attempts", async () => {
  await lab.create(FAILING);
  await configure({ MaximumRetryAttempts: 1, ...destinations(TOPIC) });
  await send();
  await expect.poll(() => lab.linesWith("REPORT").length, { timeout: 15_000 }).toBe(1);
  expect(lab.published).toEqual([]);
  await lab.clock.advance(60_000);
  const [record] = await published();
  expect(record).toMatchObject({
    topicArn: TOPIC,
    attributes: undefined,
    message: {
      version: "1.0",
      timestamp: "2026-03-14T09:27:53.000Z",
      requestContext: {
        requestId: REQUEST,
        functionArn: GUARD,
        condition: "RetriesExhausted",
        approximateInvokeCount: 2,
      },
      requestPayload: { n: 7 },
      responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
      responsePayload: { errorType: "TypeError", errorMessage: "no weights" },
    },
  });
  expect(await metric("AsyncEventsDropped")).toBe(1);
});

test("a success goes to a function, which gets the record as its event", async () => {
  await lab.create("export const handler = (event) => ({ doubled: event.n * 2 });");
  await lab.create("export const handler = (event) => { console.log(JSON.stringify(event)); };", {
    FunctionName: "other",
  });
  await configure(destinations(TOPIC, OTHER));
  await send();
  await expect
    .poll(() => lab.linesWith('"condition":"Success"'), { timeout: 15_000 })
    .toEqual([expect.stringContaining('"responsePayload":{"doubled":14}')]);
  expect(lab.published).toEqual([]);
});

test("an event bus gets an event of its own form", async () => {
  await lab.create(FAILING);
  await configure(destinations(BUS));
  await send();
  await expect.poll(() => lab.busEvents.length, { timeout: 15_000 }).toBe(1);
  expect(lab.busEvents[0]).toMatchObject({
    busArn: BUS,
    event: {
      source: "lambda",
      detailType: "Lambda Function Invocation Result - Failure",
      detail: expect.stringContaining('"condition":"RetriesExhausted"'),
      resources: [BUS, GUARD],
    },
  });
});

test("the dead-letter topic gets the event itself beside the record", async () => {
  await lab.create(FAILING, { DeadLetterConfig: { TargetArn: LETTERS } });
  await configure(destinations(TOPIC));
  await send();
  const letters = await published(2);
  expect(letters[1]).toEqual({
    topicArn: LETTERS,
    message: { n: 7 },
    attributes: {
      RequestID: { DataType: "String", StringValue: REQUEST },
      ErrorCode: { DataType: "Number", StringValue: "200" },
      ErrorMessage: { DataType: "String", StringValue: "no weights" },
    },
  });
});

test("at reserved concurrency 0 an event is told at once and never runs", async () => {
  await lab.create(FAILING, { DeadLetterConfig: { TargetArn: LETTERS } });
  await configure({ MaximumRetryAttempts: 2, ...destinations(TOPIC) });
  await reserve(0);
  await send();
  const [record, letter] = await published(2);
  expect(record?.message).toEqual({
    version: "1.0",
    timestamp: "2026-03-14T09:26:53.000Z",
    requestContext: {
      requestId: REQUEST,
      functionArn: GUARD,
      condition: "ZeroReservedConcurrency",
      approximateInvokeCount: 0,
    },
    requestPayload: { n: 7 },
  });
  expect(letter?.attributes).toMatchObject({
    ErrorMessage: { StringValue: expect.stringContaining("zero reserved concurrent executions") },
  });
  expect(lab.linesWith("START")).toEqual([]);
  expect(await metric("Throttles")).toBe(1);
  expect(await metric("AsyncEventsDropped")).toBe(1);
});

test("a throttled event goes back to the queue, ever longer, until it is too old", async () => {
  await lab.create(
    `import { existsSync } from "node:fs";
    export const handler = async ({ until }) => {
      while (!existsSync(until)) await new Promise((resolve) => setTimeout(resolve, 5));
    };`,
    { Timeout: 60 },
  );
  const until = join(mkdtempSync(join(tmpdir(), "busy-")), "over");
  await configure({ MaximumEventAgeInSeconds: 60, ...destinations(TOPIC) });
  await reserve(1);
  const busy = lab.invoke({ until });
  await send();
  await expect.poll(() => lab.notices.length).toBe(1);
  // After 1, 2, 4, 8 and 16 s; the next wait, of 32 s, would end past the age of 60 s.
  for (const [index, seconds] of [1, 2, 4, 8, 16].entries()) {
    await lab.clock.advance(seconds * 1000 - 1);
    expect(lab.notices).toHaveLength(index + 1);
    await lab.clock.advance(1);
    await expect.poll(() => lab.notices.length).toBeGreaterThan(index + 1);
  }
  const [record] = await published();
  expect(record?.message).toMatchObject({
    timestamp: "2026-03-14T09:27:24.000Z",
    requestContext: { condition: "EventAgeExceeded", approximateInvokeCount: 0 },
    responseContext: { statusCode: 429 },
  });
  expect(record?.message).not.toHaveProperty("responsePayload");
  writeFileSync(until, "");
  await busy;
});

test("the wait after throttles grows to five minutes and no further", async () => {
  await lab.create(FAILING);
  lab.trusted.clear();
  await send();
  for (const seconds of [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]) {
    const before = lab.notices.length;
    await expect.poll(() => lab.notices.length).toBeGreaterThanOrEqual(before);
    await new Promise((resolve) => setImmediate(resolve));
    const attempts = lab.notices.length;
    await lab.clock.advance(seconds * 1000 - 1);
    expect(lab.notices).toHaveLength(attempts);
    await lab.clock.advance(1);
    await expect.poll(() => lab.notices.length).toBe(attempts + 1);
  }
});

test.each([
  ["the role lost the permission", () => lab.allowed.clear()],
  ["the topic refuses", () => (lab.reception = { ok: false, error: "NotFound: no topic" })],
])("a record is lost and counted when %s", async (_, spoil) => {
  await lab.create(FAILING, { DeadLetterConfig: { TargetArn: LETTERS } });
  await configure(destinations(TOPIC));
  spoil();
  await send();
  await expect
    .poll(() => lab.notices.filter((line) => line.includes("is lost")), { timeout: 15_000 })
    .toHaveLength(2);
  expect(await metric("DestinationDeliveryFailures")).toBe(1);
  expect(await metric("DeadLetterErrors")).toBe(1);
});

test("synchronous invocations have no destinations", async () => {
  await lab.create(FAILING);
  await configure(destinations(TOPIC));
  await lab.invoke();
  expect(lab.published).toEqual([]);
});
