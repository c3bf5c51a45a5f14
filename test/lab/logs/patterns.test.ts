/** JSON filter patterns: AWS's documented examples, and what they leave open. */
import { describe, expect, test } from "vitest";
import { messageFilter } from "../../../lab/logs/patterns.ts";

/** The user guide's example event. */
const EVENT = JSON.stringify({
  eventType: "UpdateTrail",
  sourceIPAddress: "111.111.111.111",
  arrayKey: ["value", "another value"],
  objectList: [
    { name: "a", id: 1 },
    { name: "b", id: 2 },
  ],
  SomeObject: null,
  ThisFlag: true,
  "cluster.name": "c",
  latency: 500,
  code: "400",
});

describe("one condition", () => {
  test.each([
    ['{ $.eventType = "UpdateTrail" }', true],
    ["{ $.eventType = UpdateTrail }", true],
    ["{ $.sourceIPAddress != 123.123.* }", true],
    ["{ $.sourceIPAddress = 111.111.* }", true],
    ['{ $.eventType = "*Trail" }', true],
    ['{ $.eventType = "*date*" }', true],
    ['{ $.eventType = "Up*Trail" }', false],
    ['{ $.arrayKey[0] = "value" }', true],
    ['{ $.arrayKey[1] = "value" }', false],
    ["{ $.objectList[1].id = 2 }", true],
    ["{ $.['cluster.name'] = \"c\" }", true],
    ["{ $.SomeObject IS NULL }", true],
    ["{ $.eventType IS NULL }", false],
    ["{ $.SomeOtherObject NOT EXISTS }", true],
    ["{ $.eventType NOT EXISTS }", false],
    ["{ $.ThisFlag IS TRUE }", true],
    ["{ $.ThisFlag IS FALSE }", false],
    ["{ $.latency >= 500 }", true],
    ["{ $.latency > +500 }", false],
    ["{ $.latency < 10e3 }", true],
    ["{ $.latency <= 499.5 }", false],
    ["{ $.latency = 500.0 }", true],
    ["{ $.code = 400 }", true],
    ["{ $.code > 300 }", false],
    ["{ $.arrayKey = 1 }", false],
    ["{ $.arrayKey != 1 }", false],
    ["{ $.missing != 1 }", false],
    ['{ $.eventType = "*" }', true],
  ])("%s: %s", (pattern, expected) => {
    expect(messageFilter(pattern)(EVENT)).toBe(expected);
  });
});

/** The user guide's example of compound expressions. */
const COMPOUND = JSON.stringify({
  user: { id: 1, email: "John.Stiles@example.com" },
  users: [
    { id: 2, email: "John.Doe@example.com" },
    { id: 3, email: "Jane.Doe@example.com" },
  ],
  actions: ["GET", "PUT", "DELETE"],
  coordinates: [
    [0, 1, 2],
    [4, 5, 6],
    [7, 8, 9],
  ],
});

test.each([
  ['{ ($.user.id = 1) && ($.users[0].email = "John.Doe@example.com") }', true],
  ['{ ($.user.id = 2 && $.users[0].email = "nonmatch") || $.actions[2] = "GET" }', false],
  [
    '{ $.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = nonmatch && $.actions[2] = nomatch }',
    true,
  ],
  [
    '{ ($.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = nonmatch) && $.actions[2] = nomatch }',
    false,
  ],
  ["{ $.coordinates[1][2] = 6 }", true],
])("AND binds before OR: %s", (pattern, expected) => {
  expect(messageFilter(pattern)(COMPOUND)).toBe(expected);
});

test.each(["plain text", "[1]", '"text"', ""])(
  "%j is no JSON object and never matches",
  (message) => {
    expect(messageFilter("{ $.a NOT EXISTS }")(message)).toBe(false);
  },
);

test.each([
  "{",
  "{ }",
  "{ $.a }",
  "{ $.a = }",
  "{ a = 1 }",
  "{ $ = 1 }",
  "{ $.a = 1 && }",
  "{ ($.a = 1 }",
  "{ $.a = 1 $.b = 2 }",
  "{ $.a IS NOT NULL }",
  "{ $.a EXISTS }",
  "{ $.a[x] = 1 }",
])("%s is malformed", (pattern) => {
  expect(() => messageFilter(pattern)).toThrow("Invalid filter pattern");
});
