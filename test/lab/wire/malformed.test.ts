import { cbor } from "@smithy/core/cbor";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ServiceName } from "../../../lab/service.ts";
import { signedAs, startServer } from "./labServer.ts";

const handlers = {
  [ServiceName.CloudWatch]: { PutMetricData: () => ({}) },
  [ServiceName.DynamoDb]: { PutItem: () => ({}) },
  [ServiceName.Ec2]: { DescribeVpcs: () => ({}) },
  [ServiceName.Elbv2]: { CreateListener: () => ({}), DescribeLoadBalancers: () => ({}) },
  [ServiceName.Lambda]: { CreateFunction: () => ({}), ListFunctions: () => ({}) },
  [ServiceName.Sns]: { Publish: () => ({}) },
};

const json = { ...signedAs("dynamodb"), "x-amz-target": "DynamoDB_20120810.PutItem" };
const elbv2 = {
  ...signedAs("elasticloadbalancing"),
  "content-type": "application/x-www-form-urlencoded",
};
const ec2 = { ...elbv2, ...signedAs("ec2") };
const sns = { ...elbv2, ...signedAs("sns") };
const go = { ...signedAs("monitoring"), "smithy-protocol": "rpc-v2-cbor" };
const goPath = "/service/GraniteServiceVersion20100801/operation/PutMetricData";
const lambda = signedAs("lambda");
const lambdaPath = "/2015-03-31/functions";

const nested = "[".repeat(50_000) + "]".repeat(50_000);
const deepMember = `{"Item":{"a":${'{"L":['.repeat(20_000)}${"]}".repeat(20_000)}}}`;
const elbv2Form = (rest: string) => `Action=CreateListener&Version=2015-12-01&${rest}`;

interface Bad {
  readonly what: string;
  readonly path?: string;
  readonly headers: Record<string, string>;
  readonly body: string | Uint8Array;
  readonly code: string;
  readonly says: string;
}

// The codes are AWS's; the wordings, which AWS does not document, are the lab's.
const table: readonly Bad[] = [
  { what: "text for JSON", headers: json, body: "{", code: "SerializationException", says: "JSON" },
  {
    what: "no UTF-8",
    headers: json,
    body: new Uint8Array([0x22, 0xff, 0x22]),
    code: "SerializationException",
    says: "JSON",
  },
  {
    what: "a list for a struct",
    headers: json,
    body: "[]",
    code: "SerializationException",
    says: "$: expected a struct, found a list",
  },
  {
    what: "a number for a string",
    headers: json,
    body: '{"TableName":1}',
    code: "SerializationException",
    says: "$.TableName: expected a string, found a number",
  },
  {
    what: "a string for a boolean",
    headers: json,
    body: '{"Item":{"a":{"BOOL":"true"}}}',
    code: "SerializationException",
    says: "$.Item.a.BOOL: expected a boolean",
  },
  {
    what: "a blob that is not base64",
    headers: json,
    body: '{"Item":{"a":{"B":"%%%"}}}',
    code: "SerializationException",
    says: "$.Item.a.B: expected a blob",
  },
  {
    what: "deeply nested lists",
    headers: json,
    body: nested,
    code: "SerializationException",
    says: "",
  },
  {
    what: "a value nested too deeply",
    headers: json,
    body: deepMember,
    code: "SerializationException",
    says: "",
  },
  {
    what: "bytes that are not gzip",
    headers: { ...json, "content-encoding": "gzip" },
    body: "{}",
    code: "SerializationException",
    says: "gzip",
  },
  {
    what: "an unknown encoding",
    headers: { ...json, "content-encoding": "br" },
    body: "{}",
    code: "SerializationException",
    says: "br",
  },
  {
    what: "text for CBOR",
    path: goPath,
    headers: go,
    body: "\u{1f}text",
    code: "SerializationException",
    says: "",
  },
  {
    what: "CBOR cut short",
    path: goPath,
    headers: go,
    body: cbor.serialize({ Namespace: "shop" }).slice(0, -2),
    code: "SerializationException",
    says: "CBOR",
  },
  {
    what: "CBOR of another shape",
    path: goPath,
    headers: go,
    body: cbor.serialize({ Namespace: ["shop"] }),
    code: "SerializationException",
    says: "$.Namespace: expected a string, found a list",
  },
  {
    what: "a form without an action",
    headers: elbv2,
    body: "Version=2015-12-01",
    code: "MissingAction",
    says: "Action",
  },
  {
    what: "another version of the API",
    headers: elbv2,
    body: "Action=DescribeLoadBalancers&Version=2012-06-01",
    code: "NotImplemented",
    says: "2012-06-01",
  },
  {
    what: "a word for a number",
    headers: elbv2,
    body: elbv2Form("Port=http"),
    code: "MalformedInput",
    says: 'Port: "http" is not a number',
  },
  {
    what: "a struct for a number",
    headers: elbv2,
    body: elbv2Form("Port.member.1=80"),
    code: "MalformedInput",
    says: "Port",
  },
  {
    what: "a key without end",
    headers: elbv2,
    body: elbv2Form(`${"a.".repeat(100)}=1`),
    code: "MalformedInput",
    says: "too deep",
  },
  {
    what: "an entry without value",
    headers: sns,
    body: "Action=Publish&Version=2010-03-31&MessageAttributes.entry.1.Name=a",
    code: "MalformedInput",
    says: "MessageAttributes",
  },
  {
    what: "a word for a boolean in EC2",
    headers: ec2,
    body: "Action=DescribeVpcs&Version=2016-11-15&DryRun=perhaps",
    code: "InvalidParameterValue",
    says: "DryRun",
  },
  {
    what: "text for Lambda's JSON",
    path: lambdaPath,
    headers: lambda,
    body: "{",
    code: "SerializationException",
    says: "JSON",
  },
  {
    what: "a list of numbers for strings",
    path: lambdaPath,
    headers: lambda,
    body: '{"Layers":[1]}',
    code: "SerializationException",
    says: "$.Layers[0]: expected a string",
  },
];

