/** Conditions: what they mean, which are refused, and that the parser keeps their shape. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { meets } from "../../../lab/dynamodb/expressions/evaluate.ts";
import { parseCondition } from "../../../lab/dynamodb/expressions/parseCondition.ts";
import { Placeholders } from "../../../lab/dynamodb/expressions/placeholders.ts";
import { AwsError } from "../../../lab/service.ts";
import type { Item, Value } from "../../../lab/dynamodb/values.ts";

const item: Item = {
  n: { N: "10" },
  s: { S: "green" },
  b: { B: Uint8Array.of(1, 2, 3) },
  t: { BOOL: true },
  nothing: { NULL: true },
  ss: { SS: ["a", "b"] },
  ns: { NS: ["1", "2"] },
  l: { L: [{ N: "1" }, { M: { deep: { S: "x" } } }] },
  m: { M: { leaf: { N: "5" }, "odd-name": { S: "y" } } },
};

const values: Record<string, Value> = {
  ":n": { N: "10" },
  ":five": { N: "5" },
  ":twenty": { N: "20" },
  ":s": { S: "green" },
  ":gr": { S: "gr" },
  ":a": { S: "a" },
  ":x": { S: "x" },
  ":SS": { S: "SS" },
  ":ba": { SS: ["b", "a"] },
  ":one": { N: "1" },
  ":bytes": { B: Uint8Array.of(1, 2) },
  ":true": { BOOL: true },
};
const names = { "#odd": "odd-name", "#s": "s" };

function parse(text: string) {
  const used = (all: object, prefix: string) =>
    Object.fromEntries(
      Object.entries(all).filter(([key]) => new RegExp(`${prefix}${key.slice(1)}\\b`).test(text)),
    );
  const [usedNames, usedValues] = [used(names, "#"), used(values, ":")];
  const placeholders = new Placeholders(
    {
      ...(Object.keys(usedNames).length > 0 ? { ExpressionAttributeNames: usedNames } : {}),
      ...(Object.keys(usedValues).length > 0 ? { ExpressionAttributeValues: usedValues } : {}),
    },
    { ConditionExpression: text },
  );
  const condition = parseCondition("ConditionExpression", text, placeholders);
  placeholders.refuseUnused();
  return condition;
}

describe("meaning", () => {
  test.each([
    ["n = :n", true],
    ["n <> :n", false],
    ["n < :twenty", true],
    ["n <= :n", true],
    ["n > :n", false],
    ["n >= :n", true],
    [":five < n", true],
    ["s < :n", false],
    ["s = :n", false],
    ["s <> :n", true],
    ["ss = :ba", true],
    ["lost = :n", false],
    ["lost <> :n", true],
    ["lost < :n", false],
    ["lost = absent", false],
    ["lost <> absent", true],
    ["n BETWEEN :five AND :twenty", true],
    ["n between :n and :n", true],
    ["NOT n BETWEEN :five AND :twenty", false],
    ["s IN (:x, :s)", true],
    ["s IN (:x)", false],
    ["attribute_exists(n)", true],
    ["attribute_exists(m.leaf)", true],
    ["attribute_exists(l[1].deep)", true],
    ["attribute_exists(l[2])", false],
    ["attribute_exists(m.#odd)", true],
    ["attribute_exists(n.leaf)", false],
    ["attribute_exists(m.toString)", false],
    ["attribute_not_exists(lost)", true],
    ["attribute_type(ss, :SS)", true],
    ["attribute_type(s, :SS)", false],
    ["begins_with(#s, :gr)", true],
    ["begins_with(s, :x)", false],
    ["begins_with(b, :bytes)", true],
    ["begins_with(n, :gr)", false],
    ["contains(s, :gr)", true],
    ["contains(ss, :a)", true],
    ["contains(ss, :x)", false],
    ["contains(ns, :one)", true],
    ["contains(l, :one)", true],
    ["contains(b, :bytes)", true],
    ["contains(n, :one)", false],
    ["size(s) = :five", true],
    ["size(ss) < :five", true],
    ["size(m) < size(s)", true],
    ["size(n) > :one", false],
    ["t = :true", true],
    // AND binds tighter than OR, NOT tighter than both.
    ["n = :n OR n = :five AND n = :five", true],
    ["(n = :n OR n = :five) AND n = :five", false],
    ["NOT n = :five AND n = :n", true],
    ["NOT (n = :five OR n = :n)", false],
    ["NOT NOT n = :n", true],
  ])("%s: %s", (text, expected) => {
    expect(meets(item, parse(text))).toBe(expected);
  });
});

describe("refused", () => {
  test.each([
    ["", "The expression can not be empty"],
    ["n", 'Syntax error; token: "<EOF>", near: "n"'],
    ["n = ", 'Syntax error; token: "<EOF>", near: "="'],
    ["n = :n :n", 'Syntax error; token: ":n", near: ":n :n"'],
    ["n == :n", "Syntax error"],
    ["n = 10", 'token: "10"'],
    ["n ! :n", 'token: "!"'],
    ["_n = :n", 'token: "_"'],
    ["(n = :n", "Syntax error"],
    ["((n = :n))", "redundant parentheses"],
    ["status = :n", "Attribute name is a reserved keyword; reserved keyword: status"],
    ["m.value = :n", "reserved keyword: value"],
    ["#nil = :n", "attribute name: #nil"],
    ["n = :nil", "attribute value: :nil"],
    ["n = n", "The first operand must be distinct"],
    ["n < :true", "operator or function: <, operand type: BOOL"],
    ["n BETWEEN :twenty AND :five", "upper bound to be greater than or equal to lower bound"],
    ["n BETWEEN :five AND :s", "same data type for lower and upper bounds"],
    ["attribute_exists(:n)", "requires a document path"],
    ["attribute_exists(n, s)", "Incorrect number of operands"],
    ["begins_with(s, :n)", "operator or function: begins_with, operand type: N"],
    ["attribute_type(s, :x)", "Invalid attribute type name found; type: x"],
    ["exists(n)", "Invalid function name; function: exists"],
    ["if_not_exists(n, :n)", "not allowed in a condition expression; function: if_not_exists"],
    ["contains(n, begins_with(n, :s))", "not allowed to be used this way"],
    ["n[x] = :n", "Syntax error"],
  ])("%j: %s", (text, message) => {
    expect(() => parse(text)).toThrow(
      expect.objectContaining({
        code: "ValidationException",
        message: expect.stringContaining(message),
      }),
    );
  });
});

type Flags = Readonly<Record<string, boolean>>;

/** Conditions over three flags, as text and as the function that the text should mean. */
interface Sample {
  readonly text: string;
  /** How tightly the outermost operator binds: OR 0, AND 1, NOT 2, a comparison 3. */
  readonly binds: number;
  readonly mean: (flags: Flags) => boolean;
}
const wrap = (part: Sample, binds: number) => (part.binds < binds ? `(${part.text})` : part.text);

