/** Everything that the guard needs of AWS, over SDK clients: for its function and for the command. */
import type { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { ECSClient } from "@aws-sdk/client-ecs";
import type { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { PublishCommand, type SNSClient } from "@aws-sdk/client-sns";
import { readSlotAlarms } from "./alarms.ts";
import { environmentNames } from "./names.ts";
import { dynamoRecordStore } from "./recordStore.ts";
import { releasesOf } from "./releases.ts";
import { requestsOf } from "./requests.ts";
import type { TickPorts } from "./rollout/tick.ts";
import { type Slot, SLOTS } from "./slot.ts";
import { elbv2Traffic, type ListenerIdentity } from "./traffic.ts";

export interface GuardClients {
  readonly cloudwatch: CloudWatchClient;
  readonly dynamodb: DynamoDBClient;
  readonly ecs: ECSClient;
  readonly elbv2: ElasticLoadBalancingV2Client;
  readonly sns: SNSClient;
}

export interface GuardIdentity extends ListenerIdentity {
  readonly environment: string;
  readonly initialStable: Slot;
  readonly topicArn: string;
}

/** Wall milliseconds: people are told quickly or not at all, and nothing waits for it. */
const NOTIFY_TIMEOUT_MS = 2_000;

/** @param environmentNow the environment's clock, milliseconds: on AWS the wall's */
export function connectGuard(
  clients: GuardClients,
  identity: GuardIdentity,
  environmentNow: () => number,
  log: (line: string) => void,
): TickPorts {
  const { environment, initialStable, topicArn } = identity;
  const names = environmentNames(environment);
  const alarms = (slot: Slot) => readSlotAlarms(clients.cloudwatch, names, slot);
  return {
    environment,
    slotOfAlarm: (name) => SLOTS.find((slot) => names.guardAlarm[slot] === name),
    traffic: elbv2Traffic(clients.elbv2, identity),
    store: dynamoRecordStore(clients.dynamodb, names.recordTable, environment, initialStable),
    alarms,
    alarmStateOf: async (slot) => (await alarms(slot)).guard.state,
    requests: (slot, fromMs, toMs) => requestsOf(clients.cloudwatch, identity, slot, fromMs, toMs),
    releaseOf: async (slot) => (await releasesOf(clients.ecs, names))[slot],
    notify: async (subject, reversion) => {
      await clients.sns.send(
        new PublishCommand({
          TopicArn: topicArn,
          Subject: subject,
          Message: JSON.stringify(reversion, null, 2),
        }),
        { abortSignal: AbortSignal.timeout(NOTIFY_TIMEOUT_MS) },
      );
    },
    environmentNow,
    now: () => Date.now(),
    sleep: (wallMs) => new Promise((resolve) => setTimeout(resolve, wallMs)),
    log,
  };
}
