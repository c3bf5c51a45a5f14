import { describe, expect, test } from "vitest";
import { renderProblem } from "../../../base/errors.ts";
import { parseCron } from "../../../drills/schedule/cron.ts";
import { shortestInterval } from "../../../drills/schedule/interval.ts";
import { wallStamp } from "../../../drills/schedule/stamps.ts";

function days(text: string, from: string, count: number): string[] {
  const { cron } = parseCron(text, "cron");
  if (!cron) throw new Error(`not an expression: ${text}`);
  const found: string[] = [];
  let at = Date.parse(from) - 60_000;
  while (found.length < count) {
    at = cron.nextAtOrAfter(at + 60_000);
    found.push(wallStamp(at).slice(0, 16));
  }
  return found;
}

describe("what expressions name", () => {
  test.each([
    [
      "0 0 1 * MON",
      "either day is enough",
      ["2026-01-01T00:00", "2026-01-05T00:00", "2026-01-12T00:00"],
    ],
    ["0 0 1 * *", "a day of the month alone", ["2026-01-01T00:00", "2026-02-01T00:00"]],
    ["0 0 * * 7", "7 is Sunday", ["2026-01-04T00:00", "2026-01-11T00:00"]],
    ["0 0 ? * mon", "? is *, names in any case", ["2026-01-05T00:00", "2026-01-12T00:00"]],
    [
      "0 0 */10 * MON",
      "a step restricts",
      ["2026-01-01T00:00", "2026-01-05T00:00", "2026-01-11T00:00"],
    ],
    ["0 0 * * SAT-SUN", "a weekend", ["2026-01-03T00:00", "2026-01-04T00:00", "2026-01-10T00:00"]],
    [
      "10-50/20 9 * JAN,MAR *",
      "ranges, steps, lists",
      ["2026-01-01T09:10", "2026-01-01T09:30", "2026-01-01T09:50"],
    ],
    ["0 0 L * *", "the last day", ["2026-01-31T00:00", "2026-02-28T00:00"]],
    ["0 0 LW * *", "the last weekday", ["2026-01-30T00:00", "2026-02-27T00:00"]],
    [
      "0 0 1W * *",
      "the nearest weekday stays in its month",
      ["2026-01-01T00:00", "2026-02-02T00:00"],
    ],
    ["0 0 * * FRIL", "the last Friday", ["2026-01-30T00:00", "2026-02-27T00:00"]],
    ["0 0 * * MON#2", "the second Monday", ["2026-01-12T00:00", "2026-02-09T00:00"]],
    ["  0\t0  29 2 * ", "blanks do not matter", ["2028-02-29T00:00", "2032-02-29T00:00"]],
    ["@Weekly", "a nickname", ["2026-01-04T00:00", "2026-01-11T00:00"]],
  ])("%s: %s", (text, _what, expected) => {
    expect(days(text, "2026-01-01T00:00:00Z", expected.length)).toEqual(expected);
  });

  test("a local time is found at itself, as often as it is asked for", () => {
    const { cron } = parseCron("0 0 * * *", "cron");
    const midnight = Date.UTC(2026, 0, 2);
    expect(cron?.nextAtOrAfter(midnight - 1)).toBe(midnight);
    expect(cron?.nextAtOrAfter(midnight)).toBe(midnight);
    expect(cron?.nextAtOrAfter(midnight + 1)).toBe(midnight + 86_400_000);
    expect(cron?.nextAtOrAfter(midnight - 86_400_000)).toBe(midnight - 86_400_000);
  });
});

describe("what is no expression", () => {
  test.each([
    ["", /five fields/],
    ["* * * *", /five fields/],
    ["0 0 2 * * *", /leave out seconds and years/],
    ["0 0 2 * * * 2026", /leave out seconds and years/],
    ["@reboot", /@daily/],
    ["2026-01-01T00:00:00", /five fields/],
    ["60 * * * *", /minute: "60".*0 to 59/],
    ["-1 * * * *", /minute: "-1".*0 to 59/],
    ["* 24 * * *", /hour: "24".*0 to 23/],
    ["* * 0 * *", /day of month: "0".*1 to 31/],
    ["* * 32W * *", /day of month: "32W".*nearest/],
    ["* * L-3 * *", /day of month: "L-3"/],
    ["* * 1,LW * *", /day of month: "1,LW".*on its own/],
    ["* * * 13 *", /month: "13".*JAN to DEC/],
    ["* * * JANUARY *", /month: "JANUARY"/],
    ["* * * * 8", /day of week: "8".*Sunday/],
    ["* * * * MON#6", /day of week: "MON#6".*second Monday/],
    ["* * * * +MON", /day of week: "\+MON"/],
    ["* * * * FRI-MON", /runs backwards/],
    ["*/0 * * * *", /step of .*0.* must be from 1 to 60/],
    ["*/61 * * * *", /step/],
    ["5/10 * * * *", /write "5\/10" as 5-59\/10/],
    ["1,,2 * * * *", /comma/],
    ["1-2-3 * * * *", /none of these/],
    ["0x1 * * * *", /none of these/],
    ["0 0 30 2 *", /never fires/],
    ["0 0 31 4,6,9,11 *", /never fires/],
    ["0 0 30W 2 *", /never fires/],
  ])("%j", (text, message) => {
    const { cron, problems } = parseCron(text, "cron");
    expect(cron).toBeUndefined();
    expect(problems.map(renderProblem).join()).toMatch(message);
  });

  test("every field that is wrong is named", () => {
    const { problems } = parseCron("61 24 0 13 8", "--cron");
    expect(problems.map(({ field }) => field)).toEqual([
      "--cron: minute",
      "--cron: hour",
      "--cron: day of month",
      "--cron: month",
      "--cron: day of week",
    ]);
  });
});

test.each([
  ["* * * * *", 1],
  ["*/7 * * * *", 4],
  ["0 2 * * *", 1_440],
  ["0 9 * * MON,THU", 3 * 1_440],
  ["0 0 29,1 2,3 *", 1_440],
  ["0 0 1 1 *", 365 * 1_440],
  ["0,1 0 29 2 *", 1],
])("fires of %s are at least %i minutes apart", (text, minutes) => {
  const { cron } = parseCron(text, "cron");
  expect(cron && shortestInterval(cron)).toBe(minutes * 60_000);
});
