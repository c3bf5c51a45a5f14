/** Metric math: the worked cases of the user guide, and what an expression may not be. */
import { describe, expect, test } from "vitest";
import { evaluate } from "../../../../lab/cloudwatch/math/evaluate.ts";
import { MathError, parseExpression } from "../../../../lab/cloudwatch/math/syntax.ts";
import type { Value } from "../../../../lab/cloudwatch/math/values.ts";

type Points = readonly (number | undefined)[];
const _ = undefined;

/** Over one-minute series of the given points. */
function compute(text: string, series: Readonly<Record<string, Points>> = {}): unknown {
  const value = evaluate(parseExpression(text), (id): Value => {
    const points = series[id];
    if (!points) throw new MathError(`unknown id "${id}"`);
    return { kind: "series", points, periodSeconds: 60 };
  });
  if (value.kind === "series") return value.points;
  if (value.kind === "scalar") return value.value;
  return value.items.map((item) => (item.kind === "series" ? item.points : item.value));
}

describe("arithmetic", () => {
  test.each([
    ["1 + 2 * 3", 7],
    ["(1 + 2) * 3", 9],
    ["10 - 4 - 3", 3],
    ["-2 ^ 2", -4],
    ["2 ^ 3 ^ 2", 512],
    ["2 ^ -1", 0.5],
    ["1.5e3 / 3", 500],
    [".5 + +.5", 1],
    ["1 / 0", _],
    ["1 < 2 AND 2 < 1 OR 3 >= 3", 1],
    ["1 == 1 && 0 != 0 || 0 == 1", 0],
  ])("%s = %s", (text, expected) => {
    expect(compute(text)).toBe(expected);
  });

  test("a missing point counts as 0 where the other series has one", () => {
    const series = { m1: [10, _, 5, _], m2: [20, 8, _, _] };
    expect(compute("m1 + m2", series)).toEqual([30, 8, 5, _]);
    expect(compute("m1 + 1", series)).toEqual([11, _, 6, _]);
    expect(compute("1 - m1", series)).toEqual([-9, _, -4, _]);
    expect(compute("-m1", series)).toEqual([-10, _, -5, _]);
  });

  test("m/n: no point where the divisor is 0, missing, or nothing is divided by nothing", () => {
    const series = { m: [4, 4, 4, 0, _, _, _], n: [2, 0, _, 0, 2, 0, _] };
    expect(compute("m / n", series)).toEqual([2, _, _, _, 0, _, _]);
    expect(compute("m / 0", series)).toEqual([_, _, _, _, _, _, _]);
    expect(compute("8 / n", series)).toEqual([4, _, _, _, 4, _, _]);
    expect(compute("m ^ n", series)).toEqual([16, 1, 1, 1, 0, 1, _]);
  });

  test("a number or a series meets each series of an array, two arrays do not meet", () => {
    const series = { a: [1, 2], b: [10, _], n: [100, 200] };
    expect(compute("[a, b] + n", series)).toEqual([
      [101, 202],
      [110, 200],
    ]);
    expect(compute("n - [a, b]", series)).toEqual([
      [99, 198],
      [90, 200],
    ]);
    expect(compute("-[a, b]", series)).toEqual([
      [-1, -2],
      [-10, _],
    ]);
    expect(() => compute("[a, b] + [a, b]", series)).toThrow(
      new MathError("an array inside an array"),
    );
  });

  test("an error rate has no point without traffic, and is 0 without errors", () => {
    const series = { errors: [3, _, 4, _], requests: [100, 50, 0, _] };
    expect(compute("100 * errors / requests", series)).toEqual([3, 0, _, _]);
  });
});

describe("comparison and logic, the guide's cases", () => {
  const series = { m1: [30, 20, 0, 0], m2: [20, _, 20, _] };
  test.each([
    ["m1 < m2", [0, 0, 1, 0]],
    ["m1 >= 30", [1, 0, 0, 0]],
    ["m1 > 15 AND m2 > 15", [1, 0, 0, 0]],
  ])("%s", (text, expected) => {
    expect(compute(text, series)).toEqual(expected);
  });

  // The missing second point of `b` counts as 0, and where both are missing there is nothing.
  test.each([
    ["a == b", [1, 1, 0, 0, _]],
    ["a != b", [0, 0, 1, 1, _]],
    ["a <= b", [1, 1, 1, 0, _]],
    ["a >= b", [1, 1, 0, 1, _]],
    ["a < b", [0, 0, 1, 0, _]],
    ["a > b", [0, 0, 0, 1, _]],
    ["a AND b", [1, 0, 1, 0, _]],
    ["a && b", [1, 0, 1, 0, _]],
    ["a OR b", [1, 0, 1, 1, _]],
    ["a || b", [1, 0, 1, 1, _]],
    ["a >= 2 OR b >= 2", [1, 0, 1, 0, _]],
    ["a == 1 AND b == 0", [0, 0, 0, 1, _]],
  ])("%s, with a point missing", (text, expected) => {
    expect(compute(text, { a: [2, 0, 1, 1, _], b: [2, _, 3, 0, _] })).toEqual(expected);
  });
});