async function post(endpoint: string, bad: Pick<Bad, "path" | "headers" | "body">) {
  const body = typeof bad.body === "string" ? bad.body : Buffer.from(bad.body);
  const response = await fetch(endpoint + (bad.path ?? "/"), {
    method: "POST",
    headers: bad.headers,
    body,
  });
  // Where restJson1 tells the code.
  const header = response.headers.get("x-amzn-errortype") ?? "";
  return { status: response.status, text: await response.text(), header };
}

describe("a body that is not what it should be gets AWS's error", () => {
  test.each(table)("$what: $code", async (bad) => {
    const { endpoint, lines } = await startServer(handlers);
    const { status, text, header } = await post(endpoint, bad);
    expect(status).toBe(bad.code === "NotImplemented" ? 501 : 400);
    // Quotes come escaped, in JSON and in XML each in its way.
    const plain = text.replaceAll("&#34;", '"').replaceAll('\\"', '"');
    expect(header + plain).toContain(bad.code);
    expect(plain).toContain(bad.says);
    expect(lines).toEqual([]);
  });

  test("a query parameter of another type, in the path of Lambda", async () => {
    const { endpoint } = await startServer(handlers);
    const response = await fetch(`${endpoint}${lambdaPath}?MaxItems=many`, { headers: lambda });
    expect(response.status).toBe(400);
    expect(response.headers.get("x-amzn-errortype")).toBe("SerializationException");
    expect(await response.json()).toEqual({ message: 'MaxItems: "many" is not a number' });
  });
});

test("no bytes whatever make the lab fail", async () => {
  const { endpoint, lines } = await startServer(handlers);
  const ways = [
    { headers: json },
    { headers: { ...json, "content-encoding": "gzip" } },
    { headers: elbv2 },
    { headers: ec2 },
    { headers: go, path: goPath },
    { headers: lambda, path: lambdaPath },
  ];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...ways),
      fc.oneof(
        fc.uint8Array({ maxLength: 64 }),
        fc.json().map((text) => Buffer.from(text)),
      ),
      async (way, body) => {
        const { status } = await post(endpoint, { ...way, body });
        expect([200, 201, 400]).toContain(status);
      },
    ),
    { numRuns: 300, seed: 20260314 },
  );
  expect(lines).toEqual([]);
});
