/**
 * Event patterns: the examples of the EventBridge User Guide ("Comparison operators", "Event
 * patterns", "Null values and empty strings", "Arrays") and of Event Ruler, which EventBridge runs.
 */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { matchesPattern } from "../../../lab/events/pattern/match.ts";
import { compilePattern } from "../../../lab/events/pattern/pattern.ts";

function matches(pattern: object, event: unknown): boolean {
  return matchesPattern(compilePattern(JSON.stringify(pattern)), event);
}

/** The event that the User Guide matches its first patterns against. */
const EC2 = {
  version: "0",
  id: "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
  "detail-type": "EC2 Instance State-change Notification",
  source: "aws.ec2",
  account: "111122223333",
  time: "2017-12-22T18:43:48Z",
  region: "us-west-1",
  resources: ["arn:aws:ec2:us-west-1:123456789012:instance/i-1234567890abcdef0"],
  detail: { "instance-id": "i-1234567890abcdef0", state: "terminated" },
};

describe("an EC2 event", () => {
  test.each<[boolean, object]>([
    [true, { source: ["aws.ec2"] }],
    [
      true,
      {
        source: ["aws.ec2"],
        "detail-type": ["EC2 Instance State-change Notification"],
        detail: { state: ["terminated"] },
      },
    ],
    [true, { detail: { state: ["pending", "terminated"] } }],
    [false, { source: ["aws.ec2"], detail: { state: ["running"] } }],
    [false, { source: ["AWS.EC2"] }],
    [true, { resources: [EC2.resources[0], "another"] }],
    [true, { time: [{ prefix: "2017-12-22" }] }],
    [false, { detail: { nothing: ["x"] } }],
    [false, { detail: ["terminated"] }],
  ])("%s: %j", (expected, pattern) => {
    expect(matches(pattern, EC2)).toBe(expected);
  });
});

describe("one value", () => {
  const CASES: readonly [element: unknown, met: readonly unknown[], unmet: readonly unknown[]][] = [
    ["Alice", ["Alice", ["Bob", "Alice"]], ["alice", "", null, ["Bob"], { a: "Alice" }, []]],
    ["", [""], [null, " ", []]],
    [null, [null, [null]], ["", "null", 0, false]],
    [100, [100, 1e2], ["100", 100.5]],
    [true, [true], ["true", 1]],
    [{ prefix: "us-" }, ["us-east-1", "us-"], ["eu-us-", "US-east-1", 5, null]],
    [{ prefix: { "equals-ignore-case": "EventB" } }, ["eventbridge", "EVENTB"], ["xeventb"]],
    [{ suffix: ".png" }, ["a.png", ".png"], ["a.png.txt", "a.PNG"]],
    [{ suffix: { "equals-ignore-case": ".png" } }, ["a.PnG"], ["a.pn"]],
    [{ "equals-ignore-case": "alice" }, ["Alice", "ALICE"], ["Alicea", 1]],
    [
      { "anything-but": "initializing" },
      ["running", "", 5, null, true, ["initializing", "x"]],
      ["initializing", ["initializing"], []],
    ],
    [{ "anything-but": 123 }, [124, "123"], [123]],
    [{ "anything-but": ["stopped", "overloaded"] }, ["running"], ["stopped", "overloaded"]],
    [{ "anything-but": [100, 200, 300] }, [101], [100, 300]],
    [{ "anything-but": { prefix: "init" } }, ["running", 5], ["initializing"]],
    [{ "anything-but": { prefix: ["init", "run"] } }, ["stop"], ["running", "initializing"]],
    [{ "anything-but": { suffix: ".txt" } }, ["a.png"], ["a.txt"]],
    [{ "anything-but": { suffix: [".txt", ".rtf"] } }, ["a.png"], ["a.txt", "a.rtf"]],
    [{ "anything-but": { "equals-ignore-case": "initializing" } }, ["x"], ["INITIALIZING"]],
    [{ "anything-but": { "equals-ignore-case": ["a", "b"] } }, ["c"], ["A", "b"]],
    [{ "anything-but": { wildcard: "*/lib/*" } }, ["/usr/bin/x"], ["/usr/lib/x"]],
    [{ "anything-but": { wildcard: ["*/lib/*", "*/bin/*"] } }, ["/var/x"], ["/a/bin/x", "/a/lib/"]],
    [{ numeric: ["=", 3.018e2] }, [301.8], [301, "301.8"]],
    [{ numeric: [">", 0, "<=", 5] }, [5, 0.001], [0, 5.001, "3"]],
    [{ numeric: ["<", 10] }, [9.9, -1], [10]],
    [{ numeric: [">=", -1] }, [-1], [-1.5]],
    [{ cidr: "10.0.0.0/24" }, ["10.0.0.0", "10.0.0.255"], ["10.0.1.0", "::ffff:10.0.0.1", "x", 1]],
    [{ cidr: "2001:db8::/32" }, ["2001:db8::1"], ["2001:db9::1", "10.0.0.1"]],
    [{ cidr: "10.0.0.7/32" }, ["10.0.0.7"], ["10.0.0.8"]],
    [{ exists: true }, ["x", null, "", 0, ["x"]], [{ a: 1 }, [], {}]],
    [{ exists: false }, [{ a: 1 }, [], {}], ["x", null]],
    [{ wildcard: "dir/*.png" }, ["dir/a.png", "dir/.png", "dir/a/b.png"], ["dir/a.jpg", "a.png"]],
    [{ wildcard: "*" }, ["", "x"], [1, null]],
    [{ wildcard: "*a*b" }, ["ab", "xaxbxb"], ["ba", "b"]],
    [{ wildcard: "ab*ba" }, ["abba"], ["aba"]],
    [{ wildcard: String.raw`a\*b` }, ["a*b"], ["axb"]],
    [{ wildcard: String.raw`a\\*` }, [String.raw`a\b`], ["ab"]],
  ];
  test.each(CASES)("%j", (element, met, unmet) => {
    const says = (value: unknown): boolean =>
      matches({ detail: { x: [element] } }, { detail: { x: value } });
    expect(met.filter((value) => !says(value))).toEqual([]);
    expect(unmet.filter(says)).toEqual([]);
  });
});

