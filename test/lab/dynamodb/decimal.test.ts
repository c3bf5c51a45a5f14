/** DynamoDB's numbers are exact where JavaScript's are not. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  add,
  compareDecimals,
  formatDecimal,
  parseDecimal,
  subtract,
} from "../../../lab/dynamodb/decimal.ts";

describe("one text for one number", () => {
  test.each([
    ["0", "0"],
    ["-0", "0"],
    ["0.000", "0"],
    ["1.0", "1"],
    ["+1", "1"],
    ["007", "7"],
    ["1e3", "1000"],
    ["-1.50E-2", "-0.015"],
    [".5", "0.5"],
    ["5.", "5"],
    ["12345678901234567890123456789012345678", "12345678901234567890123456789012345678"],
    ["1E-130", `0.${"0".repeat(129)}1`],
    ["9.9E125", `99${"0".repeat(124)}`],
  ])("%s is %s", (text, expected) => {
    expect(formatDecimal(parseDecimal(text))).toBe(expected);
  });
});

test.each([
  ["", "cannot be converted"],
  ["one", "cannot be converted"],
  ["1e", "cannot be converted"],
  ["NaN", "cannot be converted"],
  ["1 ", "cannot be converted"],
  ["123456789012345678901234567890123456789", "38 significant digits"],
  ["1E126", "overflow"],
  ["1E-131", "underflow"],
])("%j is refused: %s", (text, message) => {
  expect(() => parseDecimal(text)).toThrow(message);
});

function sum(a: string, b: string): string {
  return formatDecimal(add(parseDecimal(a), parseDecimal(b)));
}

test("0.1 + 0.2 is 0.3, and 2^53 + 1 is not 2^53", () => {
  expect(sum("0.1", "0.2")).toBe("0.3");
  expect(sum("9007199254740992", "1")).toBe("9007199254740993");
});

/** Whole numbers of tenths of thousandths, so that BigInt is the reference. */
const scaled = fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n });
const text = (value: bigint) => `${value}e-4`;

test("sums, differences and order agree with whole numbers", () => {
  fc.assert(
    fc.property(scaled, scaled, (a, b) => {
      const [left, right] = [parseDecimal(text(a)), parseDecimal(text(b))];
      expect(add(left, right)).toEqual(parseDecimal(text(a + b)));
      expect(subtract(left, right)).toEqual(parseDecimal(text(a - b)));
      expect(compareDecimals(left, right)).toBe(a < b ? -1 : a > b ? 1 : 0);
      expect(parseDecimal(formatDecimal(left))).toEqual(left);
    }),
  );
});
