/** What faults change around a slot's tasks, over AWS SDK clients. */
import {
  type CloudWatchClient,
  DescribeAlarmHistoryCommand,
  PutMetricDataCommand,
  SetAlarmStateCommand,
} from "@aws-sdk/client-cloudwatch";
import {
  DescribeTasksCommand,
  type ECSClient,
  ListTasksCommand,
  StopTaskCommand,
} from "@aws-sdk/client-ecs";
import {
  DescribeTargetGroupsCommand,
  type ElasticLoadBalancingV2Client,
  ModifyTargetGroupCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { IAMClient } from "@aws-sdk/client-iam";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import type { LocatedEnvironment } from "../../guard/environment.ts";
import { FAST_METRIC, FAST_NAMESPACE, fastDimensions } from "../../guard/names.ts";
import type { Slot } from "../../guard/slot.ts";
import { connectExperiments } from "./connectExperiments.ts";
import { connectMachinery } from "./connectMachinery.ts";
import type { ApiFaults, Outside } from "./outside.ts";

interface OutsideClients {
  readonly cloudwatch: CloudWatchClient;
  readonly ecs: ECSClient;
  readonly elbv2: ElasticLoadBalancingV2Client;
  readonly iam: IAMClient;
  readonly lambda: LambdaClient;
}

export function connectOutside(
  { cloudwatch, ecs, elbv2, iam, lambda }: OutsideClients,
  environment: Pick<LocatedEnvironment, "name" | "names" | "targetGroupArns">,
  apiFaults: ApiFaults | undefined,
): Outside {
  const { names, targetGroupArns } = environment;
  return {
    target: apiFaults ? "lab" : "aws",
    guardRole: names.guardFunction,
    machinery: connectMachinery({ cloudwatch, iam, lambda }, names),
    apiFaults,
    experiments: apiFaults ? undefined : connectExperiments(lambda.config),

    async setAlarmState(AlarmName, StateValue, StateReason) {
      await cloudwatch.send(new SetAlarmStateCommand({ AlarmName, StateValue, StateReason }));
    },

    async wentToAlarmBy(AlarmName, mark, sinceMs) {
      const { AlarmHistoryItems } = await cloudwatch.send(
        new DescribeAlarmHistoryCommand({
          AlarmName,
          HistoryItemType: "StateUpdate",
          // Start dates have whole seconds on the wire of some protocols: ask for one more.
          StartDate: new Date(sinceMs - 1000),
          ScanBy: "TimestampAscending",
        }),
      );
      return (AlarmHistoryItems ?? []).some(
        ({ HistorySummary = "", HistoryData = "" }) =>
          HistorySummary.endsWith("to ALARM") && HistoryData.includes(mark),
      );
    },

    async putFailedRequests(slot, count) {
      const dimensions = Object.entries(fastDimensions(environment.name, slot));
      const datum = (MetricName: string) => ({
        MetricName,
        Dimensions: dimensions.map(([Name, Value]) => ({ Name, Value })),
        StorageResolution: 1,
        Unit: "Count" as const,
        Value: count,
      });
      await cloudwatch.send(
        new PutMetricDataCommand({
          Namespace: FAST_NAMESPACE,
          MetricData: [datum(FAST_METRIC.requests), datum(FAST_METRIC.errors)],
        }),
      );
    },

    runningTasks: (slot) => runningTasks(ecs, names.cluster, names.service[slot]),

    async stopTask(task, reason) {
      await ecs.send(new StopTaskCommand({ cluster: names.cluster, task, reason }));
    },

    async healthCheck(slot) {
      const TargetGroupArns = [targetGroupArns[slot]];
      const { TargetGroups } = await elbv2.send(
        new DescribeTargetGroupsCommand({ TargetGroupArns }),
      );
      const group = TargetGroups?.[0];
      return {
        matcher: group?.Matcher?.HttpCode ?? "200",
        intervalSeconds: group?.HealthCheckIntervalSeconds ?? 30,
        timeoutSeconds: group?.HealthCheckTimeoutSeconds ?? 5,
        unhealthyThreshold: group?.UnhealthyThresholdCount ?? 2,
      };
    },

    async setMatcher(slot: Slot, HttpCode) {
      const TargetGroupArn = targetGroupArns[slot];
      await elbv2.send(new ModifyTargetGroupCommand({ TargetGroupArn, Matcher: { HttpCode } }));
    },
  };
}

/** DescribeTasks takes at most 100 tasks a call, and ListTasks gives as many. */
async function runningTasks(
  ecs: ECSClient,
  cluster: string,
  serviceName: string,
): Promise<string[]> {
  const running: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = await ecs.send(
      new ListTasksCommand({ cluster, serviceName, ...(nextToken ? { nextToken } : {}) }),
    );
    nextToken = page.nextToken;
    const tasks = page.taskArns ?? [];
    if (tasks.length === 0) continue;
    const described = await ecs.send(new DescribeTasksCommand({ cluster, tasks }));
    for (const { taskArn, lastStatus } of described.tasks ?? []) {
      // One that is still starting is not stopped: ECS takes that for a failed start, and waits.
      if (taskArn && lastStatus === "RUNNING") running.push(taskArn);
    }
  } while (nextToken);
  return running;
}
