import { describe, expect, test } from "vitest";
import { parseCron } from "../../../drills/schedule/cron.ts";
import { type Gap, occurrences, type Overlap } from "../../../drills/schedule/occurrences.ts";
import { localStamp, utcStamp, wallStamp } from "../../../drills/schedule/stamps.ts";

/** `local` of each fire; what is skipped in brackets. */
function next(
  text: string,
  zone: string,
  from: string,
  count: number,
  gap: Gap = "skip",
  overlap: Overlap = "once",
): string[] {
  const { cron } = parseCron(text, "cron");
  if (!cron) throw new Error(`not an expression: ${text}`);
  const shown: string[] = [];
  for (const one of occurrences({ cron, zone, gap, overlap }, Date.parse(from))) {
    if (shown.length === count) break;
    if (one.skipped === "gap") shown.push(`[${wallStamp(one.wallMs)}]`);
    else if (one.skipped === "overlap") shown.push(`[${localStamp(one.atMs, zone)}]`);
    else shown.push(localStamp(one.atMs, zone));
  }
  return shown;
}

describe("clocks that skip an hour", () => {
  test.each([
    // Zone, expression, from, what `skip` and what `next` fire first, second, third.
    [
      "America/New_York",
      "30 2 * * *",
      "2025-03-09T00:00:00Z",
      ["[2025-03-09T02:30:00]", "2025-03-10T02:30:00-04:00"],
      ["2025-03-09T03:00:00-04:00", "2025-03-10T02:30:00-04:00"],
    ],
    [
      "Europe/London",
      "15 1 * * *",
      "2025-03-30T00:00:00Z",
      ["[2025-03-30T01:15:00]", "2025-03-31T01:15:00+01:00"],
      ["2025-03-30T02:00:00+01:00", "2025-03-31T01:15:00+01:00"],
    ],
    [
      "Australia/Sydney",
      "0 2 * * *",
      "2025-10-04T12:00:00Z",
      ["[2025-10-05T02:00:00]", "2025-10-06T02:00:00+11:00"],
      ["2025-10-05T03:00:00+11:00", "2025-10-06T02:00:00+11:00"],
    ],
    [
      "America/Sao_Paulo",
      "0 0 * * *",
      "2018-11-03T12:00:00Z",
      ["[2018-11-04T00:00:00]", "2018-11-05T00:00:00-02:00"],
      ["2018-11-04T01:00:00-02:00", "2018-11-05T00:00:00-02:00"],
    ],
    [
      "Australia/Lord_Howe",
      "15 2 * * *",
      "2025-10-04T12:00:00Z",
      ["[2025-10-05T02:15:00]", "2025-10-06T02:15:00+11:00"],
      ["2025-10-05T02:30:00+11:00", "2025-10-06T02:15:00+11:00"],
    ],
    [
      // The whole of 30 December 2011 was skipped, to the other side of the date line.
      "Pacific/Apia",
      "0 12 * * *",
      "2011-12-30T00:00:00Z",
      ["[2011-12-30T12:00:00]", "2011-12-31T12:00:00+14:00"],
      ["2011-12-31T00:00:00+14:00", "2011-12-31T12:00:00+14:00"],
    ],
  ])("%s, %s", (zone, text, from, skip, onward) => {
    expect(next(text, zone, from, skip.length, "skip")).toEqual(skip);
    expect(next(text, zone, from, onward.length, "next")).toEqual(onward);
  });

  test("Sydney: what is named at the end of the gap is no gap", () => {
    expect(next("0 3 * * *", "Australia/Sydney", "2025-10-04T12:00:00Z", 1)).toEqual([
      "2025-10-05T03:00:00+11:00",
    ]);
    expect(next("59 2 * * *", "Australia/Sydney", "2025-10-04T12:00:00Z", 1)).toEqual([
      "[2025-10-05T02:59:00]",
    ]);
  });

  test("next fires once for all the local times of one gap, and for one at its end", () => {
    expect(next("*/15 2,3 * * *", "America/New_York", "2025-03-09T06:59:00Z", 3, "next")).toEqual([
      "2025-03-09T03:00:00-04:00",
      "2025-03-09T03:15:00-04:00",
      "2025-03-09T03:30:00-04:00",
    ]);
  });
});

