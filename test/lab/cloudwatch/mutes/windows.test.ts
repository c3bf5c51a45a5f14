/** The schedules of mute rules: expressions, durations and the windows that come of them. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  ExpressionError,
  parseDuration,
  parseExpression,
} from "../../../../lab/cloudwatch/mutes/expression.ts";
import { nextChange, statusAt, windowAt } from "../../../../lab/cloudwatch/mutes/windows.ts";
import type { MuteSchedule } from "../../../../lab/cloudwatch/mutes/windows.ts";
import { namedZone } from "../../../../lab/cloudwatch/timeZone.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

function schedule(expression: string, duration: string, zone = "UTC"): MuteSchedule {
  return {
    expression: parseExpression(expression),
    durationMs: parseDuration(duration),
    zone: namedZone("timezone", zone),
    notBeforeMs: -Infinity,
    notAfterMs: Infinity,
  };
}

function iso(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString().slice(0, 16);
}

/** `start/end` of the window at a moment, or when to look again. */
function seen(of: MuteSchedule, at: string): string {
  const atMs = Date.parse(`${at}Z`);
  const window = windowAt(of, atMs);
  if (window) return `${iso(window.startMs)}/${iso(window.endMs)}`;
  return `-> ${iso(nextChange(of, atMs))}`;
}

