/** The AWS services that a drill reads, over the wire with the SDK's own clients, on a clock moved by hand. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CloudWatchClient,
  type MetricDataQuery,
  PutCompositeAlarmCommand,
  PutMetricAlarmCommand,
  SetAlarmStateCommand,
} from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { AddPermissionCommand, CreateFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { ManualClock } from "../../base/clock.ts";
import { environmentNames } from "../../guard/names.ts";
import { CloudWatch } from "../../lab/cloudwatch/cloudwatch.ts";
import { DynamoDb } from "../../lab/dynamodb/dynamodb.ts";
import { ProcessKeeper } from "../../lab/keeper.ts";
import { Lambda } from "../../lab/lambda/lambda.ts";
import { Logs } from "../../lab/logs/logs.ts";
import { createControlPlane } from "../../lab/server.ts";
import { arn, type LabCore } from "../../lab/service.ts";
import { zipOf } from "../lab/lambda/zipFile.ts";

export const NAMES = environmentNames("checkout");
export const GUARD_ARN = arn("lambda", `function:${NAMES.guardFunction}`);
export const ALARM_ARN = arn("cloudwatch", `alarm:${NAMES.guardAlarm.green}`);
const ALARM_PRINCIPAL = "lambda.alarms.cloudwatch.amazonaws.com";

export interface LabAws {
  readonly clock: ManualClock;
  readonly cloudwatch: CloudWatchClient;
  readonly dynamodb: DynamoDBClient;
  readonly lambda: LambdaClient;
  readonly logs: CloudWatchLogsClient;
  createFaultTable(): Promise<void>;
  /** The guard's function, with `code` as its module and, if wanted, the alarm's permission. */
  createGuard(code: string, permission: boolean): Promise<void>;
  /** The slot's alarms; the composite's actions are `actions`. */
  createAlarms(actions: readonly string[], actionsEnabled?: boolean): Promise<void>;
  /** Puts the error alarm into ALARM and lets the composite follow. */
  breach(): Promise<void>;
  /** The lab's own invocations have come back. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

export async function startLabAws(): Promise<LabAws> {
  const clock = new ManualClock(Date.parse("2026-03-14T09:26:53.000Z"));
  const directory = mkdtempSync(join(tmpdir(), "backout-aws-"));
  const keeper = new ProcessKeeper(directory);
  const endpoint = "http://127.0.0.1:1";
  const core: LabCore = { clock, id: "0123456789ab", directory, endpoint, keeper, log: () => {} };
  const pending: Promise<unknown>[] = [];
  const logs = new Logs(core);
  const lambda: Lambda = new Lambda(core, {
    logs,
    metrics: { publish: (points) => cloudwatch.publish(points) },
    credentials: {
      issue: () => ({ accessKeyId: "ASIAX", secretAccessKey: "s", sessionToken: "t" }),
      principalOf: () => undefined,
      authorize: () => ({ allowed: true }),
    },
    targets: { publish: () => ({ ok: true }) },
  });
  const cloudwatch: CloudWatch = new CloudWatch(core, {
    perform: (actionArn, event) => {
      const outcome = lambda.invokeAsync(actionArn, event, {
        principal: ALARM_PRINCIPAL,
        sourceArn: event.alarmArn,
        sourceAccount: "000000000000",
      });
      pending.push(outcome);
      return outcome;
    },
  });
  const plane = createControlPlane({
    core,
    services: [cloudwatch, new DynamoDb(core), lambda, logs],
    iam: { principalOf: () => undefined, authorize: () => ({ allowed: true }) },
  });
  const { port } = await plane.listen(0);
  const config = {
    endpoint: `http://127.0.0.1:${port}`,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
  };
  const clients = {
    cloudwatch: new CloudWatchClient(config),
    dynamodb: new DynamoDBClient(config),
    lambda: new LambdaClient(config),
    logs: new CloudWatchLogsClient(config),
  };
  return {
    clock,
    ...clients,
    async createFaultTable() {
      await clients.dynamodb.send(
        new CreateTableCommand({
          TableName: NAMES.faultTable,
          BillingMode: "PAY_PER_REQUEST",
          AttributeDefinitions: [
            { AttributeName: "slot", AttributeType: "S" },
            { AttributeName: "entry", AttributeType: "S" },
          ],
          KeySchema: [
            { AttributeName: "slot", KeyType: "HASH" },
            { AttributeName: "entry", KeyType: "RANGE" },
          ],
        }),
      );
      // A table is there at once, and of use a moment later.
      await clock.advance(60_000);
    },
    async createGuard(code, permission) {
      await clients.lambda.send(
        new CreateFunctionCommand({
          FunctionName: NAMES.guardFunction,
          Runtime: "nodejs24.x",
          Role: "arn:aws:iam::000000000000:role/checkout-guard",
          Handler: "index.handler",
          Code: { ZipFile: zipOf({ "index.mjs": code }) },
        }),
      );
      if (!permission) return;
      await clients.lambda.send(
        new AddPermissionCommand({
          FunctionName: NAMES.guardFunction,
          StatementId: "guard-alarm-green",
          Action: "lambda:InvokeFunction",
          Principal: ALARM_PRINCIPAL,
          SourceAccount: "000000000000",
          SourceArn: ALARM_ARN,
        }),
      );
    },
    async createAlarms(actions, actionsEnabled = true) {
      await clients.cloudwatch.send(
        new PutMetricAlarmCommand({
          AlarmName: NAMES.errorAlarm.green,
          ComparisonOperator: "GreaterThanThreshold",
          Threshold: 5,
          EvaluationPeriods: 3,
          DatapointsToAlarm: 2,
          TreatMissingData: "ignore",
          Metrics: [
            { Id: "rate", Expression: "100 * errors / requests", ReturnData: true },
            metric("errors", "Errors"),
            metric("requests", "Requests"),
          ],
        }),
      );
      await clients.cloudwatch.send(
        new PutMetricAlarmCommand({
          AlarmName: NAMES.unhealthyAlarm.green,
          Namespace: "Test",
          MetricName: "HealthyHostCount",
          Statistic: "Minimum",
          Period: 60,
          EvaluationPeriods: 2,
          Threshold: 1,
          ComparisonOperator: "LessThanThreshold",
          TreatMissingData: "ignore",
        }),
      );
      for (const AlarmName of [NAMES.latencyAlarm.green, NAMES.latencyRatioAlarm.green]) {
        await clients.cloudwatch.send(
          new PutMetricAlarmCommand({
            AlarmName,
            Namespace: "Test",
            MetricName: "TargetResponseTime",
            ExtendedStatistic: "p99",
            Period: 60,
            EvaluationPeriods: 1,
            Threshold: 1,
            ComparisonOperator: "GreaterThanThreshold",
            TreatMissingData: "ignore",
          }),
        );
      }
      await clients.cloudwatch.send(
        new PutCompositeAlarmCommand({
          AlarmName: NAMES.guardAlarm.green,
          AlarmRule: `ALARM("${NAMES.errorAlarm.green}") OR ALARM("${NAMES.unhealthyAlarm.green}")`,
          AlarmActions: [...actions],
          ActionsEnabled: actionsEnabled,
        }),
      );
    },
    async breach() {
      await clients.cloudwatch.send(
        new SetAlarmStateCommand({
          AlarmName: NAMES.errorAlarm.green,
          StateValue: "ALARM",
          StateReason: "test",
        }),
      );
      await clock.advance(1_000);
    },
    async settled() {
      await Promise.all(pending);
    },
    async stop() {
      for (const client of Object.values(clients)) client.destroy();
      await plane.close();
      await lambda.stop();
      await keeper.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function metric(id: string, MetricName: string): MetricDataQuery {
  return {
    Id: id,
    MetricStat: { Metric: { Namespace: "Test", MetricName }, Period: 60, Stat: "Sum" },
    ReturnData: false,
  };
}