test("the User Guide's complex example", () => {
  const pattern = {
    time: [{ prefix: "2017-10-02" }],
    detail: {
      state: [{ "anything-but": "initializing" }],
      "c-count": [{ numeric: [">", 0, "<=", 5] }],
      "d-count": [{ numeric: ["<", 10] }],
      "x-limit": [{ "anything-but": [100, 200, 300] }],
      "source-ip": [{ cidr: "10.0.0.0/8" }],
    },
  };
  const detail = {
    state: "running",
    "c-count": 5,
    "d-count": 3,
    "x-limit": 301.8,
    "source-ip": "10.0.0.33",
  };
  const event = { time: "2017-10-02T16:24:49Z", detail };
  expect(matches(pattern, event)).toBe(true);
  for (const change of [
    { state: "initializing" },
    { "c-count": 6 },
    { "d-count": 10 },
    { "x-limit": 200 },
    { "source-ip": "11.0.0.1" },
    { state: undefined },
  ]) {
    expect(matches(pattern, { ...event, detail: { ...detail, ...change } })).toBe(false);
  }
});

describe("$or", () => {
  const either = {
    source: ["aws.cloudwatch"],
    $or: [
      { metricName: ["CPUUtilization", "ReadLatency"] },
      {
        metricType: ["MetricType"],
        namespace: ["AWS/EC2", "AWS/ES"],
        $or: [{ a: [1] }, { b: [2] }],
      },
      { scope: ["Service"] },
    ],
  };
  test.each<[boolean, object]>([
    [true, { source: "aws.cloudwatch", metricName: "ReadLatency" }],
    [true, { source: "aws.cloudwatch", scope: "Service" }],
    [true, { source: "aws.cloudwatch", metricType: "MetricType", namespace: "AWS/ES", b: 2 }],
    [false, { source: "aws.cloudwatch", metricType: "MetricType", namespace: "AWS/ES", b: 3 }],
    [false, { source: "aws.cloudwatch", metricType: "MetricType" }],
    [false, { source: "other", scope: "Service" }],
    [false, { source: "aws.cloudwatch" }],
  ])("%s: %j", (expected, event) => {
    expect(matches(either, event)).toBe(expected);
  });

  test("parallel ones are both wanted", () => {
    const pattern = {
      $or: [{ a: [1] }, { b: [1] }],
      detail: { $or: [{ c: [1] }, { d: [1] }] },
    };
    expect(matches(pattern, { b: 1, detail: { c: 1 } })).toBe(true);
    expect(matches(pattern, { b: 1, detail: { e: 1 } })).toBe(false);
  });

  test("is a field's name where it cannot be an alternative", () => {
    expect(matches({ $or: { a: [1] } }, { $or: { a: 1 } })).toBe(true);
    expect(matches({ $or: ["x"] }, { $or: "x" })).toBe(true);
  });
});

