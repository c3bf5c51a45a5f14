import { describe, expect, it } from "vitest";
import { notProven, overall } from "../../../../drills/report/page/overall.ts";
import { nightsReading } from "../nights.ts";
import { startOf } from "../journals.ts";
import { reported, reportedByHand } from "../pages.ts";

const UNTIL = "2026-03-15T03:00:00.000Z";
const days = (count: number): string =>
  new Date(Date.parse(UNTIL) + count * 86_400_000).toISOString();

describe("the verdict on the whole", () => {
  const { summary } = reported(nightsReading({ runs: 30, seed: 7, until: UNTIL }));
  const later = (now: string) =>
    reported(nightsReading({ runs: 30, seed: 7, until: UNTIL }), { now });

  it("is not good while drills of late did not pass", () => {
    expect(overall(summary)).toMatchObject({
      tone: "warn",
      title: "Every rollback path is fresh, yet 3 of 30 drills of the last 14 d did not pass",
    });
  });

  it("is good when nothing failed of late and every path is fresh", () => {
    const passing = summary.runs.filter(({ verdict }) => verdict === "passed");
    expect(overall({ ...summary, runs: passing })).toMatchObject({
      tone: "good",
      title: "Every rollback path has brought traffic home within the last 14 d",
    });
  });

  it("says how many paths went stale", () => {
    expect(overall(later(days(15)).summary)).toMatchObject({
      tone: "warn",
      title: "5 of 5 rollback paths have no fresh passing drill",
    });
  });

  it("is bad when the last drill of a path that is not fresh failed", () => {
    const [first, ...rest] = summary.freshness;
    if (!first?.last) throw new Error("no freshness");
    const failed = {
      ...first,
      isFresh: false,
      last: { ...first.last, verdict: "failed" as const },
    };
    expect(overall({ ...summary, freshness: [failed, ...rest] })).toMatchObject({
      tone: "bad",
      title: "One of 5 rollback paths failed its last drill",
    });
  });

  it("of a journal in which nothing came to an end proves nothing", () => {
    const { tone, title, text } = overall(reportedByHand([startOf("a")]).summary);
    expect([tone, title]).toEqual(["warn", "Nothing is proven yet"]);
    expect(text).toContain("No drill has come to an end, 1 began.");
  });
});

describe("what is not proven", () => {
  it("names the faults without a fresh passing drill, and what runs may have left", () => {
    const { summary } = reportedByHand([startOf("a")]);
    expect(notProven(summary)).toContain(
      "1 run began and neither ended nor was swept: what they left may still be there.",
    );
    const nights = reported(nightsReading({ runs: 30, seed: 7, until: UNTIL })).summary;
    const all = notProven(nights).join("\n");
    expect(all).toMatch(
      /checkout-production: no fresh passing drill against \d+ of \d+ faults: alarm-state, /,
    );
    expect(all).not.toMatch(/checkout-production: [^\n]*bad-release-errors/);
  });
});
