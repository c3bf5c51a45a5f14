/** Everything that the guard needs of AWS, over SDK clients: for its function and for the command. */
import type { ApplicationAutoScalingClient } from "@aws-sdk/client-application-auto-scaling";
import type { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { ECSClient } from "@aws-sdk/client-ecs";
import type { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { SNSClient } from "@aws-sdk/client-sns";
import { readSlotAlarms } from "./alarms.ts";
import { ecsScalableTargets } from "./autoscaling/scalableTargets.ts";
import { environmentNames } from "./names.ts";
import { isAsleep, noticeOf } from "./notices/notice.ts";
import { publish } from "./notices/topic.ts";
import { tellWebhooks, type Webhooks } from "./notices/webhooks.ts";
import { dynamoRecordStore } from "./recordStore.ts";
import { deployedIn } from "./releases.ts";
import { requestsOf } from "./requests.ts";
import type { TickPorts } from "./rollout/tick.ts";
import type { SignalPolicy } from "./signalPolicy.ts";
import { type Slot, SLOTS } from "./slot.ts";
import { ecsSlotServices } from "./slotServices.ts";
import { elbv2Traffic, type ListenerIdentity } from "./traffic.ts";

export interface GuardClients {
  readonly autoscaling: ApplicationAutoScalingClient;
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
  /** Tasks of a slot that nobody needs. @default slots are never scaled */
  readonly idleCount?: number | null;
  /** What each signal may do. @default each reverts alone */
  readonly policy?: SignalPolicy;
  /** Told beside the topic. @default none */
  readonly webhooks?: Webhooks;
}

/** @param environmentNow the environment's clock, milliseconds: on AWS the wall's */
export function connectGuard(
  clients: GuardClients,
  identity: GuardIdentity,
  environmentNow: () => number,
  log: (line: string) => void,
): TickPorts {
  const { environment, initialStable, topicArn, policy, webhooks, idleCount = null } = identity;
  const names = environmentNames(environment);
  const alarms = (slot: Slot) => readSlotAlarms(clients.cloudwatch, names, slot, policy);
  return {
    environment,
    slotOfAlarm: (name) => SLOTS.find((slot) => names.guardAlarm[slot] === name),
    traffic: elbv2Traffic(clients.elbv2, identity),
    store: dynamoRecordStore(clients.dynamodb, names.recordTable, environment, initialStable),
    alarms,
    signals: alarms,
    alarmStateOf: async (slot) => (await alarms(slot)).guard.state,
    requests: (slot, fromMs, toMs) => requestsOf(clients.cloudwatch, identity, slot, fromMs, toMs),
    releaseOf: async (slot) => (await deployedIn(clients.ecs, names))[slot].release,
    deployed: () => deployedIn(clients.ecs, names),
    ...(idleCount !== null && {
      idle: {
        count: idleCount,
        services: ecsSlotServices(clients.ecs, names),
        targets: ecsScalableTargets(clients.autoscaling, names),
      },
    }),
    notify: async (subject, reversion) => {
      const publishing = publish(clients.sns, topicArn, subject, reversion);
      const mayTell = webhooks !== undefined && !isAsleep(reversion, idleCount);
      const telling = mayTell ? tellWebhooks(noticeOf(reversion), webhooks, log) : undefined;
      // The function's process is frozen once it has answered: both end before that.
      const [published] = await Promise.allSettled([publishing, telling]);
      if (published.status === "rejected") throw published.reason;
    },
    environmentNow,
    now: () => Date.now(),
    sleep: (wallMs) => new Promise((resolve) => setTimeout(resolve, wallMs)),
    log,
  };
}
