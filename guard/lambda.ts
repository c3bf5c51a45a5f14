/** The guard as a Lambda function: settings from the environment, SDK clients, one handler. */
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ECSClient } from "@aws-sdk/client-ecs";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { SNSClient } from "@aws-sdk/client-sns";
import { z } from "zod";
import { connectGuard, type GuardClients } from "./connect.ts";
import { handleAlarm } from "./handle.ts";
import { handleSentinel } from "./handleSentinel.ts";
import type { Reversion } from "./reversion.ts";
import { tick } from "./rollout/tick.ts";
import { SENTINEL_SOURCE } from "./sentinelEvent.ts";

/** What the reversion function is told; the component `ReversionFunction` sets exactly these. */
const settingsSchema = z
  .object({
    BACKOUT_ENVIRONMENT: z.string(),
    BACKOUT_INITIAL_STABLE: z.enum(["blue", "green"]),
    BACKOUT_LISTENER_ARN: z.string(),
    BACKOUT_BLUE_TARGET_GROUP_ARN: z.string(),
    BACKOUT_GREEN_TARGET_GROUP_ARN: z.string(),
    BACKOUT_TOPIC_ARN: z.string(),
  })
  .transform((settings) => ({
    environment: settings.BACKOUT_ENVIRONMENT,
    initialStable: settings.BACKOUT_INITIAL_STABLE,
    listenerArn: settings.BACKOUT_LISTENER_ARN,
    targetGroupArns: {
      blue: settings.BACKOUT_BLUE_TARGET_GROUP_ARN,
      green: settings.BACKOUT_GREEN_TARGET_GROUP_ARN,
    },
    topicArn: settings.BACKOUT_TOPIC_ARN,
  }));

/** What EventBridge sends at every minute of a scheduled rule ("Events from AWS services"). */
const scheduledEventSchema = z.object({
  source: z.literal("aws.events"),
  /** When the rule fired: the environment's clock, also where the function's wall is another. */
  time: z.iso.datetime(),
});

const fromSentinelSchema = z.object({ source: z.literal(SENTINEL_SOURCE) });

/** One attempt each: the guard itself decides what to try again, and how long it may take. */
function connectClients(): GuardClients {
  const once = { maxAttempts: 1 };
  return {
    cloudwatch: new CloudWatchClient(once),
    dynamodb: new DynamoDBClient(once),
    ecs: new ECSClient(once),
    elbv2: new ElasticLoadBalancingV2Client(once),
    sns: new SNSClient(once),
  };
}

/**
 * Called by the slots' alarms, by the candidate's sentinel, and every minute by a schedule: that
 * reconciles what an event missed and takes a rollout's next step.
 *
 * @throws always when BACKOUT_REHEARSED_FAILURE is `throw`: the proof that a drill can fail
 */
export async function handler(event: unknown): Promise<Reversion | null> {
  if (process.env["BACKOUT_REHEARSED_FAILURE"] === "throw") {
    throw new Error(
      "the guard's handler throws: this environment was provisioned to rehearse that",
    );
  }
  // New connections every time: a warm environment is frozen between two events, its idle
  // connections are closed meanwhile, and writing to one fails (EPIPE). Each call has one attempt, so
  // that would cost the reversion the minute until Lambda calls again.
  const clients = connectClients();
  const scheduled = scheduledEventSchema.safeParse(event).data;
  const now = scheduled ? () => Date.parse(scheduled.time) : Date.now;
  const ports = connectGuard(clients, settingsSchema.parse(process.env), now, (line) =>
    console.log(line),
  );
  try {
    if (scheduled) return (await tick(ports)).reversion;
    const handle = fromSentinelSchema.safeParse(event).success ? handleSentinel : handleAlarm;
    return await handle(event, ports);
  } finally {
    for (const client of Object.values(clients)) client.destroy();
  }
}
