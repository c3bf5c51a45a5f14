/** In a whole lab, over the wire: rules and schedules reach functions and topics, if they may. */
import {
  CloudWatchClient,
  PutMetricAlarmCommand,
  SetAlarmStateCommand,
} from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from "@aws-sdk/client-eventbridge";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { AddPermissionCommand, CreateFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { CreateScheduleCommand, SchedulerClient } from "@aws-sdk/client-scheduler";
import {
  CreateTopicCommand,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
} from "@aws-sdk/client-sns";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startLab } from "../../../lab/lab.ts";
import type { Lab } from "../../../lab/lab.ts";
import { zipOf } from "../lambda/zipFile.ts";

const HANDLER = `export const handler = async (event) => { console.log("GOT " + JSON.stringify(event)); };`;

let lab: Lab;
const lines: string[] = [];
let config: {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
};
let functionArn = "";

beforeAll(async () => {
  lab = await startLab({
    manualClock: true,
    startAtMs: Date.parse("2026-03-14T09:26:53Z"),
    images: {},
    log: (line) => lines.push(line),
  });
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  config = { endpoint: lab.endpoint, region: "us-east-1", credentials };
  const role = await makeRole("function", "lambda.amazonaws.com");
  const made = await new LambdaClient(config).send(
    new CreateFunctionCommand({
      FunctionName: "guard",
      Runtime: "nodejs24.x",
      Role: role,
      Handler: "index.handler",
      Code: { ZipFile: zipOf({ "index.mjs": HANDLER }) },
    }),
  );
  functionArn = made.FunctionArn ?? "";
});
afterAll(() => lab.stop());

async function makeRole(name: string, service: string, action?: string): Promise<string> {
  const iam = new IAMClient(config);
  const Statement = [
    { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: service } },
  ];
  const { Role } = await iam.send(
    new CreateRoleCommand({
      RoleName: name,
      AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement }),
    }),
  );
  if (action !== undefined) {
    const allow = [{ Effect: "Allow", Action: action, Resource: "*" }];
    await iam.send(
      new PutRolePolicyCommand({
        RoleName: name,
        PolicyName: "allow",
        PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: allow }),
      }),
    );
  }
  return Role?.Arn ?? "";
}

async function advance(seconds: number): Promise<void> {
  const answer = await fetch(`${lab.endpoint}/_lab/clock`, {
    method: "POST",
    body: JSON.stringify({ advanceSeconds: seconds }),
  });
  expect(answer.status).toBe(200);
}

/** What the function got since the last time, as it logged it. */
let seen = 0;
async function received(): Promise<unknown[]> {
  await advance(0);
  const { events = [] } = await new CloudWatchLogsClient(config).send(
    new FilterLogEventsCommand({ logGroupName: "/aws/lambda/guard", filterPattern: "GOT" }),
  );
  const fresh = events.slice(seen);
  seen = events.length;
  return fresh.map(({ message = "" }) => JSON.parse(message.slice(message.indexOf("{"))));
}