describe("IF, the guide's cases", () => {
  const series = { c: [1, 1, 0, 0, _], t: [30, _, 0, 0, 30], f: [0, 0, 20, _, 20] };
  test.each([
    ["IF(c, t, f)", [30, 0, 20, _, _]],
    ["IF(c, 5, f)", [5, 5, 20, _, _]],
    ["IF(c, t, 5)", [30, 0, 5, 5, _]],
    ["IF(c, t)", [30, 0, _, _, _]],
    ["IF(1, t, f)", [30, _, 0, 0, 30]],
    ["IF(0, t, f)", [0, 0, 20, _, 20]],
    ["IF(0, t)", [_, _, _, _, _]],
  ])("%s", (text, expected) => {
    expect(compute(text, series)).toEqual(expected);
  });

  test("the guard's error rate says nothing below 20 requests", () => {
    const guard = {
      requests: [100, 19, 20, _],
      errors: [10, 19, _, _],
      connection: [_, _, 2, 5],
    };
    expect(compute("IF(requests >= 20, 100*(errors+connection)/requests)", guard)).toEqual([
      10,
      _,
      10,
      _,
    ]);
  });
});

describe("functions", () => {
  const series = { m: [_, 10, _, 30, _], n: [1, 2, 3, 4, 5], g: [_, 3, _, _, 12] };
  test.each<[string, unknown]>([
    ["FILL(m, 0)", [0, 10, 0, 30, 0]],
    ["FILL(m, n)", [1, 10, 3, 30, 5]],
    ["FILL(m, REPEAT)", [_, 10, 10, 30, 30]],
    ["FILL(m, LINEAR)", [_, 10, 20, 30, _]],
    [
      "FILL([m, n], 0)",
      [
        [0, 10, 0, 30, 0],
        [1, 2, 3, 4, 5],
      ],
    ],
    ["RATE(n)", [_, 1 / 60, 1 / 60, 1 / 60, 1 / 60]],
    ["RATE(m)", [_, _, _, 20 / 120, _]],
    ["RATE(-n)", [_, -1 / 60, -1 / 60, -1 / 60, -1 / 60]],
    ["FILL(g, REPEAT)", [_, 3, 3, 3, 12]],
    ["FILL(g, LINEAR)", [_, 3, 6, 9, 12]],
    ["FILL(m, -1)", [-1, 10, -1, 30, -1]],
    ["FILL(MAX(m) - m, 7)", [7, 20, 7, 0, 7]],
    ["PERIOD(m)", 60],
    ["m / PERIOD(m)", [_, 10 / 60, _, 0.5, _]],
    ["SUM(m)", 40],
    ["AVG(n)", 3],
    ["MIN(n)", 1],
    ["MAX(n)", 5],
    ["SUM([m, n])", [1, 12, 3, 34, 5]],
    ["AVG([m, n])", [1, 6, 3, 17, 5]],
    ["MIN([m, n])", [1, 2, 3, 4, 5]],
    ["MAX([m, n])", [1, 10, 3, 30, 5]],
    ["MAX([m, 7])", [7, 10, 7, 30, 7]],
    ["SUM([1, 2])", 3],
    ["n - MIN(n)", [0, 1, 2, 3, 4]],
    [
      "[m, n] * 2",
      [
        [_, 20, _, 60, _],
        [2, 4, 6, 8, 10],
      ],
    ],
  ])("%s", (text, expected) => {
    expect(compute(text, series)).toEqual(expected);
  });

  test("an aggregate over nothing is nothing", () => {
    expect(compute("SUM(m)", { m: [_, _] })).toBe(_);
    expect(compute("SUM(m) + 1", { m: [_, _] })).toBe(_);
  });
});

describe("refused, with the reason", () => {
  test.each([
    ["", "expected a value at the end"],
    ["m1 +", "expected a value at the end"],
    ["(m1", `expected ")" at the end`],
    ["m1 m2", `unexpected "m2"`],
    ["m1 $ 2", `unexpected "$"`],
    ["m1 = 2", `unexpected "="`],
    ["M1 + 1", `unknown name "M1"`],
    ["sum(m1)", "unknown function sum"],
    ["m1 and m1", `unexpected "and"`],
    ["BOGUS(m1)", "unknown function BOGUS"],
    ["constructor(m1)", "unknown function constructor"],
    ["m9", `unknown id "m9"`],
    ["IF(m1)", "IF takes 2 or 3 arguments"],
    ["FILL(m1)", "FILL takes 2 arguments"],
    ["FILL(1, 2)", "FILL takes a metric, not a number"],
    ["SUM(m1, m1)", "SUM takes 1 argument"],
    ["REPEAT", "REPEAT belongs into FILL"],
    [`${"(".repeat(200)}1${")".repeat(200)}`, "nested more than 100 deep"],
  ])("%s", (text, message) => {
    expect(() => compute(text, { m1: [1] })).toThrow(new MathError(message));
  });
});
