/** Events from other services: let in by the resource policy, queued, retried, dropped. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { LambdaFixture } from "./fixture.ts";

const ARN = "arn:aws:lambda:us-east-1:000000000000:function:guard";
const ALARM = "arn:aws:cloudwatch:us-east-1:000000000000:alarm:checkout-green";
const invoker = {
  principal: "lambda.alarms.cloudwatch.amazonaws.com",
  sourceArn: ALARM,
  sourceAccount: "000000000000",
};
const permission = {
  FunctionName: "guard",
  StatementId: "alarm",
  Action: "lambda:InvokeFunction",
  Principal: invoker.principal,
  SourceArn: ALARM,
  SourceAccount: "000000000000",
};
/** Says how often it was called, for each call is a line. */
const COUNTING = "export const handler = (event) => { console.log('called', event.n); };";
const FAILING = "export const handler = () => { console.log('called'); throw new Error('no'); };";

let lab: LambdaFixture;
beforeEach(() => {
  lab = new LambdaFixture();
});
afterEach(() => lab.stop());

/** Waits for real processes: how many invocations have ended. */
const ended = () => lab.linesWith("REPORT RequestId").length;
const untilEnded = async (count: number): Promise<void> => {
  await expect.poll(ended, { timeout: 15_000 }).toBe(count);
};

test("a service that the policy names gets in; the event runs once", async () => {
  await lab.create(COUNTING);
  await lab.request("AddPermission", permission);
  expect(await lab.lambda.invokeAsync(ARN, { n: 7 }, invoker)).toEqual({ ok: true });
  await untilEnded(1);
  expect(lab.linesWith("called 7")).toHaveLength(1);
});

test.each([
  ["without any permission", undefined, invoker],
  ["for another alarm", { SourceArn: `${ALARM}-errors` }, invoker],
  ["for another account", { SourceAccount: "111111111111" }, invoker],
  ["for another service", { Principal: "sns.amazonaws.com" }, invoker],
  ["for another action", { Action: "lambda:GetFunction" }, invoker],
])("%s the event is refused", async (_, change, who) => {
  await lab.create(COUNTING);
  if (change) await lab.request("AddPermission", { ...permission, ...change });
  expect(await lab.lambda.invokeAsync(ARN, {}, who)).toEqual({
    ok: false,
    error: expect.stringContaining(
      `is not authorized to perform: lambda:InvokeFunction on resource: ${ARN}`,
    ),
  });
});

test("a pattern in the source ARN lets its matches in", async () => {
  await lab.create(COUNTING);
  const SourceArn = "arn:aws:cloudwatch:us-east-1:000000000000:alarm:checkout-*";
  await lab.request("AddPermission", { ...permission, SourceArn });
  expect(await lab.lambda.invokeAsync(ARN, {}, invoker)).toEqual({ ok: true });
  const elsewhere = { ...invoker, sourceArn: ALARM.replace("us-east-1", "eu-west-1") };
  expect(await lab.lambda.invokeAsync(ARN, {}, elsewhere)).toMatchObject({ ok: false });
});

test("a function that is not there is an error for the caller", async () => {
  expect(await lab.lambda.invokeAsync(ARN, {}, invoker)).toEqual({
    ok: false,
    error: `ResourceNotFoundException: Function not found: ${ARN}`,
  });
});

test("what is queued, how old it was and what ran is counted", async () => {
  await lab.create(FAILING);
  await invokeEvent();
  await untilEnded(1);
  // The retry is on the clock once the attempt has been judged.
  await new Promise((resolve) => setImmediate(resolve));
  await lab.clock.advance(60_000);
  await untilEnded(2);
  await lab.clock.advance(60_000);
  const values = (name: string) =>
    lab.points
      .filter(({ metricName, dimensions }) => metricName === name && dimensions["Resource"])
      .flatMap(({ values: seen }) => seen);
  expect(values("AsyncEventsReceived")).toEqual([1]);
  expect(values("AsyncEventAge")).toEqual([0, 60_000]);
});

test("an event above 1 MB is not queued", async () => {
  await lab.create(COUNTING);
  await lab.request("AddPermission", permission);
  const large = { text: "x".repeat(1_048_576) };
  expect(await lab.lambda.invokeAsync(ARN, large, invoker)).toMatchObject({
    ok: false,
    error: expect.stringContaining("RequestTooLargeException"),
  });
  const payload = { Payload: Buffer.from(JSON.stringify(large)), InvocationType: "Event" };
  await expect(lab.invoke(undefined, payload)).rejects.toMatchObject({
    code: "RequestTooLargeException",
    status: 413,
  });
});

const invokeEvent = () => lab.invoke({}, { InvocationType: "Event" });

describe("retries", () => {
  test("an error is retried after one minute and after two more, then dropped", async () => {
    await lab.create(FAILING);
    expect(await invokeEvent()).toMatchObject({ StatusCode: 202 });
    await untilEnded(1);
    await lab.clock.advance(59_000);
    expect(ended()).toBe(1);
    await lab.clock.advance(1000);
    await untilEnded(2);
    await lab.clock.advance(119_000);
    expect(ended()).toBe(2);
    await lab.clock.advance(1000);
    await untilEnded(3);
    await expect.poll(() => lab.notices).toEqual([expect.stringContaining("failed 3 times")]);
    await lab.clock.advance(3_600_000);
    expect(ended()).toBe(3);
  });

  test("as often as the event invoke configuration says", async () => {
    await lab.create(FAILING);
    await lab.request("PutFunctionEventInvokeConfig", {
      FunctionName: "guard",
      MaximumRetryAttempts: 0,
    });
    await invokeEvent();
    await untilEnded(1);
    await expect.poll(() => lab.notices).toEqual([expect.stringContaining("failed 1 times")]);
  });

  test("a throttled event waits in the queue, ever longer, until there is room", async () => {
    await lab.create(`export const handler = async (event) => {
      if (event.slow) await new Promise((resolve) => setTimeout(resolve, 1500));
    };`);
    await lab.request("PutFunctionConcurrency", {
      FunctionName: "guard",
      ReservedConcurrentExecutions: 1,
    });
    const slow = lab.invoke({ slow: true });
    await invokeEvent();
    await expect.poll(() => lab.notices).toEqual([expect.stringContaining("is tried again")]);
    await slow;
    await lab.clock.advance(1000);
    await untilEnded(2);
  });

  test("at reserved concurrency 0 the event is dropped at once", async () => {
    await lab.create(COUNTING);
    await lab.request("PutFunctionConcurrency", {
      FunctionName: "guard",
      ReservedConcurrentExecutions: 0,
    });
    await invokeEvent();
    await expect
      .poll(() => lab.notices)
      .toEqual([expect.stringContaining("the reserved concurrency is 0 and was dropped")]);
  });
});
