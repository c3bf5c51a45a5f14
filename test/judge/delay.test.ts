/** How soon a bad candidate is found, by simulation, beside what the information allows. */
import { describe, expect, it } from "vitest";
import { twoSampleInformation } from "../../judge/information.ts";
import { DEFAULT_SENTINEL } from "../../judge/sentinel.ts";
import { type Random, seededRandom } from "./random.ts";
import { detect, ERRORS_ONLY } from "./rollouts.ts";

interface Case {
  readonly what: string;
  readonly candidate: number;
  readonly stable: number;
  readonly baseline: number;
  readonly lift: number;
  readonly onset: number;
  readonly median: number;
  readonly p95: number;
}

/** Seconds from the fault, sorted; Infinity when it is not found within an hour. */
function delays(random: Random, runs: number, each: Case): number[] {
  const found = Array.from({ length: runs }, () => {
    const { sentinel } = detect(
      random,
      {
        candidatePerSecond: each.candidate,
        stablePerSecond: each.stable,
        stableRate: each.baseline,
        candidateRateAt: (second) => each.baseline + (second < each.onset ? 0 : each.lift),
      },
      { seconds: each.onset + 3600, phaseSeconds: 0, settings: ERRORS_ONLY, until: "sentinel" },
    );
    return sentinel === null ? Infinity : sentinel - each.onset;
  });
  return found.toSorted((a, b) => a - b);
}

describe("seconds from the fault to the reversion", () => {
  const strong = { lift: 0.3, baseline: 0.01 };
  const small = { lift: 0.02, baseline: 0.01 };
  it.each<Case>([
    {
      what: "30 % at 50/s of 100/s",
      candidate: 50,
      stable: 50,
      ...strong,
      onset: 0,
      median: 2,
      p95: 3,
    },
    {
      what: "the same after ten good minutes",
      candidate: 50,
      stable: 50,
      ...strong,
      onset: 600,
      median: 2,
      p95: 4,
    },
    {
      what: "30 % at 5 % of 1,000/s",
      candidate: 50,
      stable: 950,
      ...strong,
      onset: 120,
      median: 1,
      p95: 2,
    },
    {
      what: "30 % at 5 % of 50/s",
      candidate: 2.5,
      stable: 47.5,
      ...strong,
      onset: 0,
      median: 8,
      p95: 17,
    },
    {
      what: "+2 points at 50/s of 100/s",
      candidate: 50,
      stable: 50,
      ...small,
      onset: 0,
      median: 200,
      p95: 500,
    },
    {
      what: "+2 points at 5 % of 1,000/s",
      candidate: 50,
      stable: 950,
      ...small,
      onset: 0,
      median: 120,
      p95: 250,
    },
  ])("$what", (each) => {
    const sorted = delays(seededRandom(21), 60, each);
    expect(sorted[29]).toBeLessThanOrEqual(each.median);
    expect(sorted[56]).toBeLessThanOrEqual(each.p95);
    expect(sorted[59]).toBeLessThan(Infinity);
  });

  it("no mean delay beats the information, and none needs thrice as long", () => {
    const random = seededRandom(22);
    for (const lift of [0.02, 0.05, 0.1]) {
      const each = {
        what: "",
        candidate: 50,
        stable: 50,
        baseline: 0.01,
        lift,
        onset: 0,
        median: 0,
        p95: 0,
      };
      const found = delays(random, 60, each);
      const mean = found.reduce((sum, seconds) => sum + seconds, 0) / found.length;
      const nats = twoSampleInformation(
        { rate: 0.01 + lift, requestsPerSecond: 50 },
        { rate: 0.01, requestsPerSecond: 50 },
        DEFAULT_SENTINEL.errors.tolerance,
      );
      const bound = Math.log(1 / DEFAULT_SENTINEL.falseReversions) / nats;
      expect(mean).toBeGreaterThan(0.9 * bound);
      expect(mean).toBeLessThan(3 * bound);
    }
  });
});
