import { describe, expect, test } from "vitest";
import { binomialTail, fisherTail } from "../../judge/exactTests.ts";
import { binomial, seededRandom } from "./random.ts";

describe("the binomial tail", () => {
  test.each([
    // Ten tosses of a coin, by counting.
    [10, 8, 0.5, 56 / 1024],
    [10, 10, 0.5, 1 / 1024],
    [3, 1, 0.1, 1 - 0.9 ** 3],
    [40, 0, 0.05, 1],
    [40, 1, 0, 0],
    [40, 40, 1, 1],
  ])("of %i answers at least %i fail, each with %d", (answers, failures, share, expected) => {
    expect(binomialTail({ answers, failures }, share)).toBeCloseTo(expected, 12);
  });
});

describe("Fisher's tail", () => {
  test.each([
    // The lady tasting tea: all four right is one way of 70, at least three right 17.
    [4, 4, 4, 0, 1 / 70],
    [4, 3, 4, 1, 17 / 70],
    [10, 0, 10, 5, 1],
    // Nothing failed: nobody is worse.
    [40, 0, 40, 0, 1],
    // All failures are the suspect's: 40 over k of 80 over k.
    [40, 1, 40, 0, 1 / 2],
    [40, 2, 40, 0, (40 * 39) / (80 * 79)],
  ])("%i answers with %i failures against %i with %i", (n, k, m, j, expected) => {
    const tail = fisherTail({ answers: n, failures: k }, { answers: m, failures: j });
    expect(tail).toBeCloseTo(expected, 12);
  });

  test("stays below a level for at most that share of equal pairs, whatever their failures are", () => {
    const random = seededRandom(7);
    const runs = 20_000;
    for (const share of [0.02, 0.3, 0.9]) {
      let below = 0;
      for (let run = 0; run < runs; run++) {
        const tally = () => ({ answers: 40, failures: binomial(random, 40, share) });
        if (fisherTail(tally(), tally()) <= 0.01) below++;
      }
      // Six standard deviations above 1 % would be 285.
      expect(below).toBeLessThan(285);
    }
  });
});
