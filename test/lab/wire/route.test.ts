import { describe, expect, test } from "vitest";
import { ServiceName } from "../../../lab/service.ts";
import { credentialOf } from "../../../lab/wire/credential.ts";
import type { WireHead } from "../../../lab/wire/request.ts";
import { matchRoute } from "../../../lab/wire/restRoutes.ts";
import { routeOf } from "../../../lab/wire/route.ts";
import { modelOf } from "../../../lab/wire/schemas.ts";
import { signedAs } from "./labServer.ts";

function head(method: string, url: string, headers: Record<string, string> = {}): WireHead {
  const [path = "", query = ""] = url.split("?");
  return { method, path, query: new URLSearchParams(query), headers };
}

const form = { "content-type": "application/x-www-form-urlencoded; charset=utf-8" };
const cborPath = "/service/GraniteServiceVersion20100801/operation/DescribeAlarms";

describe("the protocol of a request is told by its headers", () => {
  test.each<[string, WireHead, string, string | undefined]>([
    [
      "X-Amz-Target",
      head("POST", "/", { "x-amz-target": "Logs_20140328.PutLogEvents" }),
      "awsJson",
      "logs",
    ],
    [
      "an rpcv2Cbor path",
      head("POST", cborPath, { "smithy-protocol": "rpc-v2-cbor" }),
      "rpcv2Cbor",
      "monitoring",
    ],
    [
      "a form, signed for IAM",
      head("POST", "/", { ...form, ...signedAs("iam") }),
      "awsQuery",
      "iam",
    ],
    [
      "a form, signed for EC2",
      head("POST", "/", { ...form, ...signedAs("ec2") }),
      "ec2Query",
      "ec2",
    ],
    [
      "CloudWatch's older form",
      head("POST", "/", { ...form, ...signedAs("monitoring") }),
      "awsQuery",
      "monitoring",
    ],
    [
      "a presigned GET",
      head(
        "GET",
        "/?Action=GetCallerIdentity&X-Amz-Credential=k/20260314/us-east-1/sts/aws4_request",
      ),
      "awsQuery",
      "sts",
    ],
    [
      "a plain path, signed for Lambda",
      head("GET", "/2015-03-31/functions", signedAs("lambda")),
      "restJson1",
      "lambda",
    ],
    [
      "a target that nobody has",
      head("POST", "/", { "x-amz-target": "AmazonSSM.GetParameter" }),
      "awsJson",
      undefined,
    ],
    ["a plain path, signed for S3", head("GET", "/bucket", signedAs("s3")), "restXml", "s3"],
    ["a plain path, signed for ECS", head("GET", "/", signedAs("ecs")), "restJson1", undefined],
  ])("%s", (_what, request, protocol, service) => {
    expect(routeOf(request, credentialOf(request))).toMatchObject({ protocol, service });
  });

  test.each([
    ["ssm by target", { "x-amz-target": "AmazonSSM.GetParameter", ...signedAs("ssm") }],
    ["ssm by form", { ...form, ...signedAs("ssm") }],
    ["ssm by path", signedAs("ssm")],
  ])("a service that the lab has not is named: %s", (_what, headers) => {
    const request = head("POST", "/", headers);
    expect(routeOf(request, credentialOf(request)).asked).toBe("the service ssm");
  });
});

describe("a credential", () => {
  test.each<[string, WireHead, object | undefined]>([
    [
      "in the header",
      head("GET", "/", signedAs("ecs", "AKID")),
      { accessKeyId: "AKID", service: "ecs", region: "us-east-1" },
    ],
    [
      "in the query string",
      head("GET", "/?X-Amz-Credential=K%2F20260314%2Fus-east-1%2Fsts%2Faws4_request"),
      { accessKeyId: "K", service: "sts", region: "us-east-1" },
    ],
    [
      "without a region (SigV4A)",
      head("GET", "/", {
        authorization: "AWS4-ECDSA-P256-SHA256 Credential=K/20260314/sns/aws4_request, Signature=0",
      }),
      { accessKeyId: "K", service: "sns" },
    ],
    ["missing", head("GET", "/"), undefined],
    ["of another scheme", head("GET", "/", { authorization: "Bearer K" }), undefined],
    [
      "without its scope",
      head("GET", "/", { authorization: "AWS4-HMAC-SHA256 Credential=K, Signature=0" }),
      undefined,
    ],
  ])("%s", (_what, request, credential) => {
    expect(credentialOf(request)).toEqual(credential);
  });
});

describe("a Lambda path", () => {
  const arn = "arn:aws:lambda:us-east-1:000000000000:function:checkout-guard";
  test.each<[string, string, string | undefined, object]>([
    [
      "POST",
      "/2015-03-31/functions/checkout-guard/invocations",
      "Invoke",
      { FunctionName: "checkout-guard" },
    ],
    [
      "POST",
      `/2015-03-31/functions/${encodeURIComponent(arn)}/invocations`,
      "Invoke",
      { FunctionName: arn },
    ],
    ["GET", "/2015-03-31/functions/f", "GetFunction", { FunctionName: "f" }],
    [
      "GET",
      "/2015-03-31/functions/f/configuration",
      "GetFunctionConfiguration",
      { FunctionName: "f" },
    ],
    ["GET", "/2015-03-31/functions/", "ListFunctions", {}],
    ["GET", "/2018-10-31/layers?find=LayerVersion&Arn=a", "GetLayerVersionByArn", {}],
    ["GET", "/2018-10-31/layers", "ListLayers", {}],
    [
      "DELETE",
      "/2015-03-31/functions/f/policy/statement-1",
      "RemovePermission",
      { FunctionName: "f", StatementId: "statement-1" },
    ],
    ["PATCH", "/2015-03-31/functions/f", undefined, {}],
    ["GET", "/2015-03-31/functions/%zz", undefined, {}],
    ["GET", "/nothing/here", undefined, {}],
  ])("%s %s is %s", async (method, url, operation, labels) => {
    const model = await modelOf(ServiceName.Lambda);
    // The order in which the schema lists its operations must not matter.
    const backwards = { ...model, operations: new Map([...model.operations].toReversed()) };
    for (const lambda of [model, backwards]) {
      const match = matchRoute(lambda, head(method, url));
      expect(match?.operation.name).toBe(operation);
      expect(Object.fromEntries(match?.labels ?? [])).toEqual(labels);
    }
  });
});
