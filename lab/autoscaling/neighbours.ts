/** Application Auto Scaling's neighbours in the lab, called as its service-linked role calls them. */
import type {
  DescribeAlarmsOutput,
  GetMetricStatisticsInput,
  GetMetricStatisticsOutput,
  MetricAlarm,
} from "@aws-sdk/client-cloudwatch";
import type { DescribeServicesResponse } from "@aws-sdk/client-ecs";
import type { Clock } from "../../base/clock.ts";
import { arn, AwsError, type Call, type LabService } from "../service.ts";
import type { Authority } from "../wire/dispatch.ts";
import type { ScalingPorts } from "./ports.ts";

/** The policy of that role (AWSApplicationAutoscalingECSServicePolicy) allows all that is done here. */
const CALL: Call = {
  principal: { kind: "user", arn: arn("iam", "user/application-autoscaling", "") },
  requestId: "",
};
/** Nominal: a load balancer's metrics are up to two minutes late. */
const LOOK_BACK_MS = 5 * 60_000;

/** The lab's services, asked for when they are needed: CloudWatch is made last. */
export interface Neighbours {
  readonly ecs: LabService;
  readonly cloudWatch: () => LabService;
  readonly iam: Pick<Authority, "authorize">;
  readonly clock: Pick<Clock, "now">;
}

export function scalingPorts({ ecs, cloudWatch, iam, clock }: Neighbours): ScalingPorts {
  const scalingAlarms = async (): Promise<MetricAlarm[]> => {
    const found: MetricAlarm[] = [];
    let NextToken: string | undefined;
    do {
      const input = {
        ActionPrefix: "arn:aws:autoscaling:",
        AlarmTypes: ["MetricAlarm"],
        NextToken,
      };
      const answer: DescribeAlarmsOutput = await ask(cloudWatch(), "DescribeAlarms", input);
      found.push(...(answer.MetricAlarms ?? []));
      NextToken = answer.NextToken;
    } while (NextToken !== undefined);
    return found;
  };
  return {
    async capacity(resourceId) {
      const [cluster, service] = partsOf(resourceId);
      const input = { cluster, services: [service] };
      const answer: DescribeServicesResponse = await ask(ecs, "DescribeServices", input).catch(
        (error: unknown) => {
          if (error instanceof AwsError) return {};
          throw error;
        },
      );
      const found = answer.services?.[0];
      return (
        found && {
          desired: found.desiredCount ?? 0,
          deploying: found.deployments?.some((one) => one.rolloutState === "IN_PROGRESS") ?? false,
          active: found.status === "ACTIVE",
        }
      );
    },
    async setCapacity(resourceId, desiredCount) {
      const [cluster, service] = partsOf(resourceId);
      await ask(ecs, "UpdateService", { cluster, service, desiredCount });
    },
    refusal(principal, action, resourceId) {
      if (principal.kind === "user") return undefined;
      const verdict = iam.authorize(principal, action, [arn("ecs", resourceId)]);
      return verdict.allowed ? undefined : verdict.message;
    },
    async putAlarm(alarm) {
      await ask(cloudWatch(), "PutMetricAlarm", alarm);
    },
    async deleteAlarms(names) {
      if (names.length > 0) await ask(cloudWatch(), "DeleteAlarms", { AlarmNames: [...names] });
    },
    scalingAlarms,
    async latest({ Namespace, MetricName, Dimensions, Statistic, Period = 60 }) {
      // An alarm on an expression or a percentile says nothing that a policy could scale by here.
      if (MetricName === undefined || Statistic === undefined) return undefined;
      const input: GetMetricStatisticsInput = {
        Namespace,
        MetricName,
        Dimensions,
        Period,
        Statistics: [Statistic],
        StartTime: new Date(clock.now() - Math.max(LOOK_BACK_MS, Period * 2000)),
        EndTime: new Date(clock.now()),
      };
      const answer: GetMetricStatisticsOutput = await ask(
        cloudWatch(),
        "GetMetricStatistics",
        input,
      );
      const { Datapoints = [] } = answer;
      const timeOf = (point: (typeof Datapoints)[number]) => point.Timestamp?.getTime() ?? 0;
      const newest = Datapoints.toSorted((a, b) => timeOf(b) - timeOf(a))[0];
      return newest && newest[Statistic];
    },
  };
}

function partsOf(resourceId: string): [cluster: string, service: string] {
  const [, cluster = "", service = ""] = resourceId.split("/");
  return [cluster, service];
}

async function ask(service: LabService, operation: string, input: object): Promise<object> {
  return (await service.operations[operation]?.(input, CALL)) ?? {};
}