describe("lists in events", () => {
  const employees = [
    { firstName: "John", lastName: "Doe" },
    { firstName: "Anna", lastName: "Smith" },
    { firstName: "Peter", lastName: "Jones" },
  ];
  test.each<[boolean, object, unknown]>([
    [true, { firstName: ["Anna"] }, employees],
    [true, { firstName: ["Anna"], lastName: ["Smith"] }, employees],
    [false, { firstName: ["Anna"], lastName: ["Jones"] }, employees],
    [true, { firstName: ["Anna"] }, [employees.slice(0, 2), employees.slice(2)]],
    [false, { firstName: ["Anna"], lastName: ["Jones"] }, [employees]],
    [false, { firstName: [{ exists: false }] }, employees],
    [true, { age: [{ exists: false }] }, employees],
  ])("%s: %j", (expected, fields, value) => {
    expect(matches({ employees: fields }, { employees: value })).toBe(expected);
  });

  test("two fields of an alternative written apart still mean one element", () => {
    const pattern = {
      a: { x: [1] },
      $or: [{ a: { y: [2] } }, { never: ["x"] }],
    };
    expect(matches(pattern, { a: [{ x: 1, y: 2 }] })).toBe(true);
    expect(matches(pattern, { a: [{ x: 1 }, { y: 2 }] })).toBe(false);
  });

  test("a dot in a name is not told from nesting", () => {
    expect(matches({ detail: { "a.b": [1] } }, { detail: { a: { b: 1 } } })).toBe(true);
  });
});

const tenOf = (name: string): object => ({
  [name]: { $or: Array.from({ length: 10 }, (_, index) => ({ [`f${index}`]: [index] })) },
});

describe("what is no pattern", () => {
  test.each([
    ["nothing", "is not valid JSON"],
    ["[]", "Filter is not an object"],
    ["{}", "Empty objects are not allowed"],
    ['{"a":"x"}', "must be an object or an array"],
    ['{"a":5}', "must be an object or an array"],
    ['{"a":[]}', "Empty arrays are not allowed"],
    ['{"a":{}}', "Empty objects are not allowed"],
    ['{"a":[[1]]}', "Match value must be String, number, true, false, or null"],
    ['{"a":[{"like":"x"}]}', "Unrecognized match type like"],
    ['{"a":[{"prefix":"x","suffix":"y"}]}', "Only one key allowed"],
    ['{"a":[{"prefix":5}]}', "prefix match pattern must be a string"],
    ['{"a":[{"prefix":{"like":"x"}}]}', "Unrecognized match type like"],
    ['{"a":[{"numeric":["~",5]}]}', "Unrecognized numeric range operator: ~"],
    ['{"a":[{"numeric":[">","5"]}]}', "Value of numeric must be numeric"],
    ['{"a":[{"numeric":[">",5e10]}]}', "-5.0E9 and 5.0E9"],
    ['{"a":[{"numeric":[">",5,"<",5]}]}', "Bottom must be less than top"],
    ['{"a":[{"numeric":[">",5,">",6]}]}', "Bad numeric range operator"],
    ['{"a":[{"numeric":[">"]}]}', "one or two comparisons"],
    ['{"a":[{"exists":"yes"}]}', "either true or false"],
    ['{"a":[{"anything-but":[]}]}', "Empty arrays"],
    ['{"a":[{"anything-but":["a",1]}]}', "either all values are number or string"],
    ['{"a":[{"anything-but":true}]}', "either all values are number or string"],
    ['{"a":[{"anything-but":{"cidr":"10.0.0.0/8"}}]}', "Unsupported anything-but pattern"],
    ['{"a":[{"anything-but":{"prefix":""}}]}', "Null prefix not allowed"],
    ['{"a":[{"wildcard":"a**b"}]}', "Consecutive wildcard characters at pos 1"],
    ['{"a":[{"wildcard":"a\\\\b"}]}', "Invalid escape character at pos 1"],
    ['{"a":[{"cidr":"10.0.0.0"}]}', "Malformed CIDR"],
    ['{"a":[{"cidr":"10.0.0.0/33"}]}', "Malformed CIDR"],
  ])("%s", (text, reason) => {
    expect(() => compilePattern(text)).toThrow(
      expect.objectContaining({
        code: "InvalidEventPatternException",
        message: expect.stringMatching(/^Event pattern is not valid\. Reason: /),
      }),
    );
    expect(() => compilePattern(text)).toThrow(reason);
  });

  test("1000 combinations of $or are enough", () => {
    const thousand = { ...tenOf("a"), ...tenOf("b"), ...tenOf("c") };
    expect(compilePattern(JSON.stringify(thousand))).toHaveLength(1000);
    expect(() => compilePattern(JSON.stringify({ ...thousand, ...tenOf("d") }))).toThrow(/1000/);
  });
});

