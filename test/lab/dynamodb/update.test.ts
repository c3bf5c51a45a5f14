/** Update expressions: every action sees the item as it was before. */
import { describe, expect, test } from "vitest";
import { applyUpdate } from "../../../lab/dynamodb/expressions/apply.ts";
import { parseProjection, parseUpdate } from "../../../lab/dynamodb/expressions/parseUpdate.ts";
import { project } from "../../../lab/dynamodb/expressions/paths.ts";
import { Placeholders } from "../../../lab/dynamodb/expressions/placeholders.ts";
import type { Item, Value } from "../../../lab/dynamodb/values.ts";

const list = (...numbers: number[]): Value => ({ L: numbers.map((n) => ({ N: String(n) })) });
const values: Record<string, Value> = {
  ":one": { N: "1" },
  ":tenth": { N: "0.1" },
  ":x": { S: "x" },
  ":set": { SS: ["b", "c"] },
  ":all": { SS: ["a", "b"] },
  ":list": list(8, 9),
  ":empty": { L: [] },
};
const item: Item = {
  n: { N: "0.2" },
  s: { S: "text" },
  ss: { SS: ["a", "b"] },
  l: list(0, 1, 2, 3),
  m: { M: { leaf: { N: "5" }, deep: { M: { x: { S: "y" } } } } },
};

function placeholders(text: string): Placeholders {
  const used = Object.entries(values).filter(([key]) => new RegExp(`${key}\\b`).test(text));
  return new Placeholders(
    used.length > 0 ? { ExpressionAttributeValues: Object.fromEntries(used) } : {},
    { UpdateExpression: text },
  );
}
const update = (text: string) => applyUpdate(item, parseUpdate(text, placeholders(text)));

describe("actions", () => {
  test.each<[string, Item]>([
    ["SET a = :x", { a: { S: "x" } }],
    ["set n = n + :tenth", { n: { N: "0.3" } }],
    ["SET n = :one - n", { n: { N: "0.8" } }],
    ["SET a = n, n = :one", { a: { N: "0.2" }, n: { N: "1" } }],
    ["SET n = if_not_exists(n, :one)", { n: { N: "0.2" } }],
    ["SET a = if_not_exists(a, :one) + :one", { a: { N: "2" } }],
    ["SET l = list_append(l, :list)", { l: list(0, 1, 2, 3, 8, 9) }],
    ["SET l = list_append(:list, l)", { l: list(8, 9, 0, 1, 2, 3) }],
    ["SET a = list_append(if_not_exists(a, :empty), :list)", { a: list(8, 9) }],
    ["SET l[1] = :one", { l: list(0, 1, 2, 3) }],
    ["SET l[0] = l[3], l[3] = l[0]", { l: list(3, 1, 2, 0) }],
    [
      "SET l[9] = :x, l[7] = :one",
      { l: { L: [...[0, 1, 2, 3, 1].map((n) => ({ N: String(n) })), { S: "x" }] } },
    ],
    ["REMOVE l[0], l[2]", { l: list(1, 3) }],
    ["REMOVE l[0] SET l[1] = :one", { l: list(1, 2, 3) }],
    ["REMOVE l[7]", {}],
    [
      "SET m.leaf = :x, m.added = :one REMOVE m.deep.x",
      { m: { M: { leaf: { S: "x" }, added: { N: "1" }, deep: { M: {} } } } },
    ],
    ["REMOVE lost", {}],
    ["ADD n :one", { n: { N: "1.2" } }],
    ["ADD a :one", { a: { N: "1" } }],
    ["ADD ss :set", { ss: { SS: ["a", "b", "c"] } }],
    ["ADD a :set", { a: { SS: ["b", "c"] } }],
    ["DELETE ss :set", { ss: { SS: ["a"] } }],
    ["DELETE a :set", {}],
  ])("%s", (text, changed) => {
    expect(update(text)).toEqual({ ...item, ...changed });
  });

  test("what is removed is gone, sets that run empty too, and the old item stays as it was", () => {
    const before = structuredClone(item);
    expect(Object.keys(update("REMOVE n, s DELETE ss :all"))).toEqual(["l", "m"]);
    update("SET m.leaf = :x, l[0] = :x");
    expect(item).toEqual(before);
  });
});

describe("refused", () => {
  test.each([
    ["a = :x", "Syntax error"],
    ["SET a :x", "Syntax error"],
    ["SET a = :x SET b = :x", 'The "SET" section can only be used once'],
    ["SET a = n + n + n", "Syntax error"],
    ["SET a = lost", "refers to an attribute that does not exist in the item"],
    ["SET a = s + :one", "incorrect data type"],
    ["SET a = n + :x", "operator or function: +, operand type: S"],
    ["SET a = list_append(l, :x)", "operator or function: list_append, operand type: S"],
    ["SET a = list_append(l, s)", "incorrect data type"],
    ["SET a = size(s)", "not allowed in an update expression; function: size"],
    ["SET a = if_not_exists(:x, :one)", "requires a document path"],
    ["SET nil.a = :x", "document path provided in the update expression is invalid"],
    ["SET s.a = :x", "document path provided in the update expression is invalid"],
    ["SET m[0] = :x", "document path provided in the update expression is invalid"],
    ["REMOVE nil.a", "document path provided in the update expression is invalid"],
    ["SET a = :x REMOVE a", "Two document paths overlap"],
    ["SET m = :x, m.leaf = :one", "path one: [m], path two: [m, leaf]"],
    ["SET m.a = :x, m[0] = :one", "Two document paths conflict"],
    ["ADD s :x", "operator: ADD, operand type: STRING, typeSet: ALLOWED_FOR_ADD_OPERAND"],
    ["ADD s :one", "incorrect data type"],
    ["DELETE n :one", "operator: DELETE, operand type: NUMBER"],
    ["DELETE n :set", "incorrect data type"],
    ["SET name = :x", "reserved keyword: name"],
  ])("%s: %s", (text, message) => {
    expect(() => update(text)).toThrow(
      expect.objectContaining({
        code: "ValidationException",
        message: expect.stringContaining(message),
      }),
    );
  });
});

test.each<[string, Item]>([
  ["n, lost", { n: { N: "0.2" } }],
  ["l[3], l[1]", { l: list(1, 3) }],
  ["m.deep.x, s", { m: { M: { deep: { M: { x: { S: "y" } } } } }, s: { S: "text" } }],
  ["m.nil, l[9], s.x", {}],
])("the projection %s", (text, expected) => {
  expect(project(item, parseProjection(text, placeholders(text)))).toEqual(expected);
});

test("a projection's paths must not overlap", () => {
  expect(() => parseProjection("m, m.leaf", placeholders("m, m.leaf"))).toThrow("overlap");
});
