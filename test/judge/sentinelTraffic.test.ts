import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Batch,
  Decision,
  DEFAULT_SENTINEL,
  initialSentinel,
  observe,
  type SentinelState,
  verdictOf,
} from "../../judge/sentinel.ts";
import { batch, repeated } from "./batches.ts";

function huge(errors: number): Batch {
  return batch({ requests: 1e9, errors }, { requests: 1e9, errors: 1e7 });
}

describe("little or odd traffic", () => {
  it.each([
    { what: "none at all", each: batch({}), says: "no request yet" },
    {
      what: "none at the candidate",
      each: batch({}, { requests: 50, errors: 1 }),
      says: "no request yet",
    },
    {
      what: "none at the stable slot",
      each: batch({ requests: 50, errors: 50 }),
      says: "nothing of the stable slot to compare",
    },
  ])("without traffic there is no evidence: $what", ({ each, says }) => {
    const state = repeated(initialSentinel(), 500, each);
    expect(state.peakLogEValue).toBeCloseTo(0, 12);
    expect(verdictOf(state)).toMatchObject({ decision: Decision.Watch });
    expect(verdictOf(state).why).toContain(says);
  });

  it("counts of one slot wait for the other's, and lose nothing", () => {
    const late = observe(
      observe(initialSentinel(), batch({ requests: 100, errors: 30 })),
      batch({}, { requests: 100, errors: 2 }),
    );
    const together = observe(
      initialSentinel(),
      batch({ requests: 100, errors: 30 }, { requests: 100, errors: 2 }),
    );
    expect(late.logEValue).toBeCloseTo(together.logEValue, 12);
  });

  it("a few failures of a few requests are not enough", () => {
    const few = batch({ requests: 3, errors: 2 }, { requests: 57 });
    expect(verdictOf(observe(initialSentinel(), few)).decision).toBe(Decision.Watch);
  });

  it("a stable slot without one error is no proof against one error of the candidate", () => {
    const each = batch({ requests: 20 }, { requests: 380 });
    const state = repeated(initialSentinel(), 600, each);
    const one = observe(state, batch({ requests: 20, errors: 1 }, { requests: 380 }));
    expect(verdictOf(one).decision).toBe(Decision.Watch);
    const many = repeated(one, 6, batch({ requests: 20, errors: 6 }, { requests: 380 }));
    expect(verdictOf(many).decision).toBe(Decision.Revert);
  });

  it("a huge batch neither overflows nor decides without a difference", () => {
    expect(verdictOf(observe(initialSentinel(), huge(1e7))).decision).toBe(Decision.Watch);
    const verdict = verdictOf(observe(initialSentinel(), huge(9e8)));
    expect(verdict.decision).toBe(Decision.Revert);
    expect(verdict.eValue).toBe(Number.MAX_VALUE);
    expect(verdict.why).toMatch(/reached 1e\d{4,}/);
  });

  it("evidence is finite and its state survives JSON at any moment", () => {
    const responses = fc
      .record({ requests: fc.nat({ max: 5000 }), a: fc.nat(), b: fc.nat() })
      .map(({ requests, a, b }) => ({
        requests,
        errors: a % (requests + 1),
        slow: b % (requests + 1),
      }));
    const batches = fc.array(fc.record({ candidate: responses, stable: responses }));
    fc.assert(
      fc.property(batches, fc.boolean(), (all, controlled) => {
        const control = controlled ? { requests: 1000, events: 10 } : null;
        const errors = { ...DEFAULT_SENTINEL.errors, control };
        let kept = initialSentinel({ errors });
        let restored = kept;
        for (const each of all) {
          kept = observe(kept, each);
          restored = observe(JSON.parse(JSON.stringify(restored)) as SentinelState, each);
        }
        expect(Number.isFinite(kept.logEValue)).toBe(true);
        expect(restored).toEqual(kept);
        expect(kept.peakLogEValue).toBeGreaterThanOrEqual(kept.logEValue);
      }),
      { numRuns: 200, seed: 20261121 },
    );
  });
});
