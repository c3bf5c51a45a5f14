/** Which messages pass a filter policy: the examples of SNS's developer guide, and its refusals. */
import { describe, expect, test } from "vitest";
import type { AwsError } from "../../../lab/service.ts";
import { judge, Verdict } from "../../../lab/sns/filter.ts";
import { FilterScope, parseFilterPolicy } from "../../../lab/sns/filterPolicy.ts";

type Value = string | number | boolean | null | readonly Value[];
type Attributes = Record<string, { Type: string; Value: string }>;

/** Attributes as a publisher would send these properties. */
function attributesOf(properties: Record<string, Value>): Attributes {
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => {
      if (Array.isArray(value))
        return [name, { Type: "String.Array", Value: JSON.stringify(value) }];
      const Type = typeof value === "number" ? "Number" : "String";
      return [name, { Type, Value: String(value) }];
    }),
  );
}

const passesAttributes = (policy: object, attributes: Attributes): Verdict =>
  judge(parseFilterPolicy(JSON.stringify(policy), FilterScope.Attributes), attributes, "text");
const passesBody = (policy: object, body: unknown): Verdict => {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return judge(parseFilterPolicy(JSON.stringify(policy), FilterScope.Body), {}, text);
};

const interests = (...rules: unknown[]) => ({ customer_interests: rules });
const price = (...rules: unknown[]) => ({ price_usd: rules });

describe.each<[string, object, Record<string, Value>[], Record<string, Value>[]]>([
  [
    "exact strings",
    interests("rugby", "tennis"),
    [{ customer_interests: "rugby" }, { customer_interests: ["tennis", "golf"] }],
    [{ customer_interests: "baseball" }, { customer_interests: "Rugby" }, { other: "rugby" }],
  ],
  [
    "anything-but: one value that is not listed is enough",
    interests({ "anything-but": ["rugby", "tennis"] }),
    [{ customer_interests: "baseball" }, { customer_interests: ["rugby", "baseball"] }],
    [{ customer_interests: "rugby" }, { customer_interests: ["rugby"] }, { other: "x" }],
  ],
  [
    "anything-but a prefix",
    { event: [{ "anything-but": { prefix: "order-" } }] },
    [{ event: "data-entry" }],
    [{ event: "order-cancelled" }],
  ],
  [
    "anything-but numbers",
    price({ "anything-but": [100, 500] }),
    [{ price_usd: 101 }, { price_usd: [100, 50] }],
    [{ price_usd: 100 }],
  ],
  [
    "equals-ignore-case",
    interests({ "equals-ignore-case": "tennis" }),
    [{ customer_interests: "TENNIS" }],
    [{ customer_interests: "table tennis" }],
  ],
  [
    "cidr",
    { source_ip: [{ cidr: "10.0.0.0/24" }] },
    [{ source_ip: "10.0.0.0" }, { source_ip: "10.0.0.255" }],
    [{ source_ip: "10.1.1.0" }, { source_ip: "nowhere" }],
  ],
  [
    "prefix",
    interests({ prefix: "bas" }),
    [{ customer_interests: "baseball" }],
    [{ customer_interests: "rugby" }],
  ],
  [
    "suffix",
    interests({ suffix: "ball" }),
    [{ customer_interests: "basketball" }],
    [{ customer_interests: "ballet" }],
  ],
  [
    "a number",
    price({ numeric: ["=", 301.5] }),
    [{ price_usd: 301.5 }],
    [{ price_usd: 301 }, { price_usd: "cheap" }],
  ],
  [
    "a range",
    price({ numeric: [">", 0, "<=", 150] }),
    [{ price_usd: 1 }, { price_usd: 150 }],
    [{ price_usd: 0 }, { price_usd: 151 }],
  ],
  [
    "a key that is there",
    { store: [{ exists: true }] },
    [{ store: "fans" }],
    [{ other: "x" }, { store: "" }],
  ],
  [
    "a key that is not there",
    { store: [{ exists: false }] },
    [{ other: "x" }],
    [{ store: "fans", other: "x" }],
  ],
  [
    "every key",
    { store: ["example_corp"], event: ["order_placed"] },
    [{ store: "example_corp", event: "order_placed", more: "x" }],
    [{ store: "example_corp", event: "order_cancelled" }, { store: "example_corp" }],
  ],
  [
    "$or",
    {
      source: ["aws.cloudwatch"],
      $or: [{ metricName: ["CPUUtilization"] }, { namespace: ["AWS/EC2", "AWS/ES"] }],
    },
    [
      { source: "aws.cloudwatch", metricName: "CPUUtilization" },
      { source: "aws.cloudwatch", namespace: "AWS/ES" },
    ],
    [
      { source: "aws.cloudwatch", metricName: "ReadLatency", namespace: "AWS/S3" },
      { source: "aws.ec2", metricName: "CPUUtilization" },
    ],
  ],
  [
    "$or over one object is a property of that name",
    { $or: ["x"] },
    [{ $or: "x" }],
    [{ other: "x" }],
  ],
])("%s", (_, policy, accepted, refused) => {
  test.each(accepted)("accepts %j", (properties) => {
    expect(passesAttributes(policy, attributesOf(properties))).toBe(Verdict.Pass);
    expect(passesBody(policy, properties)).toBe(Verdict.Pass);
  });
  test.each(refused)("refuses %j", (properties) => {
    expect(passesAttributes(policy, attributesOf(properties))).toBe(Verdict.FilteredOut);
    expect(passesBody(policy, properties)).toBe(Verdict.FilteredOut);
  });
});