describe("durations", () => {
  test.each([
    ["PT1M", 60_000],
    ["PT4H", 4 * HOUR],
    ["P2DT12H", 60 * HOUR],
    ["P7D", 7 * DAY],
    ["P1W", 7 * DAY],
    ["P15D", 15 * DAY],
    ["PT90S", 90_000],
    ["PT1H30M", 1.5 * HOUR],
  ])("%s", (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.each(["PT59S", "P15DT1S", "P16D", "P", "PT", "4H", "P1M", "P1Y", "PT1.5H", "-PT1H", "pt4h"])(
    "%s is refused",
    (text) => {
      expect(() => parseDuration(text)).toThrow(ExpressionError);
    },
  );
});

// 2026-03-14 was a Saturday.
describe("the guide's schedules, in UTC", () => {
  test.each([
    // Every Sunday from 2:00 to 6:00
    ["cron(0 2 * * SUN)", "PT4H", "2026-03-14T12:00", "-> 2026-03-15T02:00"],
    ["cron(0 2 * * SUN)", "PT4H", "2026-03-15T02:00", "2026-03-15T02:00/2026-03-15T06:00"],
    ["cron(0 2 * * SUN)", "PT4H", "2026-03-15T05:59", "2026-03-15T02:00/2026-03-15T06:00"],
    ["cron(0 2 * * SUN)", "PT4H", "2026-03-15T06:00", "-> 2026-03-22T02:00"],
    ["cron(0 2 * * 0)", "PT4H", "2026-03-14T12:00", "-> 2026-03-15T02:00"],
    ["cron(0 2 * * 7)", "PT4H", "2026-03-14T12:00", "-> 2026-03-15T02:00"],
    // The first of each month
    ["cron(0 1 1 * *)", "PT6H", "2026-03-14T12:00", "-> 2026-04-01T01:00"],
    // The weekend
    ["cron(0 18 * * FRI)", "P2DT12H", "2026-03-15T12:00", "2026-03-13T18:00/2026-03-16T06:00"],
    ["cron(0 18 * * FRI)", "P2DT12H", "2026-03-16T06:00", "-> 2026-03-20T18:00"],
    // Over midnight
    ["cron(0 23 * * *)", "PT2H", "2026-03-15T00:59", "2026-03-14T23:00/2026-03-15T01:00"],
    // Once
    ["at(2024-05-10T14:00)", "PT4H", "2024-05-10T13:59", "-> 2024-05-10T14:00"],
    ["at(2024-05-10T14:00)", "PT4H", "2024-05-10T17:59", "2024-05-10T14:00/2024-05-10T18:00"],
    ["at(2024-05-10T14:00)", "PT4H", "2024-05-10T18:00", "-> undefined"],
  ])("%s %s at %s: %s", (expression, duration, at, expected) => {
    expect(seen(schedule(expression, duration), at)).toBe(expected);
  });
});

describe("fields", () => {
  test.each([
    ["cron(15,45 9-17 * * MON-FRI)", "2026-03-14T12:00", "-> 2026-03-16T09:15"],
    ["cron(0 0 * * SAT-SUN)", "2026-03-13T12:00", "-> 2026-03-14T00:00"],
    ["cron(0 0 * * 1-7)", "2026-03-14T12:00", "-> 2026-03-15T00:00"],
    ["cron(0 0 31 * *)", "2026-04-01T00:02", "-> 2026-05-31T00:00"],
    ["cron(0 0 1 JAN,jul *)", "2026-03-14T12:00", "-> 2026-07-01T00:00"],
    ["cron(0 0 29 FEB *)", "2097-03-01T00:00", "-> 2104-02-29T00:00"],
    // Either of two restricted fields for the day
    ["cron(0 0 1 * MON)", "2026-03-24T12:00", "-> 2026-03-30T00:00"],
    ["cron(0 0 1 * MON)", "2026-03-30T12:00", "-> 2026-04-01T00:00"],
    // Never
    ["cron(0 0 30 2 *)", "2026-03-14T12:00", "-> undefined"],
  ])("%s after %s: %s", (expression, at, expected) => {
    expect(seen(schedule(expression, "PT1M"), at)).toBe(expected);
  });

  test.each([
    "cron(0 2 * * * *)",
    "cron(0 2 * *)",
    "cron(60 2 * * *)",
    "cron(0 24 * * *)",
    "cron(0 2 0 * *)",
    "cron(0 2 * 13 *)",
    "cron(0 2 * * 8)",
    "cron(0 2 * * ?)",
    "cron(*/5 * * * *)",
    "cron(5-1 * * * *)",
    "cron(1-2-3 * * * *)",
    "cron(, * * * *)",
    "cron(FEB * * * *)",
    "at(2024-02-30T00:00)",
    "at(2024-05-10 14:00)",
    "at(2024-05-10T14:00:00)",
    "rate(5 minutes)",
    "0 2 * * *",
    "",
  ])("%s is refused", (text) => {
    expect(() => parseExpression(text)).toThrow(ExpressionError);
  });
});

describe("time zones", () => {
  test.each([
    ["America/New_York", "2026-01-14T12:00", "-> 2026-01-15T07:00"],
    ["America/New_York", "2026-07-14T12:00", "-> 2026-07-15T06:00"],
    ["Asia/Tokyo", "2026-03-14T12:00", "-> 2026-03-14T17:00"],
    // The clock leaves out 2:00 to 3:00 on 8 March: that much after the gap's begin.
    ["America/New_York", "2026-03-07T12:00", "-> 2026-03-08T07:00"],
    ["America/New_York", "2026-03-08T07:30", "-> 2026-03-09T06:00"],
  ])("2:00 in %s after %s: %s", (zone, at, expected) => {
    expect(seen(schedule("cron(0 2 * * *)", "PT10M", zone), at)).toBe(expected);
  });

  test("an hour that comes twice mutes the first time", () => {
    const once = schedule("at(2026-11-01T01:30)", "PT10M", "America/New_York");
    expect(seen(once, "2026-10-31T12:00")).toBe("-> 2026-11-01T05:30");
    expect(seen(once, "2026-11-01T06:30")).toBe("-> undefined");
  });
});

describe("start and expire dates cut the windows", () => {
  const cut: MuteSchedule = {
    ...schedule("cron(0 * * * *)", "PT30M"),
    notBeforeMs: Date.parse("2026-03-14T10:10Z"),
    notAfterMs: Date.parse("2026-03-14T12:10Z"),
  };
  test.each([
    ["2026-03-14T10:05", "-> 2026-03-14T10:10", "SCHEDULED"],
    ["2026-03-14T10:10", "2026-03-14T10:10/2026-03-14T10:30", "ACTIVE"],
    ["2026-03-14T10:30", "-> 2026-03-14T11:00", "SCHEDULED"],
    ["2026-03-14T12:05", "2026-03-14T12:00/2026-03-14T12:10", "ACTIVE"],
    ["2026-03-14T12:10", "-> undefined", "EXPIRED"],
  ])("at %s: %s, %s", (at, expected, status) => {
    expect(seen(cut, at)).toBe(expected);
    expect(statusAt(cut, Date.parse(`${at}Z`))).toBe(status);
  });
});

test("a one-time rule is expired once its window is over", () => {
  const once = schedule("at(2026-03-14T10:00)", "PT1H");
  const statuses = ["09:59", "10:00", "10:59", "11:00"].map((time) =>
    statusAt(once, Date.parse(`2026-03-14T${time}Z`)),
  );
  expect(statuses).toEqual(["SCHEDULED", "ACTIVE", "ACTIVE", "EXPIRED"]);
});

function field(least: number, most: number): fc.Arbitrary<string> {
  return fc.oneof(fc.constant("*"), fc.integer({ min: least, max: most }).map(String));
}

test("property: what changes, changes where nextChange says", () => {
  const cron = fc
    .tuple(field(0, 59), field(0, 23), fc.constant("*"), fc.constant("*"), field(0, 7))
    .map((fields) => `cron(${fields.join(" ")})`);
  const zones = fc.constantFrom("UTC", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe");
  fc.assert(
    fc.property(cron, zones, fc.integer({ min: 1, max: 3000 }), fc.nat(400 * 1440), (...given) => {
      const [expression, zone, minutes, offset] = given;
      const rule = schedule(expression, `PT${minutes}M`, zone);
      let atMs = Date.parse("2026-01-01T00:00Z") + offset * 60_000;
      for (let step = 0; step < 4; step++) {
        const changeMs = nextChange(rule, atMs);
        if (changeMs === undefined) return;
        expect(changeMs).toBeGreaterThan(atMs);
        // Nothing begins or ends before it.
        const muted = windowAt(rule, atMs) !== undefined;
        for (const share of [0.1, 0.5, 0.9]) {
          const between = Math.floor(atMs + (changeMs - atMs) * share);
          expect(windowAt(rule, between) !== undefined).toBe(muted);
        }
        const begun = windowAt(rule, changeMs)?.startMs;
        expect(muted || begun === changeMs).toBe(true);
        atMs = changeMs;
      }
    }),
    { numRuns: 100 },
  );
});
