/** Conditions on tags and clusters, judged on real requests of a role. */
import { CreateServiceCommand, ECSClient } from "@aws-sdk/client-ecs";
import {
  CreateTargetGroupCommand,
  DeleteTargetGroupCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { CreateTopicCommand, PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { Elbv2 } from "../../../lab/elbv2/elbv2.ts";
import { Iam } from "../../../lab/iam/iam.ts";
import { requestConditions } from "../../../lab/iam/requestConditions.ts";
import { ServiceName } from "../../../lab/service.ts";
import { Sns } from "../../../lab/sns/sns.ts";
import { callerOf, testCore, USER } from "../fixture.ts";
import { CREDENTIALS, startServer } from "../wire/labServer.ts";

const ROLE_ARN = "arn:aws:iam::000000000000:role/checkout-guard";

let elbv2: ElasticLoadBalancingV2Client;
let sns: SNSClient;
let ecs: ECSClient;
let user: SNSClient;
/** Gives the role everything under `condition`. */
let allowWhen: (condition: object) => Promise<unknown>;

beforeEach(async () => {
  const core = testCore();
  const iam = new Iam(core);
  const metrics = { publish: () => {} };
  const balancing = new Elbv2(core, metrics);
  onTestFinished(() => balancing.stop());
  const { endpoint } = await startServer(
    {},
    {
      iam,
      services: [
        iam,
        balancing,
        new Sns(core, { invokeFunction: () => Promise.resolve({ ok: true }), metrics }),
        { name: ServiceName.Ecs, operations: { CreateService: () => ({}) } },
      ],
    },
  );
  const call = callerOf(iam);
  await call("CreateRole", {
    RoleName: "checkout-guard",
    Tags: [{ Key: "environment", Value: "checkout" }],
    AssumeRolePolicyDocument: JSON.stringify({
      Statement: {
        Effect: "Allow",
        Principal: { Service: "lambda.amazonaws.com" },
        Action: "sts:AssumeRole",
      },
    }),
  });
  allowWhen = (Condition) =>
    call("PutRolePolicy", {
      RoleName: "checkout-guard",
      PolicyName: "p",
      PolicyDocument: JSON.stringify({
        Version: "2012-10-17",
        Statement: { Effect: "Allow", Action: "*", Resource: "*", Condition },
      }),
    });
  const config = (credentials: object) => ({
    endpoint,
    region: "us-east-1",
    credentials: { ...CREDENTIALS, ...credentials },
    maxAttempts: 1,
  });
  const role = config(iam.issue(ROLE_ARN, "run", "lambda.amazonaws.com"));
  elbv2 = new ElasticLoadBalancingV2Client(role);
  sns = new SNSClient(role);
  ecs = new ECSClient(role);
  user = new SNSClient(config({}));
});

const outcome = (promise: Promise<object>): Promise<string> =>
  promise.then(
    () => "allowed",
    (error: Error) => error.name,
  );
const make = async (Name: string, Tags: { Key: string; Value: string }[]) =>
  (await user.send(new CreateTopicCommand({ Name, Tags }))).TopicArn;
const publish = (TopicArn: string | undefined) =>
  outcome(sns.send(new PublishCommand({ TopicArn, Message: "m" })));
const create = (cluster: string | undefined) =>
  outcome(ecs.send(new CreateServiceCommand({ cluster, serviceName: "s" })));
const group = (value: string) =>
  new CreateTargetGroupCommand({
    Name: `checkout-${value}`,
    Protocol: "HTTP",
    Port: 80,
    VpcId: "vpc-1",
    TargetType: "ip",
    Tags: [{ Key: "environment", Value: value }],
  });

describe("a role may", () => {
  test("tag what it makes as its policy says, and not otherwise", async () => {
    await allowWhen({ StringEquals: { "aws:RequestTag/environment": "checkout" } });
    expect(await outcome(elbv2.send(group("checkout")))).toBe("allowed");
    expect(await outcome(elbv2.send(group("search")))).toBe("AccessDenied");
    await allowWhen({ "ForAllValues:StringEquals": { "aws:TagKeys": ["environment"] } });
    expect(await outcome(elbv2.send(group("search")))).toBe("allowed");
    await allowWhen({ "ForAllValues:StringEquals": { "aws:TagKeys": ["owner"] } });
    expect(await outcome(elbv2.send(group("other")))).toBe("AccessDenied");
  });

  test("touch what carries the tag of its own environment", async () => {
    await allowWhen({});
    const arns: (string | undefined)[] = [];
    for (const value of ["checkout", "search"]) {
      const { TargetGroups } = await elbv2.send(group(value));
      arns.push(TargetGroups?.[0]?.TargetGroupArn);
    }
    await allowWhen({
      StringEquals: { "aws:ResourceTag/environment": "${aws:PrincipalTag/environment}" },
    });
    const [own, other] = arns.map(
      (TargetGroupArn) => new DeleteTargetGroupCommand({ TargetGroupArn }),
    );
    expect(await outcome(elbv2.send(own!))).toBe("allowed");
    expect(await outcome(elbv2.send(other!))).toBe("AccessDenied");
  });

  test("publish to a tagged topic only", async () => {
    const tagged = await make("a", [{ Key: "open", Value: "yes" }]);
    const plain = await make("b", []);
    await allowWhen({ StringEquals: { "aws:ResourceTag/open": "yes" } });
    expect(await publish(tagged)).toBe("allowed");
    expect(await publish(plain)).toBe("AuthorizationErrorException");
  });

  test("work in one cluster only", async () => {
    await allowWhen({
      ArnEquals: { "ecs:cluster": "arn:aws:ecs:us-east-1:000000000000:cluster/checkout" },
    });
    expect(await create("checkout")).toBe("allowed");
    expect(await create("arn:aws:ecs:us-east-1:000000000000:cluster/checkout")).toBe("allowed");
    expect(await create("search")).toBe("AccessDeniedException");
    expect(await create(undefined)).toBe("AccessDeniedException");
  });
});

test.each<[ServiceName, string, object]>([
  [ServiceName.Lambda, "ListTags", { Tags: { Team: "a" } }],
  [ServiceName.Logs, "ListTagsForResource", { tags: { Team: "a" } }],
  [ServiceName.Ecs, "ListTagsForResource", { tags: [{ key: "Team", value: "a" }] }],
  [ServiceName.DynamoDb, "ListTagsOfResource", { Tags: [{ Key: "Team", Value: "a" }] }],
  [
    ServiceName.Elbv2,
    "DescribeTags",
    { TagDescriptions: [{ Tags: [{ Key: "Team", Value: "a" }] }] },
  ],
])("tags are read as %s spells them", async (name, operation, answer) => {
  const service = { name, operations: { [operation]: () => answer } };
  const found = await requestConditions(service, {}, "arn:aws:x:::y", USER);
  expect(found).toMatchObject({ "aws:resourcetag/team": ["a"], "aws:resourcetag/": [] });
});

test("the tags of a service that cannot be asked for them stay unknown", async () => {
  const silent = { name: ServiceName.Sts, operations: {} };
  const found = await requestConditions(silent, {}, "arn:aws:x:::y", USER);
  expect(found).not.toHaveProperty(["aws:resourcetag/"]);
});

test("only PutMetricData is judged by the namespace it puts into", async () => {
  const cloudwatch = { name: ServiceName.CloudWatch, operations: {} };
  const namespaceOf = async (input: object): Promise<unknown> =>
    (await requestConditions(cloudwatch, { ...input }, "*", USER))["cloudwatch:namespace"];
  expect(await namespaceOf({ Namespace: "Backout", MetricData: [] })).toEqual(["Backout"]);
  expect(await namespaceOf({ Namespace: "Backout", MetricName: "Requests" })).toEqual([]);
});