/** The pattern that asks for all that an event has; undefined without any leaf. */
function exactly(value: unknown): unknown {
  if (Array.isArray(value)) return value.length > 0 ? value.slice(-1) : undefined;
  if (typeof value !== "object" || value === null) return [value];
  const fields = Object.entries(value).map(([key, one]) => [key, exactly(one)] as const);
  const kept = fields.filter(([, one]) => one !== undefined);
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}

describe("of any event", () => {
  const scalar = fc.oneof(
    fc.string({ maxLength: 5 }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
  );
  const name = fc.constantFrom("a", "b", "c");
  const { object: anObject } = fc.letrec<{ value: unknown; object: Record<string, unknown> }>(
    (tie) => ({
      value: fc.oneof({ maxDepth: 3 }, scalar, tie("object"), fc.array(scalar, { maxLength: 3 })),
      object: fc.dictionary(name, tie("value"), { minKeys: 1, maxKeys: 3, noNullPrototype: true }),
    }),
  );

  test("its own values match it, and stop matching when one more is wanted", () => {
    fc.assert(
      fc.property(anObject, (event) => {
        const pattern = exactly(event);
        if (typeof pattern !== "object" || pattern === null) return;
        expect(matches(pattern, event)).toBe(true);
        expect(matches({ ...pattern, missing: [1] }, event)).toBe(false);
        expect(matches({ ...pattern, missing: [{ exists: false }] }, event)).toBe(true);
      }),
    );
  });

  test("a comparison of one value and its anything-but are opposites", () => {
    const operand = fc.string({ unit: fc.constantFrom("a", "B", "*"), minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(
        fc.constantFrom("prefix", "suffix", "equals-ignore-case", "wildcard"),
        operand.filter((text) => !text.includes("**")),
        fc.string({ unit: fc.constantFrom("a", "b", "A", "B", "*"), maxLength: 5 }),
        (operator, wanted, value) => {
          const met = matches({ x: [{ [operator]: wanted }] }, { x: value });
          expect(matches({ x: [{ "anything-but": { [operator]: wanted } }] }, { x: value })).toBe(
            !met,
          );
        },
      ),
    );
  });

  test("a wildcard is the regular expression it looks like", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("a", "b", "*"), maxLength: 6 }),
        fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 8 }),
        (pattern, value) => {
          fc.pre(!pattern.includes("**"));
          const same = new RegExp(`^${pattern.replaceAll("*", ".*")}$`).test(value);
          expect(matches({ x: [{ wildcard: pattern }] }, { x: value })).toBe(same);
        },
      ),
    );
  });
});
