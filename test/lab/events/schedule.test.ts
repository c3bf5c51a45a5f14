/** Schedule expressions: AWS's documented examples, and what daylight saving time does to them. */
import { describe, expect, test } from "vitest";
import { nextDue, parseExpression } from "../../../lab/events/schedule/expression.ts";
import { isZone } from "../../../base/zone.ts";

const ANCHOR = "2026-03-14T09:26:53Z";

/** The next `count` times, or "refused". */
function dues(text: string, after: string, count = 1, zone = "UTC", anchor = ANCHOR): unknown {
  const expression = parseExpression(text);
  if (!expression) return "refused";
  const found: string[] = [];
  let at: number | undefined = Date.parse(after);
  while (found.length < count) {
    at = nextDue(expression, at, { anchorMs: Date.parse(anchor), zone });
    if (at === undefined) break;
    found.push(new Date(at).toISOString().replace(".000Z", "Z"));
  }
  return found;
}

describe("cron: the User Guide's examples, from Saturday 14 March 2026", () => {
  test.each<[string, string[]]>([
    ["cron(0 10 * * ? *)", ["2026-03-14T10:00:00Z", "2026-03-15T10:00:00Z"]],
    ["cron(15 12 * * ? *)", ["2026-03-14T12:15:00Z", "2026-03-15T12:15:00Z"]],
    ["cron(0 18 ? * MON-FRI *)", ["2026-03-16T18:00:00Z", "2026-03-17T18:00:00Z"]],
    ["cron(0 8 1 * ? *)", ["2026-04-01T08:00:00Z", "2026-05-01T08:00:00Z"]],
    ["cron(0/15 * * * ? *)", ["2026-03-14T09:30:00Z", "2026-03-14T09:45:00Z"]],
    ["cron(0/10 * ? * MON-FRI *)", ["2026-03-16T00:00:00Z", "2026-03-16T00:10:00Z"]],
    ["cron(0/5 8-17 ? * MON-FRI *)", ["2026-03-16T08:00:00Z", "2026-03-16T08:05:00Z"]],
    ["cron(0 9 ? * 2#1 *)", ["2026-04-06T09:00:00Z", "2026-05-04T09:00:00Z"]],
    ["cron(15 10 ? * 6L 2026-2027)", ["2026-03-27T10:15:00Z", "2026-04-24T10:15:00Z"]],
    ["cron(1/10 * * * ? *)", ["2026-03-14T09:31:00Z", "2026-03-14T09:41:00Z"]],
    ["cron(0 0 3W * ? *)", ["2026-04-03T00:00:00Z", "2026-05-04T00:00:00Z"]],
    ["cron(0 0 1W 8 ? *)", ["2026-08-03T00:00:00Z", "2027-08-02T00:00:00Z"]],
    ["cron(0 0 31W 5 ? *)", ["2026-05-29T00:00:00Z", "2027-05-31T00:00:00Z"]],
    ["cron(0 0 L * ? *)", ["2026-03-31T00:00:00Z", "2026-04-30T00:00:00Z"]],
    ["cron(0 0 ? * L *)", ["2026-03-21T00:00:00Z", "2026-03-28T00:00:00Z"]],
    ["cron(0 0 29 2 ? *)", ["2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z"]],
    ["cron(0 0 1 JAN,JUL ? 2030)", ["2030-01-01T00:00:00Z", "2030-07-01T00:00:00Z"]],
    ["cron(0 0 ? * TUE#5 *)", ["2026-03-31T00:00:00Z", "2026-06-30T00:00:00Z"]],
    ["cron(0 0 1 1 ? 2020)", []],
    ["cron(0 0 30 2 ? *)", []],
  ])("%s", (text, expected) => {
    expect(dues(text, ANCHOR, 2)).toEqual(expected);
  });
});

describe("rate", () => {
  test("is counted from its anchor, whenever one asks", () => {
    expect(dues("rate(5 minutes)", ANCHOR, 2)).toEqual([
      "2026-03-14T09:31:53Z",
      "2026-03-14T09:36:53Z",
    ]);
    expect(dues("rate(1 day)", "2026-06-01T00:00:00Z", 1)).toEqual(["2026-06-01T09:26:53Z"]);
  });

  test("begins at its anchor when asked before", () => {
    expect(dues("rate(1 hour)", "2026-01-01T00:00:00Z", 1)).toEqual([ANCHOR]);
  });
});

