import { describe, expect, it } from "vitest";
import {
  Decision,
  DEFAULT_SENTINEL,
  initialSentinel,
  observe,
  type SentinelState,
  verdictOf,
} from "../../judge/sentinel.ts";
import { batch, repeated } from "./batches.ts";

/** Compares errors with an earlier sample. */
function against(requests: number, events: number): SentinelState {
  const errors = { ...DEFAULT_SENTINEL.errors, control: { requests, events } };
  return initialSentinel({ errors, latency: null });
}

const bad = batch({ requests: 50, errors: 15 }, { requests: 50, errors: 1 });
const good = batch({ requests: 50, errors: 1 }, { requests: 50, errors: 1 });

describe("the sentinel's verdict", () => {
  it("reverts a candidate with 30 % errors after two seconds, and says by what numbers", () => {
    const verdict = verdictOf(repeated(initialSentinel(), 2, bad));
    expect(verdict.decision).toBe(Decision.Revert);
    expect(verdict.eValue).toBeGreaterThan(verdict.needed);
    expect(verdict.why).toMatch(
      /^30 of 100 \(30 %\) of the candidate's responses failed, 2 of 100 \(2 %\) of the stable slot's, 1 point tolerated; the evidence reached \S+, over the 1000 that make a false reversion happen in at most 0\.1 % of rollouts$/,
    );
  });

  it("watches a candidate that is as good as the stable slot", () => {
    const verdict = verdictOf(repeated(initialSentinel(), 3600, good));
    expect(verdict.decision).toBe(Decision.Watch);
    expect(verdict.why).toContain("under the 1000");
  });

  it("reverts one that breaks after an hour within seconds", () => {
    const state = repeated(initialSentinel(), 3600, good);
    expect(verdictOf(repeated(state, 3, bad)).decision).toBe(Decision.Revert);
  });

  it("stays with a reversion once proved, whatever comes after", () => {
    const state = repeated(repeated(initialSentinel(), 2, bad), 600, good);
    expect(state.logEValue).toBeLessThan(state.peakLogEValue);
    expect(verdictOf(state).decision).toBe(Decision.Revert);
  });

  it("reverts a candidate that is slow only", () => {
    const slow = batch({ requests: 50, slow: 15 }, { requests: 50, slow: 1 });
    const verdict = verdictOf(repeated(initialSentinel(), 20, slow));
    expect(verdict.decision).toBe(Decision.Revert);
    expect(verdict.why).toContain("of the candidate's responses slow,");
  });

  it("does not mind that both slots fail together", () => {
    const outage = batch({ requests: 50, errors: 40 }, { requests: 50, errors: 40 });
    const state = repeated(repeated(initialSentinel(), 60, good), 60, outage);
    expect(verdictOf(state).decision).toBe(Decision.Watch);
  });

  it("asks each of several sidecars for so many times the evidence", () => {
    const asked = { sidecars: 4 };
    const verdict = verdictOf(initialSentinel(asked));
    expect(verdict.needed).toBe(4000);
    expect(verdict.why).toContain("of 4 sidecars together");
  });
});

describe("a control sample in place of stable traffic", () => {
  it("finds 30 % errors in seconds, and names its bound", () => {
    const verdict = verdictOf(
      repeated(against(10_000, 100), 2, batch({ requests: 50, errors: 15 })),
    );
    expect(verdict.decision).toBe(Decision.Revert);
    expect(verdict.why).toMatch(/at most 1\.\d+ % of the stable slot's by its control sample/);
  });

  it("does not count the stable traffic of the batches", () => {
    const own = batch({ requests: 50, errors: 2 });
    const both = batch({ requests: 50, errors: 2 }, { requests: 50, errors: 50 });
    const [alone, beside] = [own, both].map(
      (each) => observe(against(10_000, 100), each).logEValue,
    );
    expect(alone).toBe(beside);
  });

  it.each([
    { what: "an empty sample", requests: 0, events: 0 },
    { what: "one in which everything failed", requests: 500, events: 500 },
  ])("$what proves nothing", ({ requests, events }) => {
    const state = repeated(against(requests, events), 60, batch({ requests: 50, errors: 50 }));
    expect(verdictOf(state).decision).toBe(Decision.Watch);
  });

  it("a small sample asks for a larger difference than a large one", () => {
    const each = batch({ requests: 50, errors: 3 });
    const looks = [300, 3000, 30_000].map((requests) => {
      let state = against(requests, requests / 100);
      let count = 0;
      while (verdictOf(state).decision === Decision.Watch && count < 2000) {
        state = observe(state, each);
        count += 1;
      }
      return count;
    });
    expect(looks).toEqual(looks.toSorted((a, b) => b - a));
    expect(looks[0]).toBeGreaterThan(looks[2] ?? 0);
  });
});

describe("bad input", () => {
  it("names every setting outside its range", () => {
    const errors = { tolerance: 1, clump: 0, control: { requests: 1, events: 2 } };
    const wrong = () => initialSentinel({ falseReversions: 0, sidecars: 1.5, errors });
    for (const field of [
      "falseReversions",
      "sidecars",
      "errors.tolerance",
      "errors.clump",
      "errors.control",
    ]) {
      expect(wrong).toThrow(new RegExp(`- ${field.replace(".", "\\.")}: `));
    }
  });

  it.each([
    { what: "more errors than requests", candidate: { requests: 1, errors: 2 }, field: "errors" },
    { what: "less than nothing", candidate: { requests: -1 }, field: "requests" },
    { what: "no whole number", candidate: { requests: 5, slow: 0.5 }, field: "slow" },
    { what: "no number", candidate: { requests: Number.NaN }, field: "requests" },
  ])("refuses a batch with $what", ({ candidate, field }) => {
    expect(() => observe(initialSentinel(), batch(candidate))).toThrow(`candidate.${field}`);
  });
});
