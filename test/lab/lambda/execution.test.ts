/** Functions run for real: a process each, the Runtime API between. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { LambdaFixture, ROLE } from "./fixture.ts";
import { zipOf } from "./zipFile.ts";

let lab: LambdaFixture;
beforeEach(() => {
  lab = new LambdaFixture();
});
afterEach(() => lab.stop());

test("a handler gets the event and a context, and its result comes back", async () => {
  await lab.create(`export const handler = async (event, context) => ({
    doubled: event.n * 2,
    name: context.functionName,
    arn: context.invokedFunctionArn,
    id: context.awsRequestId,
    left: context.getRemainingTimeInMillis() > 0,
  });`);
  const { StatusCode, FunctionError, ExecutedVersion, payload } = await lab.invoke({ n: 21 });
  expect({ StatusCode, FunctionError, ExecutedVersion }).toEqual({
    StatusCode: 200,
    FunctionError: undefined,
    ExecutedVersion: "$LATEST",
  });
  expect(payload).toEqual({
    doubled: 42,
    name: "guard",
    arn: "arn:aws:lambda:us-east-1:000000000000:function:guard",
    id: "8f3a2b1c-0000-4000-8000-000000000001",
    left: true,
  });
});

test("the environment is AWS's, with the role's credentials and the lab's endpoint", async () => {
  await lab.create("export const handler = () => process.env;", {
    Environment: { Variables: { MODE: "strict", AWS_ENDPOINT_URL: "https://elsewhere" } },
    MemorySize: 256,
  });
  const { payload } = await lab.invoke();
  expect(payload).toMatchObject({
    AWS_LAMBDA_FUNCTION_NAME: "guard",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "256",
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "ASIA-guard-lambda.amazonaws.com",
    AWS_SECRET_ACCESS_KEY: "secret",
    AWS_SESSION_TOKEN: "token",
    AWS_ENDPOINT_URL: "http://127.0.0.1:4599",
    MODE: "strict",
    _HANDLER: "index.handler",
  });
});

test.each([
  ["a CommonJS .js file", { "index.js": "exports.handler = async () => 'cjs';" }, "cjs"],
  ["an ES module in .js", { "index.js": "export const handler = () => 'esm';" }, "esm"],
  ["a .cjs file", { "index.cjs": "module.exports.handler = () => 'cjs';" }, "cjs"],
  ["no result", { "index.mjs": "export const handler = () => {};" }, null],
])("%s", async (_, files, expected) => {
  await lab.create("", { Code: { ZipFile: zipOf(files) } });
  expect((await lab.invoke()).payload).toBe(expected);
});

test("an environment stays warm, and frozen between two invocations", async () => {
  await lab.create(`
    let count = 0;
    let ticks = 0;
    setInterval(() => ticks++, 5);
    export const handler = () => ({ count: ++count, pid: process.pid, ticks });`);
  const first = (await lab.invoke()).payload;
  await new Promise((resolve) => setTimeout(resolve, 300)); // Real time, for the process to misuse.
  const second = (await lab.invoke()).payload;
  expect(second).toMatchObject({ count: 2, pid: first.pid });
  expect(second.ticks - first.ticks).toBeLessThan(30);
});

test("two invocations at once get an environment each; an idle one ends after minutes", async () => {
  await lab.create(`export const handler = async () => {
    await new Promise((resolve) => setTimeout(resolve, 200));
    return process.pid;
  };`);
  const both = await Promise.all([lab.invoke(), lab.invoke()]);
  const pids = both.map(({ payload }) => payload);
  expect(new Set(pids).size).toBe(2);
  await lab.clock.advance(5 * 60_000);
  expect(pids).not.toContain((await lab.invoke()).payload);
});

test("new code and new configuration run in new environments", async () => {
  await lab.create("export const handler = () => [1, process.env.MODE];");
  expect((await lab.invoke()).payload).toEqual([1, null]);
  await lab.request("UpdateFunctionCode", {
    FunctionName: "guard",
    ZipFile: zipOf({ "index.mjs": "export const handler = () => [2, process.env.MODE];" }),
  });
  expect((await lab.invoke()).payload).toEqual([2, null]);
  await lab.request("UpdateFunctionConfiguration", {
    FunctionName: "guard",
    Environment: { Variables: { MODE: "loose" } },
  });
  expect((await lab.invoke()).payload).toEqual([2, "loose"]);
});

describe("failures", () => {
  test.each([
    [
      "a thrown error",
      "export const handler = () => { throw new TypeError('no weights'); };",
      { errorType: "TypeError", errorMessage: "no weights" },
    ],
    [
      "a module that throws",
      "throw new Error('bad start'); export const handler = () => 1;",
      { errorType: "Error", errorMessage: "bad start" },
    ],
    [
      "a missing export",
      "export const other = () => 1;",
      {
        errorType: "Runtime.HandlerNotFound",
        errorMessage: "index.handler is undefined or not exported",
      },
    ],
    [
      "a callback handler",
      "export const handler = (event, context, callback) => callback(null, 1);",
      { errorType: "Runtime.CallbackHandlerDeprecated" },
    ],
    [
      "an exit",
      "export const handler = () => process.exit(7);",
      { errorType: "Runtime.ExitError", errorMessage: expect.stringContaining("exit status 7") },
    ],
    [
      "a rejection that nobody waits for",
      "export const handler = async () => { Promise.reject(new Error('lost')); await new Promise(() => {}); };",
      { errorMessage: "lost" },
    ],
    [
      "an answer above 6 MB",
      "export const handler = () => 'x'.repeat(7_000_000);",
      { errorType: "Function.ResponseSizeTooLarge" },
    ],
  ])("%s is the function's error, not the caller's", async (_, code, expected) => {
    await lab.create(code, { Timeout: 10 });
    const { StatusCode, FunctionError, payload } = await lab.invoke();
    expect({ StatusCode, FunctionError }).toEqual({ StatusCode: 200, FunctionError: "Unhandled" });
    expect(payload).toMatchObject(expected);
  });

  test("a function that outlasts its timeout is killed, and the next one starts cold", async () => {
    await lab.create(
      "export const handler = (event) => event.hang ? new Promise(() => setInterval(() => {}, 9)) : 'ok';",
      { Timeout: 1 },
    );
    const { payload, FunctionError } = await lab.invoke({ hang: true });
    expect(FunctionError).toBe("Unhandled");
    expect(payload).toMatchObject({
      errorType: "Sandbox.Timedout",
      errorMessage: expect.stringMatching(/Error: Task timed out after 1\.00 seconds$/),
    });
    expect(lab.linesWith("Task timed out after 1.00 seconds")).toHaveLength(1);
    expect(lab.linesWith("Status: timeout")).toHaveLength(1);
    expect((await lab.invoke({ hang: false })).payload).toBe("ok");
  });
});

test("logs: START, the function's lines with nominal time, END, REPORT, and the tail", async () => {
  await lab.create(`export const handler = () => {
    console.log("two\\nlines", { a: 1 });
    console.error("bad");
    process.stdout.write("raw\\n");
  };`);
  const { LogResult } = await lab.invoke({}, { LogType: "Tail" });
  const id = "8f3a2b1c-0000-4000-8000-000000000001";
  const messages = lab.lines.map(({ message }) => message);
  expect(messages.slice(0, -1)).toEqual([
    expect.stringMatching(/^INIT_START Runtime Version: nodejs:24/),
    `START RequestId: ${id} Version: $LATEST`,
    `2026-03-14T09:26:53.000Z\t${id}\tINFO\ttwo\rlines { a: 1 }`,
    `2026-03-14T09:26:53.000Z\t${id}\tERROR\tbad`,
    "raw",
    `END RequestId: ${id}`,
  ]);
  expect(messages.at(-1)).toMatch(
    /^REPORT RequestId: \S+\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\tInit Duration: [\d.]+ ms$/,
  );
  expect(Buffer.from(LogResult, "base64").toString()).toBe(`${messages.join("\n")}\n`);
  expect(lab.lines[0]).toMatchObject({
    group: "/aws/lambda/guard",
    stream: expect.stringMatching(/^2026\/03\/14\/\[\$LATEST\][0-9a-f]{32}$/),
  });
});

test("metrics come once a minute and count errors, throttles and durations", async () => {
  await lab.create("export const handler = (event) => { if (event.bad) throw new Error(); };");
  await lab.invoke({});
  await lab.invoke({ bad: true });
  await lab.request("PutFunctionConcurrency", {
    FunctionName: "guard",
    ReservedConcurrentExecutions: 0,
  });
  await expect(lab.invoke()).rejects.toMatchObject({
    code: "TooManyRequestsException",
    members: { Reason: "ReservedFunctionConcurrentInvocationLimitExceeded" },
  });
  await lab.clock.advance(60_000);
  const point = (name: string, dimensions: object = { FunctionName: "guard" }) =>
    lab.points.find(
      (one) =>
        one.metricName === name && JSON.stringify(one.dimensions) === JSON.stringify(dimensions),
    );
  const timestampMs = Date.parse("2026-03-14T09:26:00Z");
  const invocations = { timestampMs, values: [1], counts: [2], unit: "Count" };
  for (const dimensions of [
    { FunctionName: "guard" },
    { FunctionName: "guard", Resource: "guard" },
    {},
  ]) {
    expect(point("Invocations", dimensions)).toEqual({
      namespace: "AWS/Lambda",
      metricName: "Invocations",
      dimensions,
      ...invocations,
    });
  }
  expect(point("Errors")).toMatchObject({ values: [0, 1], counts: [1, 1] });
  expect(point("Throttles")).toMatchObject({ values: [1], counts: [1] });
  expect(point("Duration")).toMatchObject({ unit: "Milliseconds", timestampMs });
  expect(point("ConcurrentExecutions")).toMatchObject({ values: [1], counts: [2] });
  expect(point("ConcurrentExecutions", {})).toMatchObject({ values: [1], counts: [2] });
});

test("an invocation counts in the minute in which it began", async () => {
  await lab.stop();
  // Nominal time goes on although the function still runs.
  lab = new LambdaFixture({ patienceWallMs: 10 });
  await lab.create(`export const handler = async () => {
    await new Promise((resolve) => setTimeout(resolve, 300));
    throw new Error("late");
  };`);
  const running = lab.invoke();
  await lab.clock.advance(60_000);
  expect(lab.points.map(({ metricName }) => metricName)).not.toContain("Errors");
  await running;
  await lab.clock.advance(60_000);
  expect(lab.points.find(({ metricName }) => metricName === "Errors")).toMatchObject({
    timestampMs: Date.parse("2026-03-14T09:26:00Z"),
  });
});

test("a role that no longer trusts Lambda fails the invocation", async () => {
  await lab.create("export const handler = () => 1;");
  lab.trusted.delete(ROLE);
  await expect(lab.invoke()).rejects.toMatchObject({ code: "AccessDeniedException" });
});
