/** A schedule file's times in EventBridge Scheduler's words: the same times, or a refusal. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { eventBridgeNotes, eventBridgeProblems } from "../../../drills/schedule/eventBridge.ts";
import { eventBridgeCrons } from "../../../drills/schedule/eventBridgeCron.ts";
import { fires, Gap, Overlap } from "../../../drills/schedule/occurrences.ts";
import { parseCron } from "../../../drills/schedule/cron.ts";
import { nextDue, parseExpression } from "../../../lab/events/schedule/expression.ts";
import { schedulesOf } from "./world.ts";

const NOW = Date.parse("2026-03-02T00:00:00Z");

describe("an expression", () => {
  test.each([
    ["30 2 * * *", ["cron(30 2 * * ? *)"]],
    ["@daily", ["cron(0 0 * * ? *)"]],
    ["*/15 8-10 ? * ?", ["cron(0,15,30,45 8,9,10 * * ? *)"]],
    ["0 3 * jan,DEC 1-5", ["cron(0 3 ? 1,12 MON,TUE,WED,THU,FRI *)"]],
    ["0 3 * * 0,7,sat", ["cron(0 3 ? * SUN,SAT *)"]],
    ["0 3 * * SAT-SUN", ["cron(0 3 ? * SUN,SAT *)"]],
    ["0 3 13 * FRI", ["cron(0 3 13 * ? *)", "cron(0 3 ? * FRI *)"]],
    ["0 3 1,15W,L * *", ["cron(0 3 1 * ? *)", "cron(0 3 15W * ? *)", "cron(0 3 L * ? *)"]],
    ["0 3 * * FRIL", ["cron(0 3 ? * 6L *)"]],
    ["0 3 * * 7L,MON#2", ["cron(0 3 ? * 1L *)", "cron(0 3 ? * 2#2 *)"]],
    ["0 3 1-31 * *", ["cron(0 3 * * ? *)"]],
  ])("%s", (text, expected) => {
    expect(eventBridgeCrons(text)).toEqual(expected);
  });

  test("of the month's last weekday is the one that AWS has no word for", () => {
    expect(eventBridgeCrons("0 3 LW * *")).toBeUndefined();
  });

  const within = (low: number, high: number) => {
    const pair = fc.tuple(fc.integer({ min: low, max: high }), fc.integer({ min: low, max: high }));
    const range = pair.map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`);
    const step = fc.integer({ min: 1, max: high - low });
    return list(
      fc.oneof(
        fc.integer({ min: low, max: high }).map(String),
        range,
        fc.tuple(range, step).map(([span, by]) => `${span}/${by}`),
        step.map((by) => `*/${by}`),
      ),
    );
  };
  const day = fc.oneof(fc.constant("*"), within(1, 28), list(fc.constantFrom("L", "15W", "3")));
  const weekday = fc.oneof(
    fc.constant("*"),
    within(0, 7),
    list(fc.constantFrom("MON", "FRIL", "SUN#1", "6L", "0#3")),
  );
  const month = fc.oneof(fc.constant("*"), within(1, 12));

  test("is due in EventBridge exactly when it is in the file, in a zone that changes its clocks", () => {
    const zone = "Europe/London";
    fc.assert(
      fc.property(within(0, 59), within(0, 23), day, month, weekday, (...fields) => {
        const text = fields.join(" ");
        const { cron } = parseCron(text, "");
        if (!cron) return;
        const timing = { cron, zone, gap: Gap.Skip, overlap: Overlap.Once };
        // Scheduler is not said to be due at the first of two equal times; the lab takes that one.
        const own = fires(timing, NOW);
        const parsed = (eventBridgeCrons(text) ?? []).map((one) => parseExpression(one));
        let afterMs = NOW;
        for (let count = 0; count < 6; count++) {
          const dues = parsed.map((one) => one && nextDue(one, afterMs, { anchorMs: NOW, zone }));
          const due = Math.min(...dues.map((one) => one ?? Number.NaN));
          expect([text, new Date(due).toISOString()]).toEqual([
            text,
            new Date(own.next().value ?? Number.NaN).toISOString(),
          ]);
          afterMs = due;
        }
      }),
      { numRuns: 150 },
    );
  });
});

const NEW_YORK = "zone: America/New_York";

function problems(...members: string[]) {
  return schedulesOf(...members).flatMap((one) => eventBridgeProblems(one, NOW));
}

describe("what EventBridge Scheduler cannot do", () => {
  test("is refused at once and as a whole, with the first time at which it would differ", () => {
    const found = problems(
      `cron: "30 2 LW * *"`,
      `cron: "30 2 * * *", ${NEW_YORK}, gap: next`,
      `cron: "30 1 * * *", ${NEW_YORK}, overlap: twice, concurrency: replace`,
    );
    expect(found).toMatchObject([
      { field: "cron", allowed: expect.stringContaining("LW") },
      { field: "gap", value: "next", fix: expect.stringContaining("2026-03-08T02:30") },
      { field: "overlap", value: "twice", fix: expect.stringContaining("2026-11-01T01:30") },
      { field: "concurrency", value: "replace" },
    ]);
  });

  test.each([
    ["an hour that no clock skips", `cron: "30 4 * * *", ${NEW_YORK}, gap: next`],
    ["an hour that no clock repeats", `cron: "30 4 * * *", ${NEW_YORK}, overlap: twice`],
    ["a zone whose clocks never change", `cron: "30 2 * * *", gap: next, overlap: twice`],
    ["weekdays, when clocks change on Sundays", `cron: "30 2 * * 1-5", ${NEW_YORK}, gap: next`],
    ["the policies that are EventBridge's own", `cron: "30 2 * * *", ${NEW_YORK}`],
  ])("is no matter for %s", (_what, members) => {
    expect(problems(members)).toEqual([]);
  });
});

test.each([
  ['cron: "0 3 * * *"', []],
  ['cron: "0 3 * * *", paused: true', ["disabled"]],
  ['cron: "0 3 13 * FRI"', ["takes 2 schedules"]],
  [`cron: "30 1 * * *", ${NEW_YORK}`, ["repeat 2026-11-01T01:30"]],
  ['cron: "0 3 * * *", blocked: ["22:00-02:00"]', ["starts a task at every time"]],
  ['cron: "0 3 * * *", jitter: 20m', ["waits out the jitter, up to 20 m"]],
  ['cron: "0 3 * * *", startDeadline: 2m', ["fires will be missed"]],
])("preview says of %s: %j", (members, expected) => {
  const [schedule] = schedulesOf(members);
  const notes = schedule ? eventBridgeNotes(schedule, NOW) : [];
  expect(notes).toEqual(expected.map((part) => expect.stringContaining(part)));
});

function list<T>(one: fc.Arbitrary<T>): fc.Arbitrary<string> {
  return fc.array(one, { minLength: 1, maxLength: 3 }).map((all) => all.join(","));
}
