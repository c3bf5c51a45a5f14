import { array, assert, double, integer, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { chooseGroup, eligibleTargets } from "../../../lab/dataplane/choose.ts";

const blue = { stickyId: "blue" };
const green = { stickyId: "green" };
const forward = (b: number, g: number) => [
  { group: blue, weight: b },
  { group: green, weight: g },
];

describe("the group of a request", () => {
  test.each([
    { weights: [80, 20], cookie: undefined, random: 0, expected: "blue" },
    { weights: [80, 20], cookie: undefined, random: 0.7999, expected: "blue" },
    { weights: [80, 20], cookie: undefined, random: 0.8, expected: "green" },
    { weights: [80, 20], cookie: undefined, random: 0.9999, expected: "green" },
    { weights: [1, 0], cookie: undefined, random: 0.9999, expected: "blue" },
    { weights: [0, 1], cookie: undefined, random: 0, expected: "green" },
    { weights: [999, 999], cookie: undefined, random: 0.5, expected: "green" },
    { weights: [0, 0], cookie: undefined, random: 0.5, expected: undefined },
    { weights: [1, 1], cookie: "green", random: 0, expected: "green" },
    { weights: [1, 0], cookie: "green", random: 0, expected: "green" },
    { weights: [0, 0], cookie: "green", random: 0, expected: "green" },
    { weights: [1, 0], cookie: "gone", random: 0, expected: "blue" },
  ])("$weights, cookie $cookie, $random -> $expected", (row) => {
    const [b = 0, g = 0] = row.weights;
    expect(chooseGroup(forward(b, g), row.cookie, row.random)?.stickyId).toBe(row.expected);
  });

  test("a group of weight 0 is never drawn, and some group always is", () => {
    const weight = integer({ min: 0, max: 999 });
    const random = double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    assert(
      property(array(weight, { minLength: 1, maxLength: 5 }), random, (weights, draw) => {
        const list = weights.map((w, i) => ({ group: { stickyId: String(i) }, weight: w }));
        const chosen = chooseGroup(list, undefined, draw);
        const possible = weights.flatMap((w, i) => (w > 0 ? [String(i)] : []));
        expect(possible.length === 0 ? [undefined] : possible).toContain(chosen?.stickyId);
      }),
    );
  });
});

/** h healthy, u not, d draining */
function targets(states: string): { name: string; healthy: boolean; draining: boolean }[] {
  return Array.from(states, (state, i) => ({
    name: `${state}${i}`,
    healthy: state === "h",
    draining: state === "d",
  }));
}

describe("the targets that get traffic", () => {
  test.each([
    { states: "hh", count: 1, percent: 0, expected: "h0 h1" },
    { states: "hu", count: 1, percent: 0, expected: "h0" },
    { states: "uu", count: 1, percent: 0, expected: "u0 u1" },
    { states: "uud", count: 1, percent: 0, expected: "u0 u1" },
    { states: "dd", count: 1, percent: 0, expected: "" },
    { states: "huu", count: 2, percent: 0, expected: "h0 u1 u2" },
    { states: "hhuu", count: 1, percent: 50, expected: "h0 h1" },
    { states: "huuu", count: 1, percent: 50, expected: "h0 u1 u2 u3" },
    { states: "", count: 1, percent: 0, expected: "" },
  ])("$states with at least $count and $percent % -> $expected", (row) => {
    const eligible = eligibleTargets(targets(row.states), row.count, row.percent);
    expect(eligible.map(({ name }) => name).join(" ")).toBe(row.expected);
  });
});