describe("bodies", () => {
  const nested = { detail: { state: { value: ["ALARM"] }, tags: { key: ["team"] } } };
  test.each([
    [{ detail: { state: { value: "ALARM" }, tags: [{ key: "cost" }, { key: "team" }] } }, "pass"],
    [{ detail: { state: { value: "OK" }, tags: [{ key: "team" }] } }, "filteredOut"],
    [{ detail: "ALARM" }, "filteredOut"],
    ["no JSON", "invalidBody"],
    ["[1]", "invalidBody"],
  ])("%j: %s", (body, verdict) => {
    expect(passesBody(nested, body)).toBe(verdict);
  });

  test("hold booleans and null beside strings and numbers", () => {
    expect(passesBody({ a: [true, null] }, { a: null })).toBe(Verdict.Pass);
    expect(passesBody({ a: [true] }, { a: "true" })).toBe(Verdict.FilteredOut);
  });
});

describe("attributes", () => {
  test("a message without any is filtered out, even where one must be missing", () => {
    expect(passesAttributes({ a: [{ exists: false }] }, {})).toBe(Verdict.NoAttributes);
  });

  test("a broken array is invalid; Binary values and custom types are not compared", () => {
    const broken = { a: { Type: "String.Array", Value: "[1" } };
    expect(passesAttributes({ a: [1] }, broken)).toBe(Verdict.InvalidAttributes);
    const custom = { a: { Type: "String.custom", Value: "x" } };
    expect(passesAttributes({ a: ["x"] }, custom)).toBe(Verdict.FilteredOut);
  });
});

describe("what SNS refuses", () => {
  const six = Object.fromEntries(["a", "b", "c", "d", "e", "f"].map((key) => [key, ["x"]]));
  const many = Array.from({ length: 13 }, (_, index) => index);
  test.each<[string, FilterScope, string]>([
    ["{", "MessageAttributes", "failed to parse JSON"],
    ["[]", "MessageAttributes", "must be an object"],
    ['{"a":"x"}', "MessageAttributes", '"a" must be an object or an array'],
    ['{"a":[]}', "MessageAttributes", "Empty arrays are not allowed"],
    ['{"a":{"b":["x"]}}', "MessageAttributes", "does not support nested filter policy"],
    [JSON.stringify(six), "MessageBody", "more than 5 keys"],
    [JSON.stringify({ a: many, b: many }), "MessageBody", "too complex"],
    ['{"a":[["x"]]}', "MessageBody", "Match value must be"],
    ['{"a":[{"prefix":"x","suffix":"y"}]}', "MessageBody", "Only one key allowed"],
    ['{"a":[{"prefix":1}]}', "MessageBody", "prefix match pattern must be a string"],
    ['{"a":[{"exists":"yes"}]}', "MessageBody", "must be either true or false"],
    ['{"a":[{"wildcard":"x*"}]}', "MessageBody", "Unrecognized match type wildcard"],
    ['{"a":[{"anything-but":{"suffix":"x"}}]}', "MessageBody", "Unsupported anything-but pattern"],
    ['{"a":[{"numeric":["~",1]}]}', "MessageBody", "Unrecognized numeric range operator"],
    ['{"a":[{"numeric":[">",2,"<",1]}]}', "MessageBody", "Bottom must be less than top"],
    ['{"a":[{"numeric":["<","1"]}]}', "MessageBody", "Value of < must be numeric"],
    ['{"a":[{"cidr":"10.0.0.0"}]}', "MessageBody", "Malformed CIDR"],
  ])("%s in %s: %s", (text, scope, reason) => {
    expect(() => parseFilterPolicy(text, scope)).toThrow(
      expect.objectContaining<Partial<AwsError>>({
        code: "InvalidParameterException",
        message: expect.stringContaining(reason),
      }),
    );
  });
});