test.each([
  "cron(0 12 * * * *)",
  "cron(0 12 ? * ? *)",
  "cron(0 12 * * ?)",
  "cron(60 12 * * ? *)",
  "cron(0 24 * * ? *)",
  "cron(0 12 0 * ? *)",
  "cron(0 12 * 13 ? *)",
  "cron(0 12 ? * 8 *)",
  "cron(0 12 ? * 3#1,6#3 *)",
  "cron(0 12 ? * 3#6 *)",
  "cron(0 12 ? * 2/2 *)",
  "cron(0 12 * * ? 1969)",
  "cron(0 12 * * ? 2200)",
  "cron(5-1 12 * * ? *)",
  "cron(1/0 12 * * ? *)",
  "cron(a 12 * * ? *)",
  "cron(0 12 32W * ? *)",
  "cron()",
  "rate(0 minutes)",
  "rate(1 minutes)",
  "rate(5 minute)",
  "rate(5 seconds)",
  "rate(1.5 hours)",
  "rate(-1 minutes)",
  "at(2026-02-29T00:00:00)",
  "at(2026-02-28T24:00:00)",
  "at(2026-02-28 00:00:00)",
  "at(2026-02-28T00:00:00Z)",
  "every day",
])("%s is refused", (text) => {
  expect(dues(text, ANCHOR)).toBe("refused");
});

const there = (text: string, after: string, count: number): unknown =>
  dues(text, after, count, "America/New_York");

describe("in New York, whose clocks skip 02:00 to 03:00 on 8 March 2026 and repeat 01:00 to 02:00 on 1 November", () => {
  test("a time of the day stays what the clock on the wall says", () => {
    expect(there("cron(0 8 * * ? *)", "2026-03-07T00:00:00Z", 3)).toEqual([
      "2026-03-07T13:00:00Z",
      "2026-03-08T12:00:00Z",
      "2026-03-09T12:00:00Z",
    ]);
  });

  test("a time that is skipped is skipped", () => {
    expect(there("cron(30 2 * * ? *)", "2026-03-07T00:00:00Z", 2)).toEqual([
      "2026-03-07T07:30:00Z",
      "2026-03-09T06:30:00Z",
    ]);
  });

  test("a time that is repeated comes once", () => {
    expect(there("cron(30 1 * * ? *)", "2026-10-31T12:00:00Z", 2)).toEqual([
      "2026-11-01T05:30:00Z",
      "2026-11-02T06:30:00Z",
    ]);
  });

  test("so does each time of a cron that runs every half hour", () => {
    expect(there("cron(0/30 * * * ? *)", "2026-11-01T04:59:00Z", 4)).toEqual([
      "2026-11-01T05:00:00Z",
      "2026-11-01T05:30:00Z",
      "2026-11-01T07:00:00Z",
      "2026-11-01T07:30:00Z",
    ]);
  });

  test("a day of a rate has 24 hours", () => {
    const anchor = "2026-03-07T13:00:00Z";
    expect(dues("rate(1 day)", anchor, 2, "America/New_York", anchor)).toEqual([
      "2026-03-08T13:00:00Z",
      "2026-03-09T13:00:00Z",
    ]);
  });

  test.each([
    ["at(2026-07-01T08:00:00)", "2026-07-01T12:00:00Z"],
    ["at(2026-11-01T01:30:00)", "2026-11-01T05:30:00Z"],
    ["at(2026-03-08T02:30:00)", "2026-03-08T07:30:00Z"],
  ])("%s is %s", (text, expected) => {
    expect(there(text, "2026-01-01T00:00:00Z", 2)).toEqual([expected]);
  });
});

test("half hours and southern summers are right, too", () => {
  const evening = "cron(0 20 * * ? *)";
  expect(dues(evening, ANCHOR, 1, "Asia/Kolkata")).toEqual(["2026-03-14T14:30:00Z"]);
  expect(dues(evening, ANCHOR, 1, "Australia/Lord_Howe")).toEqual(["2026-03-15T09:00:00Z"]);
  expect(dues(evening, "2026-07-01T00:00:00Z", 1, "Australia/Lord_Howe")).toEqual([
    "2026-07-01T09:30:00Z",
  ]);
});

test.each([
  ["UTC", true],
  ["Europe/Berlin", true],
  ["Mars/Olympus", false],
  ["+02:00", false],
  ["", false],
])("%s is a zone: %s", (zone, expected) => {
  expect(isZone(zone)).toBe(expected);
});
