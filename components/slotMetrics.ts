/** A slot's load balancer metrics as queries of an alarm. */
import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Slot } from "../guard/slot.ts";
import type { TrafficSplit } from "./trafficSplit.ts";

/** The load balancer publishes once a minute; a shorter period would see mostly missing points. */
export const PERIOD_SECONDS = 60;

export type Dimensions = Record<string, pulumi.Input<string>>;

export function slotDimensions(split: TrafficSplit, slot: Slot): Dimensions {
  return {
    LoadBalancer: split.loadBalancer.arnSuffix,
    TargetGroup: split.targetGroups[slot].arnSuffix,
  };
}

export function renderMetric(
  id: string,
  metricName: string,
  stat: string,
  dimensions: Dimensions,
): aws.types.input.cloudwatch.MetricAlarmMetricQuery {
  return {
    id,
    metric: {
      namespace: "AWS/ApplicationELB",
      metricName,
      dimensions,
      period: PERIOD_SECONDS,
      stat,
    },
  };
}
