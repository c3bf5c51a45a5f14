import { describe, expect, it } from "vitest";
import {
  allowedOutageMs,
  budgetSentences,
  budgetUse,
  type Objective,
  percentOf,
} from "../../../../drills/report/postmortem/budget.ts";
import type { Impact } from "../../../../drills/report/postmortem/incident.ts";

const DAY_MS = 86_400_000;

function objective(percent: number, days: number, assumed: Objective["assumed"] = []): Objective {
  return { percent, windowMs: days * DAY_MS, assumed };
}

function impact(changed: Partial<Impact> = {}): Impact {
  return {
    requests: 6_000,
    failed: 600,
    slow: 0,
    spanMs: 60_000,
    badForMs: 30_000,
    notes: [],
    ...changed,
  };
}

describe("what an impact took of the error budget", () => {
  // 100 requests a second: 8,640,000 a day.
  it.each([
    ["99.9 % over 30 days", impact(), objective(99.9, 30), 259_200, 600 / 259_200],
    [
      "a tenth of the budget takes ten times the share",
      impact(),
      objective(99.99, 30),
      25_920,
      600 / 25_920,
    ],
    ["one day", impact(), objective(99.9, 1), 8_640, 600 / 8_640],
    ["more than all of it", impact({ failed: 17_280 }), objective(99.9, 1), 8_640, 2],
    ["nothing failed", impact({ failed: 0 }), objective(99.9, 30), 259_200, 0],
  ])("%s", (_, hit, goal, allowed, share) => {
    const use = budgetUse(hit, goal);
    expect(use?.allowed).toBeCloseTo(allowed, 6);
    expect(use?.share).toBeCloseTo(share, 12);
  });

  it.each([
    ["no span", impact({ spanMs: null })],
    ["no requests", impact({ requests: 0, failed: 0 })],
  ])("%s: the rate is not known, and that is said", (_, hit) => {
    expect(budgetUse(hit, objective(99.9, 30))).toBeNull();
    const text = budgetSentences(hit, objective(99.9, 30)).join("\n");
    expect(text).toContain("is not known");
    expect(text).not.toContain("Assumed:");
  });

  it("in time: 99.9 % of 30 days are 43 minutes and 12 seconds", () => {
    expect(allowedOutageMs(objective(99.9, 30))).toBeCloseTo(43.2 * 60_000, 3);
    const text = budgetSentences(impact({ badForMs: 43.2 * 6_000 }), objective(99.9, 30)).join(
      "\n",
    );
    expect(text).toContain("which is 10 % of the 43 m 12.0 s");
  });

  it.each([
    [[], "over 30 days."],
    [["--slo"], "(assumed: no --slo was given)"],
    [["--slo", "--window"], "(assumed: no --slo and no --window was given)"],
  ] as const)("says which part of the objective nobody gave: %s", (assumed, said) => {
    expect(budgetSentences(impact(), objective(99.9, 30, assumed))[0]).toContain(said);
  });

  it.each([
    [0, "0 %"],
    [0.000_012_345, "0.00123 %"],
    [0.5, "50 %"],
    [12.345, "1235 %"],
  ])("%d reads %s", (share, text) => expect(percentOf(share)).toBe(text));
});
