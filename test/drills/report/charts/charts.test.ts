import { describe, expect, it } from "vitest";
import { dateTicks } from "../../../../drills/report/charts/dateTicks.ts";
import { distributionChart, type Lane } from "../../../../drills/report/charts/distribution.ts";
import { pilesOf } from "../../../../drills/report/charts/piles.ts";
import type { References } from "../../../../drills/report/charts/references.ts";
import { trendChart, type TrendRun } from "../../../../drills/report/charts/trend.ts";

const NONE: References = { bestMs: null, worstMs: null, objectiveMs: null };

function lane(times: readonly number[], censored: readonly number[] = []): Lane {
  return {
    label: "2026.1",
    observed: [
      ...times.map((ms) => ({ ms, isCensored: false })),
      ...censored.map((ms) => ({ ms, isCensored: true })),
    ],
    p50Ms: times[0] ?? null,
    p90Ms: null,
    interval: null,
  };
}

function chart(lanes: readonly Lane[], references = NONE): string {
  const { text } = distributionChart({ title: "Times", lanes, references }, "k");
  return text.replaceAll("\u00a0", " ");
}

/** Of both forms. */
function drawn(markup: string, name: string): string[] {
  return [...markup.matchAll(new RegExp(`class="${name}"\\s+d="([^"]*)"`, "g"))].map(
    ([, path = ""]) => path,
  );
}

describe("piles", () => {
  it("count what falls into one column, from left to right", () => {
    expect(pilesOf([21, 3, 4, 22, 29], 10)).toEqual([
      { x: 5, count: 2 },
      { x: 25, count: 3 },
    ]);
  });
});

describe("a distribution", () => {
  it("has a dot for each run that recovered and an open arrow for one that did not", () => {
    const markup = chart([lane([60_000, 61_000, 90_000], [420_000])]);
    expect(drawn(markup, "dots").map((path) => path.split("M").length - 1)).toEqual([3, 3]);
    expect(drawn(markup, "censored").map((path) => path.split("z").length - 1)).toEqual([1, 1]);
    expect(markup).toContain("2026.1: 4 runs, median 1 m 0.0 s, 1 without a recovery.");
  });

  it("keeps the scale of recoveries when a drill waited long in vain", () => {
    expect(chart([lane([60_000], [3_600_000])])).not.toMatch(/>\d+ h</);
  });

  it("draws thousands as bars: no larger than hundreds", () => {
    const many = Array.from({ length: 20_000 }, (_, index) => 40_000 + ((index * 7_919) % 60_000));
    const [some, all] = [chart([lane(many.slice(0, 500))]), chart([lane(many)])];
    expect(drawn(all, "dots")).toEqual([]);
    expect(drawn(all, "bars")).toHaveLength(2);
    expect(all.length).toBeLessThan(some.length * 1.5);
  });

  it("marks floors and the objective, each with its words", () => {
    const references = { bestMs: 20_000, worstMs: 150_000, objectiveMs: 180_000 };
    const markup = chart([lane([60_000])], references);
    for (const words of ["detected at best 20.0 s", "at worst 2 m 30.0 s", "objective 3 m 0.0 s"]) {
      expect(markup).toContain(words);
    }
  });

  it.each([
    ["none recovered", lane([], [420_000, 420_000])],
    ["equal times", lane([5_000, 5_000, 5_000])],
    ["in no time", lane([0])],
  ])("%s: no coordinate that is none", (_what, one) => {
    expect(chart([one])).not.toMatch(/NaN|Infinity/);
  });
});

describe("a course of time", () => {
  it("needs two moments", () => {
    expect(course([])).toBeNull();
    expect(course([at(1, 5_000), at(1, 6_000)])).toBeNull();
  });

  it("says how many were over the objective or never recovered", () => {
    const markup = course([at(1, 5_000), at(2, 70_000), at(3, 420_000, true)])?.text ?? "";
    expect(markup).toContain("1 without a recovery, 2 of them over the objective");
    expect(drawn(markup, "censored")).toHaveLength(2);
  });

  it("of very many draws what they were in each stretch", () => {
    const runs = Array.from({ length: 5_000 }, (_, index) => at(1 + index / 10, 5_000 + index));
    const markup = course(runs)?.text ?? "";
    expect(drawn(markup, "dots")).toEqual([]);
    expect(markup.length).toBeLessThan(30_000);
  });
});

describe("ticks at dates", () => {
  it.each([
    ["2026-03-14T03:00Z", "2026-03-14T21:00Z", ["03-14 03:00", "03-14 21:00"]],
    ["2026-03-01T03:00Z", "2026-03-04T03:00Z", ["2026-03-02", "2026-03-03", "2026-03-04"]],
    [
      "2025-11-20T00:00Z",
      "2026-05-02T00:00Z",
      ["2025-12", "2026-01", "2026-02", "2026-03", "2026-04", "2026-05"],
    ],
  ])("%s to %s", (from, to, ticks) => {
    expect(texts(from, to)).toEqual(ticks);
  });

  it("are never more than asked for, over any span", () => {
    for (let days = 2; days < 5_000; days = Math.ceil(days * 1.3)) {
      const from = Date.UTC(2024, 6, 9, 13);
      expect(dateTicks(from, from + days * 86_400_000, 9).length).toBeLessThanOrEqual(10);
    }
  });
});

function at(day: number, ms: number, isCensored = false): TrendRun {
  return { atMs: Date.UTC(2026, 0, day), ms, isCensored };
}

function texts(from: string, to: string): string[] {
  return dateTicks(Date.parse(from), Date.parse(to), 10).map(({ text }) => text);
}

function course(runs: readonly TrendRun[]): ReturnType<typeof trendChart> {
  return trendChart({ title: "T", runs, releases: [], objectiveMs: 60_000 }, "k");
}
