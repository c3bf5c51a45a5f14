import { DescribeAlarmsCommand, CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { DescribeVpcsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { DescribeServicesCommand, ECSClient } from "@aws-sdk/client-ecs";
import {
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { GetFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { describe, expect, test } from "vitest";
import { AwsError, ServiceName } from "../../../lab/service.ts";
import type { Principal } from "../../../lab/service.ts";
import { CREDENTIALS, startServer } from "./labServer.ts";
import type { Handlers } from "./labServer.ts";

interface Config {
  readonly region: string;
  readonly endpoint: string;
  readonly credentials: typeof CREDENTIALS & { sessionToken?: string };
  readonly maxAttempts: number;
}

/** One call per protocol, through the real client. */
const calls = {
  [ServiceName.Elbv2]: {
    operation: "DescribeTargetGroups",
    send: (config: Config) =>
      new ElasticLoadBalancingV2Client(config).send(new DescribeTargetGroupsCommand({})),
  },
  [ServiceName.Ec2]: {
    operation: "DescribeVpcs",
    send: (config: Config) => new EC2Client(config).send(new DescribeVpcsCommand({})),
  },
  [ServiceName.CloudWatch]: {
    operation: "DescribeAlarms",
    send: (config: Config) => new CloudWatchClient(config).send(new DescribeAlarmsCommand({})),
  },
  [ServiceName.DynamoDb]: {
    operation: "PutItem",
    send: (config: Config) =>
      new DynamoDBClient(config).send(
        new PutItemCommand({ TableName: "t", Item: { environment: { S: "checkout" } } }),
      ),
  },
  [ServiceName.Ecs]: {
    operation: "DescribeServices",
    send: (config: Config) =>
      new ECSClient(config).send(new DescribeServicesCommand({ services: ["s"] })),
  },
  [ServiceName.Lambda]: {
    operation: "GetFunction",
    send: (config: Config) =>
      new LambdaClient(config).send(new GetFunctionCommand({ FunctionName: "f" })),
  },
  [ServiceName.Sns]: {
    operation: "Publish",
    send: (config: Config) => new SNSClient(config).send(new PublishCommand({ Message: "m" })),
  },
};
type Called = keyof typeof calls;

function as(endpoint: string, accessKeyId = "test", sessionToken?: string): Config {
  const session = sessionToken === undefined ? {} : { sessionToken };
  const credentials = { ...CREDENTIALS, accessKeyId, ...session };
  return { region: "us-east-1", endpoint, credentials, maxAttempts: 1 };
}

/** What a client throws, in the words of the SDK. */
async function thrown(promise: Promise<unknown>): Promise<object> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Error);
  return error ?? {};
}

function failing(service: Called, error: Error): Handlers {
  return {
    [service]: {
      [calls[service].operation]: () => {
        throw error;
      },
    },
  };
}

describe("what a handler throws reaches the client as the SDK's own error", () => {
  test.each<[Called, AwsError, object]>([
    [
      ServiceName.Elbv2,
      new AwsError("TargetGroupNotFoundException", "One or more target groups not found"),
      { name: "TargetGroupNotFoundException", Code: "TargetGroupNotFound" },
    ],
    [
      ServiceName.Elbv2,
      new AwsError("TargetGroupNotFound", "One or more target groups not found"),
      { name: "TargetGroupNotFoundException", Code: "TargetGroupNotFound" },
    ],
    [
      ServiceName.Elbv2,
      new AwsError("ValidationError", "A listener needs <a port> & \r\n more"),
      { name: "ValidationError" },
    ],
    [
      ServiceName.Ec2,
      new AwsError("InvalidVpcID.NotFound", "The vpc ID 'vpc-1' does not exist"),
      { name: "InvalidVpcID.NotFound" },
    ],
    [
      ServiceName.CloudWatch,
      new AwsError("ResourceNotFound", "No such alarm"),
      { name: "ResourceNotFound", Code: "ResourceNotFound", $metadata: { httpStatusCode: 404 } },
    ],
    [
      ServiceName.DynamoDb,
      new AwsError("ConditionalCheckFailedException", "The conditional request failed", 400, {
        Item: { environment: { S: "checkout" } },
      }),
      { name: "ConditionalCheckFailedException", Item: { environment: { S: "checkout" } } },
    ],
    [
      ServiceName.Ecs,
      new AwsError("ClusterNotFoundException", "Cluster not found."),
      { name: "ClusterNotFoundException", $metadata: { httpStatusCode: 400 } },
    ],
    [
      ServiceName.Lambda,
      new AwsError("ResourceNotFoundException", "Function not found", 404, { Type: "User" }),
      { name: "ResourceNotFoundException", Type: "User", $metadata: { httpStatusCode: 404 } },
    ],
    [
      ServiceName.Lambda,
      new AwsError("TooManyRequestsException", "Rate Exceeded.", 429, { retryAfterSeconds: "1" }),
      { name: "TooManyRequestsException", $metadata: { httpStatusCode: 429 } },
    ],
    [
      ServiceName.Sns,
      new AwsError("NotFoundException", "Topic does not exist"),
      { name: "NotFoundException", Code: "NotFound", $metadata: { httpStatusCode: 404 } },
    ],
  ])("%s: %s", async (service, error, expected) => {
    const { endpoint } = await startServer(failing(service, error));
    const found = await thrown(calls[service].send(as(endpoint)));
    expect(found).toMatchObject({ ...expected, message: error.message });
  });
});

const everyService: Called[] = [
  ServiceName.Elbv2,
  ServiceName.Ec2,
  ServiceName.CloudWatch,
  ServiceName.DynamoDb,
  ServiceName.Ecs,
  ServiceName.Lambda,
  ServiceName.Sns,
];

describe.each(everyService)("%s", (service) => {
  const { operation, send } = calls[service];

  test("an operation without a handler answers 501 and names itself", async () => {
    const { endpoint } = await startServer({});
    expect(await thrown(send(as(endpoint)))).toMatchObject({
      name: "NotImplemented",
      message: expect.stringContaining(operation),
      $metadata: { httpStatusCode: 501 },
    });
  });

  test("a handler that fails for another reason answers InternalFailure and is logged", async () => {
    const { endpoint, lines } = await startServer(failing(service, new Error("out of cheese")));
    expect(await thrown(send(as(endpoint)))).toMatchObject({
      name: "InternalFailure",
      message: "The lab failed: out of cheese",
      $metadata: { httpStatusCode: 500 },
    });
    expect(lines).toEqual([expect.stringContaining("out of cheese")]);
  });

  test("keys of a real account are refused before anything happens", async () => {
    const { endpoint } = await startServer(failing(service, new Error("reached the handler")));
    for (const key of ["AKIAIOSFODNN7EXAMPLE", "ASIAIOSFODNN7EXAMPLE"]) {
      expect(await thrown(send(as(endpoint, key)))).toMatchObject({
        name: "UnrecognizedClientException",
        message: expect.stringContaining("nothing was done"),
      });
    }
  });
});

const role: Principal = {
  kind: "role",
  arn: "arn:aws:sts::000000000000:assumed-role/checkout-guard/run",
  roleName: "checkout-guard",
};

describe("a role without the permission", () => {
  test.each<[Called, string, string, number]>([
    [ServiceName.Elbv2, "elasticloadbalancing:DescribeTargetGroups", "AccessDenied", 403],
    [ServiceName.Ec2, "ec2:DescribeVpcs", "UnauthorizedOperation", 403],
    [ServiceName.CloudWatch, "cloudwatch:DescribeAlarms", "AccessDenied", 403],
    [ServiceName.DynamoDb, "dynamodb:PutItem", "AccessDeniedException", 400],
    [ServiceName.Ecs, "ecs:DescribeServices", "AccessDeniedException", 403],
    [ServiceName.Lambda, "lambda:GetFunction", "AccessDeniedException", 403],
    [ServiceName.Sns, "sns:Publish", "AuthorizationErrorException", 403],
  ])("of %s is told so: %s, %s", async (service, action, name, status) => {
    const { endpoint } = await startServer(failing(service, new Error("reached the handler")), {
      iam: {
        principalOf: () => role,
        authorize: (principal, asked, resources) => ({
          allowed: false,
          message: `${principal.arn} may not ${asked} on ${resources.join()}`,
        }),
      },
    });
    expect(await thrown(calls[service].send(as(endpoint)))).toMatchObject({
      name,
      message: `${role.arn} may not ${action} on *`,
      $metadata: { httpStatusCode: status },
    });
  });
});

describe("a session that has ended does not go on as the lab's user", () => {
  test.each<[Called, string, number]>([
    [ServiceName.Elbv2, "InvalidClientTokenId", 403],
    [ServiceName.Ec2, "AuthFailure", 401],
    [ServiceName.DynamoDb, "UnrecognizedClientException", 400],
    [ServiceName.Lambda, "UnrecognizedClientException", 403],
  ])("%s: %s", async (service, name, status) => {
    const { endpoint } = await startServer(failing(service, new Error("reached the handler")));
    for (const token of ["token", undefined]) {
      const error = await thrown(calls[service].send(as(endpoint, "LABR1", token)));
      expect(error).toMatchObject({ name, $metadata: { httpStatusCode: status } });
    }
  });

  test("a session token that is left over in the surroundings does no harm", async () => {
    const { endpoint } = await startServer(
      failing(ServiceName.Sns, new AwsError("NotFoundException", "reached the handler")),
    );
    const error = await thrown(calls[ServiceName.Sns].send(as(endpoint, "test", "left over")));
    expect(error).toMatchObject({ message: "reached the handler" });
  });
});
