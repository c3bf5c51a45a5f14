import { describe, expect, test } from "vitest";
import { ALPHA, judgeProbes, type SlotProbes } from "../../../guard/watchdog/judge.ts";
import { binomial, seededRandom } from "../../judge/random.ts";

const of = (answers: number, failures: number, unconnected = 0): SlotProbes => ({
  answers,
  failures,
  unconnected,
});

const judged = (suspect: SlotProbes, control: SlotProbes | null, unattributed = 0) =>
  judgeProbes({ suspect, control, unattributed, errorRatePercent: 5 });

describe("a round of probes", () => {
  test.each<[string, SlotProbes, SlotProbes | null, number, string]>([
    ["all is well", of(40, 0), of(40, 0), 0, "good"],
    ["fewer fail than are allowed", of(40, 2), of(40, 0), 0, "good"],
    ["some more fail, by chance perhaps", of(40, 11), of(40, 0), 0, "inconclusive"],
    ["more fail than by chance", of(40, 12), of(40, 0), 0, "bad"],
    ["the other slot is no better", of(40, 30), of(40, 28), 0, "inconclusive"],
    ["everything fails in both", of(40, 40), of(40, 40), 0, "inconclusive"],
    ["nothing comes to a connection in the suspect alone", of(40, 40, 40), of(40, 0), 0, "bad"],
    ["nothing comes to a connection at all", of(40, 40, 40), of(40, 40, 40), 0, "error"],
    ["nothing comes to a connection, and there is no other slot", of(40, 40, 40), null, 0, "error"],
    ["without the other slot, a third fails", of(40, 13), null, 0, "bad"],
    ["without the other slot, 9 of 40 fail", of(40, 9), null, 0, "inconclusive"],
    ["without the other slot, all is well", of(40, 1), null, 0, "good"],
    ["too few answered", of(9, 9), of(9, 0), 0, "inconclusive"],
    ["nobody can say who answered", of(0, 0), of(0, 0), 80, "error"],
    ["nobody was asked", of(0, 0), null, 0, "error"],
    ["some answers are nobody's: they may be failures", of(30, 0), of(30, 0), 20, "inconclusive"],
    ["some answers are nobody's, and it is bad by the rest", of(30, 15), of(30, 0), 20, "bad"],
  ])("when %s", (_story, suspect, control, unattributed, outcome) => {
    expect(judged(suspect, control, unattributed).outcome).toBe(outcome);
  });

  test("says what it rests on, and what to look at when it reached nobody", () => {
    expect(judged(of(40, 20), of(40, 1)).why).toBe(
      "20 of 40 probes failed, against 1 of 40 of the other slot's; by chance with probability 5.6e-7",
    );
    expect(judged(of(40, 40, 40), null).why).toContain("allowedCidrs");
  });

  test("finds the shares that its docstring names, as often as it says", () => {
    const random = seededRandom(11);
    const runs = 4_000;
    const found = (share: number, withControl: boolean): number => {
      let bad = 0;
      for (let run = 0; run < runs; run++) {
        const suspect = of(40, binomial(random, 40, share));
        if (judged(suspect, withControl ? of(40, 0) : null).outcome === "bad") bad++;
      }
      return bad / runs;
    };
    // Two decimals: three standard deviations of 4,000 runs are 0.024.
    expect(found(0.39, true)).toBeCloseTo(0.9, 1);
    expect(found(0.3, true)).toBeCloseTo(0.56, 1);
    expect(found(0.335, false)).toBeCloseTo(0.9, 1);
    expect(found(0.3, false)).toBeCloseTo(0.8, 1);
  });

  test("calls a candidate bad that is as good as the other slot at most once in 10,000 rounds", () => {
    const random = seededRandom(13);
    const runs = 60_000;
    for (const share of [0.05, 0.4]) {
      let bad = 0;
      for (let run = 0; run < runs; run++) {
        const slot = (): SlotProbes => of(40, binomial(random, 40, share));
        if (judged(slot(), slot()).outcome === "bad") bad++;
      }
      // Five standard deviations above the six that alpha allows.
      expect(bad).toBeLessThan(runs * ALPHA + 5 * Math.sqrt(runs * ALPHA));
    }
  });
});
