/** Wildcards against a slow reference, and ARNs field by field. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { matchesArn } from "../../../lab/iam/arnMatch.ts";
import { matchesWildcard } from "../../../lab/wildcard.ts";

/** The definition itself, by trying everything. */
function slow(pattern: string, text: string): boolean {
  if (pattern === "") return text === "";
  const [head, rest] = [pattern[0], pattern.slice(1)];
  if (head === "*") {
    return Array.from({ length: text.length + 1 }, (_, at) => at).some((at) =>
      slow(rest, text.slice(at)),
    );
  }
  return text !== "" && (head === "?" || head === text[0]) && slow(rest, text.slice(1));
}

const pattern = fc.string({ unit: fc.constantFrom("a", "b", "*", "?"), maxLength: 8 });
const text = fc.string({ unit: fc.constantFrom("a", "b", "*"), maxLength: 10 });

test("matching agrees with the definition", () => {
  fc.assert(
    fc.property(pattern, text, (one, other) => {
      expect(matchesWildcard(one, other)).toBe(slow(one, other));
    }),
    { numRuns: 2000 },
  );
});

test("a text matches itself with any stretch replaced by a star", () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(20), fc.nat(20), (whole, a, b) => {
      const [from, to] = [Math.min(a, b), Math.max(a, b)];
      const starred = `${whole.slice(0, from)}*${whole.slice(to)}`;
      expect(matchesWildcard(starred, whole)).toBe(true);
    }),
  );
});

describe("ARN patterns", () => {
  const table = "arn:aws:dynamodb:us-east-1:000000000000:table/checkout-record";
  test.each([
    ["arn:aws:dynamodb:us-east-1:000000000000:table/*", table, true],
    ["arn:aws:dynamodb:*:*:table/checkout-?ecord", table, true],
    // A star stays within its field, except in the last one.
    ["arn:aws:dynamodb:*:table/checkout-record", table, false],
    ["arn:aws:*", table, false],
    ["arn:*:*:*:*:*", "arn:aws:cloudwatch:us-east-1:000000000000:alarm:a:b", true],
    [
      "arn:aws:cloudwatch:us-east-1:000000000000:alarm:a*",
      "arn:aws:cloudwatch:us-east-1:000000000000:alarm:a:b",
      true,
    ],
  ])("%s against %s: %s", (arnPattern, arn, expected) => {
    expect(matchesArn(arnPattern, arn)).toBe(expected);
  });
});
