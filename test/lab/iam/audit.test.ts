/** An audit of what the guard does prints a policy that lets it do that, and nothing less will do. */
import { CloudWatchClient, DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { CreateTopicCommand, PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import * as fc from "fast-check";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { initialRecord } from "../../../guard/record.ts";
import { dynamoRecordStore } from "../../../guard/recordStore.ts";
import { elbv2Traffic } from "../../../guard/traffic.ts";
import { CloudWatch } from "../../../lab/cloudwatch/cloudwatch.ts";
import { DynamoDb } from "../../../lab/dynamodb/dynamodb.ts";
import { Elbv2 } from "../../../lab/elbv2/elbv2.ts";
import { auditRoute, IamAudit } from "../../../lab/iam/audit.ts";
import { parsePolicy } from "../../../lab/iam/document.ts";
import { evaluate } from "../../../lab/iam/evaluate.ts";
import { Iam } from "../../../lab/iam/iam.ts";
import { leastPolicy } from "../../../lab/iam/leastPolicy.ts";
import type { LeastPolicy } from "../../../lab/iam/leastPolicy.ts";
import type { LabService } from "../../../lab/service.ts";
import { Sns } from "../../../lab/sns/sns.ts";
import type { Authority } from "../../../lab/wire/dispatch.ts";
import { type TestCore, testCore } from "../fixture.ts";
import { CREDENTIALS, startServer } from "../wire/labServer.ts";

const ROLE = "checkout-guard";
const ROLE_ARN = `arn:aws:iam::000000000000:role/${ROLE}`;
const LAMBDA = "lambda.amazonaws.com";

let core: TestCore;
let iam: Iam;
let services: LabService[];

beforeEach(() => {
  core = testCore();
  iam = new Iam(core);
  const metrics = { publish: () => {} };
  const elbv2 = new Elbv2(core, metrics);
  onTestFinished(() => elbv2.stop());
  services = [
    iam,
    elbv2,
    new DynamoDb(core),
    new Sns(core, { invokeFunction: () => Promise.resolve({ ok: true }), metrics }),
    new CloudWatch(core, { perform: () => Promise.resolve({ ok: true }) }),
  ];
});

function clientsOf(endpoint: string, credentials: object) {
  const config = {
    endpoint,
    region: "us-east-1",
    credentials: { ...CREDENTIALS, ...credentials },
    maxAttempts: 1,
  };
  return {
    cloudwatch: new CloudWatchClient(config),
    dynamodb: new DynamoDBClient(config),
    elbv2: new ElasticLoadBalancingV2Client(config),
    iam: new IAMClient(config),
    sns: new SNSClient(config),
  };
}
type Clients = ReturnType<typeof clientsOf>;

interface Guarded {
  readonly listenerArn: string;
  readonly targetGroupArns: { readonly blue: string; readonly green: string };
  readonly topicArn: string;
}

/** A front of its own over the same services: who asks there is judged by `authority`. */
async function front(authority: Authority) {
  const { endpoint } = await startServer({}, { services, iam: authority });
  return {
    user: clientsOf(endpoint, {}),
    guard: clientsOf(endpoint, iam.issue(ROLE_ARN, "run", LAMBDA)),
  };
}

async function provision({ elbv2, dynamodb, iam: roles, sns }: Clients): Promise<Guarded> {
  await roles.send(
    new CreateRoleCommand({
      RoleName: ROLE,
      AssumeRolePolicyDocument: JSON.stringify({
        Version: "2012-10-17",
        Statement: {
          Effect: "Allow",
          Principal: { Service: LAMBDA },
          Action: "sts:AssumeRole",
        },
      }),
    }),
  );
  await dynamodb.send(
    new CreateTableCommand({
      TableName: "checkout-record",
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: [
        { AttributeName: "environment", KeyType: "HASH" },
        { AttributeName: "entry", KeyType: "RANGE" },
      ],
      AttributeDefinitions: [
        { AttributeName: "environment", AttributeType: "S" },
        { AttributeName: "entry", AttributeType: "S" },
      ],
    }),
  );
  await core.clock.advance(60_000);
  const { LoadBalancers } = await elbv2.send(
    new CreateLoadBalancerCommand({ Name: "checkout", Subnets: ["subnet-1", "subnet-2"] }),
  );
  const groupOf = async (slot: string): Promise<string> => {
    const { TargetGroups } = await elbv2.send(
      new CreateTargetGroupCommand({
        Name: `checkout-${slot}`,
        Protocol: "HTTP",
        Port: 8080,
        VpcId: "vpc-1",
        TargetType: "ip",
      }),
    );
    return TargetGroups?.[0]?.TargetGroupArn ?? "";
  };
  const targetGroupArns = { blue: await groupOf("blue"), green: await groupOf("green") };
  const { Listeners } = await elbv2.send(
    new CreateListenerCommand({
      LoadBalancerArn: LoadBalancers?.[0]?.LoadBalancerArn,
      Protocol: "HTTP",
      Port: 80,
      DefaultActions: [
        {
          Type: "forward",
          ForwardConfig: {
            TargetGroups: Object.values(targetGroupArns).map((TargetGroupArn) => ({
              TargetGroupArn,
              Weight: 50,
            })),
          },
        },
      ],
    }),
  );
  const { TopicArn = "" } = await sns.send(new CreateTopicCommand({ Name: "checkout" }));
  return { listenerArn: Listeners?.[0]?.ListenerArn ?? "", targetGroupArns, topicArn: TopicArn };
}

/** What the guard does in a reversion, with the guard's own code. */
async function revert(clients: Clients, guarded: Guarded): Promise<void> {
  const { cloudwatch, dynamodb, elbv2, sns } = clients;
  const store = dynamoRecordStore(dynamodb, "checkout-record", "checkout", "blue");
  const traffic = elbv2Traffic(elbv2, guarded);
  await cloudwatch.send(new DescribeAlarmsCommand({ AlarmNamePrefix: "checkout" }));
  const before = await store.read();
  await traffic.healthyTargets("blue");
  await traffic.write({ blue: 100, green: 0 }, 5000);
  expect((await traffic.read()).weights).toEqual({ blue: 100, green: 0 });
  await store.replace(before, initialRecord("checkout"));
  await sns.send(new PublishCommand({ TopicArn: guarded.topicArn, Message: "reverted" }));
}

test("the policy of an audited reversion passes when enforced, and each part of it is needed", async () => {
  const audit = new IamAudit(iam);
  const { endpoint } = await startServer({}, { services, iam: audit });
  const user = clientsOf(endpoint, {});
  const guarded = await provision(user);
  const audited = await front(audit);
  // The role has no policy at all, and the reversion goes through.
  await revert(audited.guard, guarded);

  const [role, ...others] = audit.report();
  expect(others).toEqual([]);
  expect(role?.roleName).toBe(ROLE);
  const policy = role?.policy ?? leastPolicy([]);
  const granted = policy.Statement.flatMap(({ Action, Resource }) =>
    Action.flatMap((action) => Resource.map((resource) => `${action} ${resource}`)),
  );
  expect(granted.sort()).toEqual([
    expect.stringMatching(/^cloudwatch:DescribeAlarms /),
    "dynamodb:GetItem arn:aws:dynamodb:us-east-1:000000000000:table/checkout-record",
    "dynamodb:PutItem arn:aws:dynamodb:us-east-1:000000000000:table/checkout-record",
    "elasticloadbalancing:DescribeListeners *",
    "elasticloadbalancing:DescribeTargetHealth *",
    `elasticloadbalancing:ModifyListener ${guarded.listenerArn}`,
    `sns:Publish ${guarded.topicArn}`,
  ]);
  // Without a policy enforcement would have denied all seven, in AWS's words.
  expect(role?.refused).toHaveLength(7);
  expect(role?.refused[1]).toMatchObject({
    action: "dynamodb:GetItem",
    calls: 1,
    message: expect.stringMatching(
      /^User: arn:aws:sts::000000000000:assumed-role\/checkout-guard\/run is not authorized to perform: dynamodb:GetItem on resource: \S+ because no identity-based policy allows the dynamodb:GetItem action$/,
    ),
  });

  const enforced = await front(iam);
  const put = (document: LeastPolicy) =>
    user.iam.send(
      new PutRolePolicyCommand({
        RoleName: ROLE,
        PolicyName: "revert",
        PolicyDocument: JSON.stringify(document),
      }),
    );
  for (const action of new Set(policy.Statement.flatMap((statement) => statement.Action))) {
    await put(without(policy, action));
    await expect(revert(enforced.guard, guarded), `without ${action}`).rejects.toThrow(
      `not authorized to perform: ${action} on`,
    );
  }
  await put(policy);
  await revert(enforced.guard, guarded);
});

function without(policy: LeastPolicy, action: string): LeastPolicy {
  return {
    ...policy,
    Statement: policy.Statement.map((statement) => ({
      ...statement,
      Action: statement.Action.filter((other) => other !== action),
    })).filter((statement) => statement.Action.length > 0),
  };
}

describe("the least policy", () => {
  test.each([
    [[], []],
    [["a:B x"], [[["a:B"], ["x"]]]],
    [["a:B x", "a:B x", "a:A x"], [[["a:A", "a:B"], ["x"]]]],
    [
      ["a:B y", "a:A x", "a:A y", "a:C *"],
      [
        [["a:C"], ["*"]],
        [["a:A"], ["x"]],
        [["a:A", "a:B"], ["y"]],
      ],
    ],
    [
      ["a:B y", "a:B x", "a:A y", "a:A x"],
      [
        [
          ["a:A", "a:B"],
          ["x", "y"],
        ],
      ],
    ],
  ])("of %j", (uses, expected) => {
    const parts = uses.map((use) => use.split(" "));
    const policy = leastPolicy(parts.map(([action = "", resource = ""]) => ({ action, resource })));
    expect(policy.Statement.map(({ Action, Resource }) => [Action, Resource])).toEqual(expected);
  });

  const use = fc.record({
    action: fc.constantFrom("sns:Publish", "sns:Subscribe", "sqs:SendMessage"),
    resource: fc.constantFrom("*", "arn:aws:sns:::a", "arn:aws:sns:::b", "arn:aws:sqs:::c"),
  });
  test("allows what was used and nothing else, in whatever order that was", () => {
    fc.assert(
      fc.property(fc.uniqueArray(use, { minLength: 1 }), use, (uses, other) => {
        const policy = JSON.stringify(leastPolicy(uses));
        expect(JSON.stringify(leastPolicy(uses.toReversed()))).toBe(policy);
        const documents = [parsePolicy(policy, "identity")];
        for (const { action, resource } of uses) {
          expect(evaluate(documents, action, resource, {})).toBe("allow");
        }
        // A star stands for calls without a resource, but as a pattern it matches any ARN.
        const used = uses.some(
          ({ action, resource }) =>
            action === other.action && (resource === other.resource || resource === "*"),
        );
        const decision = evaluate(documents, other.action, other.resource, {});
        expect(decision === "allow").toBe(used);
      }),
    );
  });
});

test("the report has a place of its own, and a lab that enforces says that it has none", () => {
  const audit = new IamAudit(iam);
  audit.authorize({ kind: "user", arn: "arn:aws:iam::000000000000:user/lab" }, "sns:Publish", [
    "*",
  ]);
  expect(auditRoute(audit, "GET", "/_lab/iam/audit")).toEqual({ status: 200, body: { roles: [] } });
  expect(auditRoute(undefined, "GET", "/_lab/iam/audit")).toMatchObject({
    status: 409,
    body: { error: expect.stringContaining("--iam=audit") },
  });
  expect(auditRoute(audit, "POST", "/_lab/iam/audit")).toBeUndefined();
});