describe("clocks that repeat an hour", () => {
  test.each([
    [
      "America/New_York",
      "30 1 * * *",
      "2025-11-02T00:00:00Z",
      ["2025-11-02T01:30:00-04:00", "[2025-11-02T01:30:00-05:00]", "2025-11-03T01:30:00-05:00"],
    ],
    [
      "Europe/London",
      "0 1 * * *",
      "2025-10-26T00:00:00Z",
      // The first 01:00 is that very instant, and so not after it.
      ["[2025-10-26T01:00:00+00:00]", "2025-10-27T01:00:00+00:00"],
    ],
    [
      "Australia/Sydney",
      "30 2 * * *",
      "2025-04-05T12:00:00Z",
      ["2025-04-06T02:30:00+11:00", "[2025-04-06T02:30:00+10:00]", "2025-04-07T02:30:00+10:00"],
    ],
    [
      "America/Sao_Paulo",
      "30 23 * * *",
      "2019-02-16T12:00:00Z",
      ["2019-02-16T23:30:00-02:00", "[2019-02-16T23:30:00-03:00]", "2019-02-17T23:30:00-03:00"],
    ],
    [
      "Australia/Lord_Howe",
      "45 1 * * *",
      "2025-04-05T12:00:00Z",
      ["2025-04-06T01:45:00+11:00", "[2025-04-06T01:45:00+10:30]", "2025-04-07T01:45:00+10:30"],
    ],
  ])("%s, %s", (zone, text, from, once) => {
    expect(next(text, zone, from, once.length)).toEqual(once);
    const twice = once.map((one) => one.replace(/^\[(.*)\]$/, "$1"));
    expect(next(text, zone, from, once.length, "skip", "twice")).toEqual(twice);
  });

  test("twice keeps the order of instants, hour by hour", () => {
    expect(
      next("*/30 1 * * *", "America/New_York", "2025-11-02T00:00:00Z", 4, "skip", "twice"),
    ).toEqual([
      "2025-11-02T01:00:00-04:00",
      "2025-11-02T01:30:00-04:00",
      "2025-11-02T01:00:00-05:00",
      "2025-11-02T01:30:00-05:00",
    ]);
  });
});

describe("zones without a change", () => {
  test.each([
    ["UTC", "2025-03-09T02:30:00+00:00"],
    ["Asia/Kolkata", "2025-03-09T02:30:00+05:30"],
    ["Asia/Kathmandu", "2025-03-09T02:30:00+05:45"],
    ["America/Phoenix", "2025-03-09T02:30:00-07:00"],
    // Daylight saving time ended for good with February 2019.
    ["America/Sao_Paulo", "2025-03-09T02:30:00-03:00"],
  ])("%s", (zone, local) => {
    expect(next("30 2 9 3 *", zone, "2025-03-01T00:00:00Z", 1)).toEqual([local]);
  });

  test("offsets with seconds, before there was standard time", () => {
    expect(next("0 0 1 1 *", "America/New_York", "1879-06-01T00:00:00Z", 1)).toEqual([
      "1880-01-01T00:00:00-04:56:02",
    ]);
  });
});

describe("how far the search goes", () => {
  test("a thousand leap days, over years that are no leap years, past the year 3000", () => {
    const { cron } = parseCron("0 0 29 2 *", "cron");
    if (!cron) throw new Error("no cron");
    const timing = { cron, zone: "America/New_York", gap: "skip", overlap: "once" } as const;
    const days: string[] = [];
    for (const { atMs } of occurrences(timing, Date.UTC(2096, 0, 1))) {
      if (days.push(utcStamp(atMs)) === 1_000) break;
    }
    expect(days.slice(0, 2)).toEqual(["2096-02-29T05:00:00Z", "2104-02-29T05:00:00Z"]);
    expect(days).toHaveLength(1_000);
    expect(new Set(days.map((day) => day.slice(5))).size).toBe(1);
  });

  test("an expression whose every time is skipped comes to an end", () => {
    const from = "2025-01-01T00:00:00Z";
    const all = next("30 2 * 3 SUN#2", "America/New_York", from, 1_000);
    expect(all.length).toBeGreaterThan(390);
    expect(all.every((one) => one.startsWith("["))).toBe(true);
    // It did fire before the rule of 2007.
    expect(next("30 2 * 3 SUN#2", "America/New_York", "2006-01-01T00:00:00Z", 1)).toEqual([
      "2006-03-12T02:30:00-05:00",
    ]);
  });

  test("it ends with the year 9999", () => {
    expect(next("0 0 1 1 *", "Asia/Tokyo", "9997-06-01T00:00:00Z", 10)).toEqual([
      "9998-01-01T00:00:00+09:00",
      "9999-01-01T00:00:00+09:00",
    ]);
  });
});
