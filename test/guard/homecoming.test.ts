import { describe, expect, test } from "vitest";
import { broughtHomeBy, type Homecoming, listenerWeights } from "../../guard/homecoming.ts";
import type { Weights } from "../../guard/slot.ts";

const w = (blue: number, green: number): Weights => ({ blue, green });

describe("a homecoming's mark in the listener", () => {
  test.each<[string, Weights, Homecoming | null, Weights]>([
    ["all traffic brought home by a reversion", w(100, 0), "reversion", w(999, 0)],
    ["the same to green", w(0, 100), "reversion", w(0, 999)],
    ["all traffic brought home by an operator", w(100, 0), "hand", w(998, 0)],
    ["a candidate at 100 %", w(0, 100), null, w(0, 100)],
    ["a step, which cannot be home", w(95, 5), "reversion", w(95, 5)],
  ])("%s", (_what, weights, homecoming, told) => {
    expect(listenerWeights(weights, homecoming)).toEqual(told);
    const broughtHome = weights.blue * weights.green === 0 ? homecoming : null;
    expect(broughtHomeBy(told)).toEqual({ weights, broughtHome });
  });

  test.each<[string, Weights]>([
    ["a stranger's weights", w(999, 1)],
    ["no weight at all", w(0, 0)],
    ["both at the most", w(999, 999)],
  ])("is not seen in %s", (_what, shown) => {
    expect(broughtHomeBy(shown)).toEqual({ weights: shown, broughtHome: null });
  });
});
