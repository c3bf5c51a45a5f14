/** What the static answer may be, and what it needs around it. */
import { describe, expect, test } from "vitest";
import { type EnvironmentArgs, environmentProblems } from "../../components/args.ts";
import { lastResortTimes, renderAnswer } from "../../components/lastResort.ts";
import type { GuardArgs } from "../../components/guardArgs.ts";

const routed: EnvironmentArgs = {
  releases: { blue: "shop:1", green: "shop:2" },
  testRoutes: { onPublicListener: "secret", secret: "a-secret-of-sixteen" },
};
const problems = (guard: GuardArgs, args: EnvironmentArgs = routed) =>
  environmentProblems("shop", { ...args, guard });

describe("the answer", () => {
  test.each([
    [{}, "503", "text/plain", /try again in 120 seconds/],
    [
      { lastResortContentType: "text/html" as const, lastResortRetryAfter: 30 },
      "503",
      "text/html",
      /http-equiv="refresh" content="30"/,
    ],
    [
      { lastResortContentType: "application/json" as const },
      "503",
      "application/json",
      /"retryAfterSeconds":120/,
    ],
    [
      { lastResortStatus: 200, lastResortBody: "in {retryAfter} s" },
      "200",
      "text/plain",
      /^in 120 s$/,
    ],
  ])("%j", (args, statusCode, contentType, body) => {
    const messageBody = expect.stringMatching(body) as string;
    expect(renderAnswer(args)).toEqual({ statusCode, contentType, messageBody });
  });
});

test("is refused where nobody could throw the switch, or see when it may end", () => {
  expect(problems({ lastResort: "static" })).toEqual([]);
  expect(problems({ lastResort: "static", secondWay: false })).toMatchObject([
    { field: "guard.lastResort", fix: "leave guard.secondWay on" },
  ]);
  expect(problems({ lastResort: "static" }, { releases: routed.releases })).toMatchObject([
    { field: "guard.lastResort", fix: expect.stringContaining("testRoutes.onPublicListener") },
  ]);
});

test.each<[keyof GuardArgs, GuardArgs]>([
  ["lastResortAfter", { lastResortAfter: "30s" }],
  ["lastResortUntil", { lastResortUntil: "soon" }],
  ["lastResortStatus", { lastResortStatus: 302 }],
  ["lastResortRetryAfter", { lastResortRetryAfter: 0 }],
  ["lastResortBody", { lastResortBody: "x".repeat(1025) }],
])("%s has its range", (field, guard) => {
  expect(problems({ lastResort: "static", ...guard }).map((one) => one.field)).toEqual([
    `guard.${field}`,
  ]);
});

test("a setting of it without it is told", () => {
  expect(problems({ lastResortStatus: 500 }).map(({ field }) => field)).toEqual([
    "guard.lastResortStatus",
  ]);
});

test("three minutes each way unless said otherwise", () => {
  expect(lastResortTimes({})).toEqual({ afterMs: 180_000, untilMs: 180_000 });
  expect(lastResortTimes({ lastResortAfter: "1m" }).afterMs).toBe(60_000);
});
