import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Recovery, Verdict } from "../../../drills/verdict/record.ts";
import {
  exitCodeOf,
  judgeRecovery,
  type RecoveryFacts,
  verdict,
  type VerdictFacts,
} from "../../../drills/verdict/verdict.ts";

describe("to what a recovery is owed", () => {
  it.each<[RecoveryFacts["sustained"], RecoveryFacts["reversion"], boolean | null, string | null]>([
    [true, "recorded", true, "reverted"],
    [true, "recorded", false, "fault-ended"],
    [true, "recorded", null, null],
    [true, "none", true, "self-healed"],
    [true, "none", false, "fault-ended"],
    [true, "none", null, null],
    [true, "unrecorded", true, null],
    [true, "unrecorded", false, "fault-ended"],
    [false, "recorded", true, "not-recovered"],
    [false, "none", null, "not-recovered"],
  ])(
    "sustained %s, reversion %s, fault outlasted %s: %s",
    (sustained, reversion, outlasted, is) => {
      expect(judgeRecovery({ sustained, reversion, faultOutlasted: outlasted })).toBe(is);
    },
  );
});

const PASS: VerdictFacts = {
  residue: [],
  interrupted: false,
  notRun: null,
  error: null,
  clockErrors: [],
  recovery: Recovery.Reverted,
  totalMs: 72_500,
  objectiveTotalMs: 300_000,
};

describe("the verdict", () => {
  it.each<[string, Partial<VerdictFacts>, string]>([
    ["a reversion within the objective", {}, "passed"],
    ["exactly the objective", { totalMs: 300_000 }, "passed"],
    ["a missed objective", { totalMs: 300_001 }, "failed"],
    ["an unknown total", { totalMs: null }, "inconclusive"],
    ["no recovery", { recovery: "not-recovered", totalMs: null }, "failed"],
    ["the fault ended first", { recovery: "fault-ended" }, "inconclusive"],
    ["healed by itself", { recovery: "self-healed" }, "inconclusive"],
    ["nobody can say", { recovery: null }, "inconclusive"],
    ["clocks disagree", { clockErrors: ["a before b"] }, "error"],
    ["a step failed", { error: "throttled" }, "error"],
    ["not ready", { notRun: "latched" }, "not-run"],
    ["interrupted", { interrupted: true, notRun: "aborted" }, "interrupted"],
    ["residue outranks all", { interrupted: true, residue: ["lease 1"] }, "stuck-on-removal"],
  ])("%s: %3$s", (_what, facts, expected) => {
    expect(verdict({ ...PASS, ...facts }).verdict).toBe(expected);
  });

  it("is green for one combination of facts only, and every other has a reason", () => {
    const maybe = fc.option(fc.constant("why"), { nil: null });
    const facts = fc.record({
      residue: fc.constantFrom([], ["lease"]),
      interrupted: fc.boolean(),
      notRun: maybe,
      error: maybe,
      clockErrors: fc.constantFrom([], ["turned"]),
      recovery: fc.constantFrom(null, ...Object.values(Recovery)),
      totalMs: fc.constantFrom(null, 1, 300_000, 300_001),
      objectiveTotalMs: fc.constant(300_000),
    });
    fc.assert(
      fc.property(facts, (given) => {
        const result = verdict(given);
        const isGreen =
          given.residue.length === 0 &&
          !given.interrupted &&
          given.notRun === null &&
          given.error === null &&
          given.clockErrors.length === 0 &&
          given.recovery === "reverted" &&
          given.totalMs !== null &&
          given.totalMs <= 300_000;
        expect(result.verdict === "passed").toBe(isGreen);
        expect(result.reason === null).toBe(isGreen);
      }),
      { numRuns: 500 },
    );
  });

  it("has the documented exit codes", () => {
    expect(Object.values(Verdict).map((name) => [name, exitCodeOf(name)])).toEqual([
      ["passed", 0],
      ["failed", 1],
      ["inconclusive", 1],
      ["error", 3],
      ["not-run", 3],
      ["interrupted", 130],
      ["stuck-on-removal", 3],
    ]);
  });
});
