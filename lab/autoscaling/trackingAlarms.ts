/** The alarms that a target tracking policy makes for itself: pure. */
import { randomUUID } from "node:crypto";
import type { PutMetricAlarmInput } from "@aws-sdk/client-cloudwatch";
import type { TargetTrackingScalingPolicyConfiguration } from "@aws-sdk/client-application-auto-scaling";
import type { Policy } from "./store.ts";

/** AWS documents neither figure, nor the share below: they are chosen. */
const OUT_MINUTES = 3;
const IN_MINUTES = 15;
/** Scale-in begins this far below the target value. */
const IN_SHARE = 0.9;

type Metric = Pick<PutMetricAlarmInput, "Namespace" | "MetricName" | "Dimensions" | "Statistic">;

/** @param label of the policy: `app/NAME/ID/targetgroup/NAME/ID` */
function requestCountMetric(label: string): Metric {
  const at = label.indexOf("/targetgroup/");
  return {
    Namespace: "AWS/ApplicationELB",
    MetricName: "RequestCountPerTarget",
    Statistic: "Sum",
    Dimensions: [
      { Name: "TargetGroup", Value: label.slice(at + 1) },
      { Name: "LoadBalancer", Value: label.slice(0, at) },
    ],
  };
}

/** The lab's tasks have no CPU metric: alarms on it have no data, and nothing is scaled. */
function cpuMetric(resourceId: string): Metric {
  const [, cluster, service] = resourceId.split("/");
  return {
    Namespace: "AWS/ECS",
    MetricName: "CPUUtilization",
    Statistic: "Average",
    Dimensions: [
      { Name: "ClusterName", Value: cluster },
      { Name: "ServiceName", Value: service },
    ],
  };
}

export function trackingAlarms(
  resourceId: string,
  policy: Pick<Policy, "arn">,
  tracking: TargetTrackingScalingPolicyConfiguration,
): PutMetricAlarmInput[] {
  const { PredefinedMetricSpecification: predefined, TargetValue = 0, DisableScaleIn } = tracking;
  const metric =
    predefined?.PredefinedMetricType === "ALBRequestCountPerTarget"
      ? requestCountMetric(predefined.ResourceLabel ?? "")
      : cpuMetric(resourceId);
  const common = {
    ...metric,
    Period: 60,
    AlarmActions: [policy.arn],
    AlarmDescription: `DO NOT EDIT OR DELETE. For TargetTrackingScaling policy ${policy.arn}.`,
  };
  const nameOf = (which: string) => `TargetTracking-${resourceId}-${which}-${randomUUID()}`;
  const high: PutMetricAlarmInput = {
    ...common,
    AlarmName: nameOf("AlarmHigh"),
    ComparisonOperator: "GreaterThanThreshold",
    Threshold: TargetValue,
    EvaluationPeriods: OUT_MINUTES,
  };
  if (DisableScaleIn) return [high];
  return [
    high,
    {
      ...common,
      AlarmName: nameOf("AlarmLow"),
      ComparisonOperator: "LessThanThreshold",
      Threshold: TargetValue * IN_SHARE,
      EvaluationPeriods: IN_MINUTES,
    },
  ];
}