test("an alarm's change reaches a function once its policy lets the rule in", async () => {
  const events = new EventBridgeClient(config);
  const cloudwatch = new CloudWatchClient(config);
  const { RuleArn } = await events.send(
    new PutRuleCommand({
      Name: "alarms",
      EventPattern: JSON.stringify({
        source: ["aws.cloudwatch"],
        detail: { state: { value: ["ALARM"] } },
      }),
    }),
  );
  await events.send(
    new PutTargetsCommand({
      Rule: "alarms",
      Targets: [
        {
          Id: "guard",
          Arn: functionArn,
          InputTransformer: {
            InputPathsMap: { name: "$.detail.alarmName", state: "$.detail.state.value" },
            InputTemplate: '{"alarm": <name>, "text": "<name> is in <state>"}',
          },
        },
      ],
    }),
  );
  await cloudwatch.send(
    new PutMetricAlarmCommand({
      AlarmName: "errors",
      Namespace: "Shop",
      MetricName: "Errors",
      Statistic: "Sum",
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: "GreaterThanThreshold",
      TreatMissingData: "ignore",
    }),
  );
  const become = (StateValue: "ALARM" | "OK"): Promise<unknown> =>
    cloudwatch.send(
      new SetAlarmStateCommand({ AlarmName: "errors", StateValue, StateReason: "drill" }),
    );
  await become("ALARM");
  await advance(60);
  expect(lines).toEqual([expect.stringMatching(/rule alarms did not reach .*AccessDenied/)]);

  await new LambdaClient(config).send(
    new AddPermissionCommand({
      FunctionName: "guard",
      StatementId: "rule",
      Action: "lambda:InvokeFunction",
      Principal: "events.amazonaws.com",
      SourceArn: RuleArn,
    }),
  );
  await become("OK");
  await become("ALARM");
  expect(await received()).toEqual([{ alarm: "errors", text: "errors is in ALARM" }]);
});

test("a schedule calls a function as its role, whose policies decide", async () => {
  const scheduler = new SchedulerClient(config);
  const RoleArn = await makeRole("powerless", "scheduler.amazonaws.com");
  const create = (Name: string, role: string): Promise<unknown> =>
    scheduler.send(
      new CreateScheduleCommand({
        Name,
        ScheduleExpression: "cron(30 9 * * ? *)",
        FlexibleTimeWindow: { Mode: "OFF" },
        Target: { Arn: functionArn, RoleArn: role, Input: JSON.stringify({ by: Name }) },
      }),
    );
  await create("denied", RoleArn);
  await create(
    "allowed",
    await makeRole("able", "scheduler.amazonaws.com", "lambda:InvokeFunction"),
  );
  await expect(create("distrusted", await makeRole("other", "ecs.amazonaws.com"))).rejects.toThrow(
    /must allow AWS EventBridge Scheduler to assume the role/,
  );
  lines.length = 0;
  await advance(3600);
  expect(await received()).toEqual([{ by: "allowed" }]);
  expect(lines).toEqual([
    expect.stringMatching(
      /denied did not reach .*AccessDenied.*assumed-role\/powerless\/.*lambda:InvokeFunction/,
    ),
  ]);
});

test("a topic takes a rule's events when its policy names EventBridge", async () => {
  const sns = new SNSClient(config);
  const { TopicArn = "" } = await sns.send(new CreateTopicCommand({ Name: "news" }));
  const lambda = new LambdaClient(config);
  await lambda.send(
    new AddPermissionCommand({
      FunctionName: "guard",
      StatementId: "topic",
      Action: "lambda:InvokeFunction",
      Principal: "sns.amazonaws.com",
      SourceArn: TopicArn,
    }),
  );
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: "lambda", Endpoint: functionArn }));
  const events = new EventBridgeClient(config);
  await events.send(new PutRuleCommand({ Name: "beat", ScheduleExpression: "rate(1 minute)" }));
  await events.send(
    new PutTargetsCommand({
      Rule: "beat",
      Targets: [{ Id: "news", Arn: TopicArn, Input: '"tick"' }],
    }),
  );
  lines.length = 0;
  await advance(60);
  expect(lines).toEqual([expect.stringMatching(/rule beat did not reach .*Authorization/)]);
  const Statement = [
    {
      Effect: "Allow",
      Principal: { Service: "events.amazonaws.com" },
      Action: "sns:Publish",
      Resource: TopicArn,
    },
  ];
  await sns.send(
    new SetTopicAttributesCommand({
      TopicArn,
      AttributeName: "Policy",
      AttributeValue: JSON.stringify({ Version: "2012-10-17", Statement }),
    }),
  );
  await advance(60);
  expect(await received()).toMatchObject([{ Records: [{ Sns: { Message: '"tick"' } }] }]);
});