const { condition: sample } = fc.letrec<{ condition: Sample }>((tie) => {
  const pair = fc.tuple(tie("condition"), tie("condition"));
  return {
    condition: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      fc.constantFrom("p", "q", "r").map((name) => ({
        text: `${name} = :true`,
        binds: 3,
        mean: (flags: Flags) => flags[name] ?? false,
      })),
      tie("condition").map((part) => ({
        text: `NOT ${wrap(part, 2)}`,
        binds: 2,
        mean: (flags: Flags) => !part.mean(flags),
      })),
      pair.map(([a, b]) => ({
        text: `${wrap(a, 1)} AND ${wrap(b, 1)}`,
        binds: 1,
        mean: (flags: Flags) => a.mean(flags) && b.mean(flags),
      })),
      pair.map(([a, b]) => ({
        text: `${wrap(a, 0)} or ${wrap(b, 0)}`,
        binds: 0,
        mean: (flags: Flags) => a.mean(flags) || b.mean(flags),
      })),
    ),
  };
});

test("any nesting of AND, OR and NOT means what its parentheses say", () => {
  const flags = fc.record({ p: fc.boolean(), q: fc.boolean(), r: fc.boolean() });
  fc.assert(
    fc.property(sample, flags, ({ text, mean }, given) => {
      fc.pre(text.length < 4000);
      const flagged = Object.fromEntries(
        Object.entries(given).map(([name, BOOL]): [string, Value] => [name, { BOOL }]),
      );
      expect(meets(flagged, parse(text))).toBe(mean(given));
    }),
    { numRuns: 500 },
  );
});

/** The code of the error that the text is refused with. */
function verdict(text: string): unknown {
  try {
    parse(text);
    return "parsed";
  } catch (error) {
    return error instanceof AwsError ? error.code : error;
  }
}

test("any text either parses or is refused as a validation error", () => {
  const words = "n s :n #s AND OR NOT ( ) = < , IN BETWEEN size contains [0] .".split(" ");
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...words), { maxLength: 12 }), (chosen) => {
      expect(["parsed", "ValidationException"]).toContain(verdict(chosen.join(" ")));
    }),
    { numRuns: 500 },
  );
});
