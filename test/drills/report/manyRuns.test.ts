/** A journal of years: the page still opens, says what it left out, and counts everything. */
import { beforeAll, describe, expect, it } from "vitest";
import { type RunToShow, shownRuns } from "../../../drills/report/page/shownRuns.ts";
import { nightsReading } from "./nights.ts";
import { commentOf, pageOf, type Reported, reported } from "./pages.ts";

const UNTIL = "2026-03-15T03:00:00.000Z";

describe("5,000 runs", () => {
  let report: Reported;
  let page: string;
  beforeAll(() => {
    report = reported(nightsReading({ runs: 5_000, seed: 7, until: UNTIL, sampled: 40 }));
    page = pageOf(report);
  });

  it("give a page and a comment of bounded size", () => {
    expect(page.length).toBeLessThan(3_000_000);
    // GitHub's limit of a comment.
    expect(commentOf(report).length).toBeLessThan(65_536);
  });

  it("are all in the totals, and what is not shown one by one is counted", () => {
    expect(page).toContain("5000 drills from 2024-");
    const shown = page.match(/<details class="run/g)?.length ?? 0;
    expect(shown).toBeGreaterThan(7);
    expect(shown).toBeLessThanOrEqual(40);
    expect(page).toContain(`${5_000 - shown} runs (`);
  });

  it("keep headings in order and every id once", () => {
    const levels = [...page.matchAll(/<h([1-6])/g)].map(([, level]) => Number(level));
    for (const [index, level] of levels.entries()) {
      expect(level - (levels[index - 1] ?? 0)).toBeLessThanOrEqual(1);
    }
    const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const targets = [...page.matchAll(/href="#([^"]*)"/g)].map(([, id]) => id);
    expect(targets.filter((id) => !ids.includes(id))).toEqual([]);
  });

  it("have every run in a lane or its releases' table, by their n", () => {
    const { groups, runs } = report.summary;
    const counted = groups.reduce(
      (sum, { recovery }) => sum + recovery.n + recovery.notMeasured,
      0,
    );
    expect(counted).toBe(runs.length);
  });
});

describe("which runs are shown one by one", () => {
  it("all of a few", () => {
    const few = Array.from({ length: 12 }, (_, index) => run(index, true));
    expect(shownRuns(few)).toEqual(few);
  });

  it("of many the newest three, and the newest five that did not pass", () => {
    const many = Array.from({ length: 100 }, (_, index) => run(index, index % 10 !== 5));
    const ids = shownRuns(many).map(({ id }) => id);
    expect(ids).toEqual(["r0", "r1", "r2", "r5", "r15", "r25", "r35", "r45"]);
  });
});

function run(index: number, passed: boolean): RunToShow {
  return {
    id: `r${index}`,
    drill: "bad-release-errors",
    environment: "checkout",
    startedWallAt: UNTIL,
    passed,
  };
}
