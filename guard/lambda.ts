/** The guard as a Lambda function: settings from the environment, SDK clients, one handler. */
import { CloudWatchClient, DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { z } from "zod";
import { type GuardPorts, handleAlarm } from "./handle.ts";
import { environmentNames } from "./names.ts";
import { dynamoRecordStore } from "./recordStore.ts";
import type { Reversion } from "./reversion.ts";
import { SLOTS } from "./slot.ts";
import { elbv2Traffic } from "./traffic.ts";

/** What the reversion function is told; the component `ReversionFunction` sets exactly these. */
const settingsSchema = z.object({
  BACKOUT_ENVIRONMENT: z.string(),
  BACKOUT_INITIAL_STABLE: z.enum(["blue", "green"]),
  BACKOUT_LISTENER_ARN: z.string(),
  BACKOUT_BLUE_TARGET_GROUP_ARN: z.string(),
  BACKOUT_GREEN_TARGET_GROUP_ARN: z.string(),
  BACKOUT_TOPIC_ARN: z.string(),
});

function connect(): { readonly ports: GuardPorts; readonly close: () => void } {
  const settings = settingsSchema.parse(process.env);
  const environment = settings.BACKOUT_ENVIRONMENT;
  const names = environmentNames(environment);
  // One attempt each: the guard itself decides what to try again, and how long it may take.
  const elbv2 = new ElasticLoadBalancingV2Client({ maxAttempts: 1 });
  const sns = new SNSClient({ maxAttempts: 1 });
  const dynamo = new DynamoDBClient({ maxAttempts: 1 });
  const cloudwatch = new CloudWatchClient({ maxAttempts: 1 });
  const ports: GuardPorts = {
    environment,
    slotOfAlarm: (name) => SLOTS.find((slot) => names.guardAlarm[slot] === name),
    traffic: elbv2Traffic(elbv2, {
      listenerArn: settings.BACKOUT_LISTENER_ARN,
      targetGroupArns: {
        blue: settings.BACKOUT_BLUE_TARGET_GROUP_ARN,
        green: settings.BACKOUT_GREEN_TARGET_GROUP_ARN,
      },
    }),
    store: dynamoRecordStore(
      dynamo,
      names.recordTable,
      environment,
      settings.BACKOUT_INITIAL_STABLE,
    ),
    alarmStateOf: async (slot) => {
      const { CompositeAlarms } = await cloudwatch.send(
        new DescribeAlarmsCommand({
          AlarmNames: [names.guardAlarm[slot]],
          AlarmTypes: ["CompositeAlarm"],
        }),
      );
      return CompositeAlarms?.[0]?.StateValue ?? "missing";
    },
    notify: async (subject: string, reversion: Reversion) => {
      await sns.send(
        new PublishCommand({
          TopicArn: settings.BACKOUT_TOPIC_ARN,
          Subject: subject,
          Message: JSON.stringify(reversion, null, 2),
        }),
        { abortSignal: AbortSignal.timeout(2_000) },
      );
    },
    now: () => Date.now(),
    sleep: (wallMs) => new Promise((resolve) => setTimeout(resolve, wallMs)),
    log: (line) => console.log(line),
  };
  const close = (): void => {
    for (const client of [elbv2, sns, dynamo, cloudwatch]) client.destroy();
  };
  return { ports, close };
}

/** @throws always when BACKOUT_REHEARSED_FAILURE is `throw`: the proof that a drill can fail. */
export async function handler(event: unknown): Promise<Reversion> {
  if (process.env["BACKOUT_REHEARSED_FAILURE"] === "throw") {
    throw new Error(
      "the guard's handler throws: this environment was provisioned to rehearse that",
    );
  }
  // New connections every time: a warm environment is frozen between two events, its idle
  // connections are closed meanwhile, and writing to one fails (EPIPE). Each call has one attempt, so
  // that would cost the reversion the minute until Lambda calls again.
  const { ports, close } = connect();
  try {
    return await handleAlarm(event, ports);
  } finally {
    close();
  }
}
