import { ApplicationAutoScalingClient } from "@aws-sdk/client-application-auto-scaling";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { EC2Client } from "@aws-sdk/client-ec2";
import { ECSClient } from "@aws-sdk/client-ecs";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { IAMClient } from "@aws-sdk/client-iam";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { S3Client } from "@aws-sdk/client-s3";
import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { SNSClient } from "@aws-sdk/client-sns";
import { STSClient } from "@aws-sdk/client-sts";
import { describe, expect, test } from "vitest";
import { ServiceName } from "../../../lab/service.ts";
import type { Shape } from "../../../lab/wire/schemas.ts";
import { kindOf, membersOf, modelOf } from "../../../lab/wire/schemas.ts";
import { factsOf, iamActionOf } from "../../../lab/wire/services.ts";

// What the wire takes from the SDK is not promised by it: these tests say which part, and fail
// when a new version of a client changes it.
const config = { region: "us-east-1", credentials: { accessKeyId: "a", secretAccessKey: "b" } };
const clients = {
  [ServiceName.AutoScaling]: new ApplicationAutoScalingClient(config),
  [ServiceName.CloudWatch]: new CloudWatchClient(config),
  [ServiceName.DynamoDb]: new DynamoDBClient(config),
  [ServiceName.Ec2]: new EC2Client(config),
  [ServiceName.Ecs]: new ECSClient(config),
  [ServiceName.Elbv2]: new ElasticLoadBalancingV2Client(config),
  [ServiceName.Events]: new EventBridgeClient(config),
  [ServiceName.Iam]: new IAMClient(config),
  [ServiceName.Lambda]: new LambdaClient(config),
  [ServiceName.Logs]: new CloudWatchLogsClient(config),
  [ServiceName.S3]: new S3Client(config),
  [ServiceName.Scheduler]: new SchedulerClient(config),
  [ServiceName.Sns]: new SNSClient(config),
  [ServiceName.Sts]: new STSClient(config),
};

describe.each(Object.values(ServiceName))("the facts of %s", (name) => {
  test("are those of its SDK client", () => {
    const facts = factsOf(name);
    const { protocolSettings, defaultSigningName } = clients[name].config;
    expect(defaultSigningName).toBe(name);
    expect({
      version: facts.version,
      target: facts.target,
      xmlNamespace: facts.xmlNamespace,
      queryCompatible: facts.queryCompatible,
    }).toEqual({
      version: protocolSettings?.["version"],
      target: protocolSettings?.["serviceTarget"],
      xmlNamespace: protocolSettings?.["xmlNamespace"] ?? "",
      queryCompatible: protocolSettings?.["awsQueryCompatible"] ?? false,
    });
  });

  test("its model has every operation that the client has a command for", async () => {
    const exported = Object.keys(await factsOf(name).importClient());
    const commands = exported.filter((key) => /^[A-Z].*Command$/.test(key) && key !== "$Command");
    const model = await modelOf(name);
    const operations = [...model.operations.keys()].map((operation) => `${operation}Command`);
    expect(operations.sort()).toEqual(commands.sort());
  });
});

test("an operation has its input, output and members by their kinds", async () => {
  const model = await modelOf(ServiceName.Elbv2);
  const create = model.operations.get("CreateTargetGroup");
  const kinds = Object.fromEntries(
    membersOf(create!.input).map(([name, shape]) => [name, kindOf(shape)]),
  );
  expect(kinds).toMatchObject({
    Name: "string",
    Port: "number",
    HealthCheckEnabled: "boolean",
    Matcher: "struct",
    Tags: "list",
  });
  expect(membersOf(create!.output).map(([name]) => name)).toEqual(["TargetGroups"]);
});

test("an error has its wire code and status from its traits", async () => {
  const elbv2 = await modelOf(ServiceName.Elbv2);
  expect(elbv2.errors.get("TargetGroupNotFoundException")).toMatchObject({
    id: "com.amazonaws.elasticloadbalancingv2#TargetGroupNotFoundException",
    fault: "client",
    queryCode: "TargetGroupNotFound",
    status: 400,
  });
  expect(elbv2.errors.get("TargetGroupNotFound")?.name).toBe("TargetGroupNotFoundException");
  const lambda = await modelOf(ServiceName.Lambda);
  expect(lambda.errors.get("ServiceException")).toMatchObject({ fault: "server", status: 500 });
});

test("no error has one status in the query protocol and another in the rest", async () => {
  for (const name of Object.values(ServiceName)) {
    for (const error of (await modelOf(name)).errors.values()) {
      const { awsQueryError = ["", error.status] } = error.shape.getMergedTraits();
      expect(awsQueryError).toEqual([expect.any(String), error.status]);
    }
  }
});

const S3_HAS = [
  "httpPrefixHeaders",
  "timestamp format",
  "xmlAttribute",
  "xmlFlattened",
  "xmlNamespace",
];

test("no service uses what the codecs leave out", async () => {
  for (const name of Object.values(ServiceName)) {
    const model = await modelOf(name);
    const left = new Set<string>();
    const seen = new Set<unknown>();
    const visit = (shape: Shape): void => {
      const traits = shape.getMergedTraits();
      for (const trait of ["sparse", "jsonName", "xmlFlattened", "xmlAttribute", "xmlNamespace"]) {
        if (Object.hasOwn(traits, trait)) left.add(trait);
      }
      for (const trait of ["httpPrefixHeaders", "httpQueryParams", "timestampFormat"]) {
        if (Object.hasOwn(traits, trait)) left.add(trait);
      }
      if (shape.isBigIntegerSchema() || shape.isBigDecimalSchema()) left.add("big number");
      const schema = shape.getSchema();
      if (shape.isTimestampSchema() && schema !== 4) left.add("timestamp format");
      if (typeof schema === "object") {
        if (seen.has(schema)) return;
        seen.add(schema);
      }
      for (const [, member] of membersOf(shape)) visit(member);
      if (shape.isListSchema() || shape.isMapSchema()) visit(shape.getValueSchema());
    };
    for (const operation of model.operations.values()) {
      visit(operation.input);
      visit(operation.output);
    }
    // Those of operations that the lab has, S3's own codec knows; attributes are in access lists alone.
    const known = name === ServiceName.S3 ? S3_HAS : [];
    expect({ name, left: [...left].sort() }).toEqual({ name, left: known });
  }
});

test.each([
  [ServiceName.Elbv2, "ModifyListener", "elasticloadbalancing:ModifyListener"],
  [ServiceName.CloudWatch, "PutMetricData", "cloudwatch:PutMetricData"],
  [ServiceName.Lambda, "Invoke", "lambda:InvokeFunction"],
  [ServiceName.Lambda, "GetFunction", "lambda:GetFunction"],
  [ServiceName.DynamoDb, "PutItem", "dynamodb:PutItem"],
])("the IAM action of %s %s is %s", (service, operation, action) => {
  expect(iamActionOf(service, operation)).toBe(action);
});
