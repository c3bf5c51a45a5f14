/** HTTP and function hooks against servers that answer in every way there is. */
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { guardHooks } from "../../../guard/rollout/hookRunner.ts";
import type { Hook, HookContext } from "../../../guard/rollout/hooks.ts";

let server: Server;
let origin: string;
let answer: RequestListener;
let asked: { url: string | undefined; header: unknown }[];

beforeEach(async () => {
  asked = [];
  answer = (_request, response) => response.end();
  server = createServer((request, response) => {
    asked.push({ url: request.url, header: request.headers["x-slot"] });
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const client = () => {
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  return new LambdaClient({ endpoint: origin, region: "us-east-1", credentials, maxAttempts: 1 });
};

function ask(over: Partial<Extract<Hook, { kind: "http" }>> | { function: string }) {
  const common = { name: "smoke", when: "before", timeoutMs: 2_000 } as const;
  const http = {
    kind: "http",
    url: "${testUrl}/",
    method: "GET",
    headers: {},
    expectStatus: 200,
  } as const;
  const hook: Hook =
    "function" in over ? { ...common, kind: "function", ...over } : { ...common, ...http, ...over };
  const context: HookContext = {
    hook: "smoke",
    when: "before",
    environment: "checkout",
    slot: "green",
    release: "shop:2",
    url: origin,
    testUrl: origin,
    testHeader: "x-slot",
    step: 0,
    weight: 0,
  };
  const runner = guardHooks(async () => client());
  return runner
    .run(hook, context, async () => true)
    .catch((error: Error) => ({
      outcome: "error",
      why: error.message,
    }));
}

const status =
  (code: number, headers: Record<string, string> = {}, body = ""): RequestListener =>
  (_request, response) =>
    response.writeHead(code, headers).end(body);

describe("an HTTP hook", () => {
  test.each<[string, RequestListener, object, string, RegExp]>([
    ["the expected status", status(200), {}, "good", /: 200$/],
    ["another one that is expected", status(401), { expectStatus: 401 }, "good", /401/],
    [
      "another status",
      status(500, {}, "out of\n carts"),
      {},
      "bad",
      /500, 200 was expected: out of carts/,
    ],
    ["a redirect", status(302, { location: "http://127.0.0.1:1/" }), {}, "bad", /302/],
    ["throttled", status(429), {}, "inconclusive", /429/],
    [
      "no answer",
      (request) => void request.socket.destroy(),
      {},
      "error",
      /other side closed|ECONNRESET/,
    ],
    ["no answer in time", () => {}, { timeoutMs: 100 }, "error", /timeout/],
    [
      "the stable slot answers",
      status(200, { "x-backout-slot": "blue" }),
      {},
      "error",
      /slot blue answered/,
    ],
    ["the candidate answers", status(200, { "x-backout-slot": "green" }), {}, "good", /200/],
    [
      "a later hook that any slot may answer",
      status(200, { "x-backout-slot": "blue" }),
      { when: "after", url: "${url}/" },
      "good",
      /200/,
    ],
  ])("%s is %4$s", async (_story, answers, over, outcome, why) => {
    answer = answers;
    const answered = await ask(over);
    expect(answered.why).toMatch(why);
    expect(answered.outcome).toBe(outcome);
    expect(asked).toHaveLength(1);
  });

  test("names the candidate where testers must, and not where users go", async () => {
    await ask({ url: "${testUrl}/a?${slot}" });
    await ask({ url: "${url}/b" });
    await ask({ url: "${testUrl}/c", headers: { "X-Slot": "${slot}.secret" } });
    expect(asked).toEqual([
      { url: "/a?green", header: "green" },
      { url: "/b", header: undefined },
      { url: "/c", header: "green.secret" },
    ]);
  });

  test("does not wait for a body that never ends", async () => {
    answer = (_request, response) => {
      response.writeHead(500);
      const more = (): void => {
        if (!response.destroyed && response.write("x".repeat(10_000))) setImmediate(more);
        else response.once("drain", more);
      };
      more();
    };
    expect(await ask({})).toMatchObject({ outcome: "bad" });
  });
});

describe("a function hook", () => {
  const kpi = { function: "kpi" };
  test.each<[string, RequestListener, string, RegExp]>([
    ["says good", status(200, {}, '{"outcome":"good","why":"3 carts"}'), "good", /3 carts/],
    ["says bad", status(200, {}, '{"outcome":"bad"}'), "bad", /^$/],
    ["cannot tell", status(200, {}, '{"outcome":"inconclusive"}'), "inconclusive", /^$/],
    [
      "answers something else",
      status(200, {}, '{"ok":true}'),
      "error",
      /answered {"ok":true} and not/,
    ],
    ["answers nothing", status(200), "error", /answered  and not/],
    ["says error itself", status(200, {}, '{"outcome":"error"}'), "error", /and not/],
    [
      "fails",
      status(200, { "x-amz-function-error": "Unhandled" }, '{"errorMessage":"no"}'),
      "error",
      /kpi failed: .*no/,
    ],
    [
      "is throttled",
      status(429, { "x-amzn-errortype": "TooManyRequestsException" }, "{}"),
      "error",
      /./,
    ],
    [
      "is not allowed",
      status(403, { "x-amzn-errortype": "AccessDeniedException" }, '{"Message":"not authorized"}'),
      "error",
      /./,
    ],
  ])("that %s is %3$s", async (_story, answers, outcome, why) => {
    answer = answers;
    const answered = await ask(kpi);
    expect(answered.why).toMatch(why);
    expect(answered.outcome).toBe(outcome);
    expect(asked[0]?.url).toBe("/2015-03-31/functions/kpi/invocations");
  });
});

test("a command is nothing that the guard's function runs", () => {
  const command = {
    name: "a",
    when: "after",
    timeoutMs: 1,
    kind: "command",
    command: "true",
  } as const;
  expect(guardHooks(async () => client()).runs(command)).toBe(false);
});
