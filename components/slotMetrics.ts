/** A slot's metrics as queries of an alarm: the load balancer's, and those of its own sidecars. */
import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { FAST_NAMESPACE, fastDimensions, PROBE_METRIC } from "../guard/names.ts";
import type { Slot } from "../guard/slot.ts";
import type { TrafficSplit } from "./trafficSplit.ts";

/** The load balancer publishes once a minute; a shorter period would see mostly missing points. */
export const PERIOD_SECONDS = 60;
/** The sidecars publish as often. CloudWatch evaluates no alarm more often than every ten seconds. */
export const FAST_PERIOD_SECONDS = 10;

export type Dimensions = Record<string, pulumi.Input<string>>;
type Query = aws.types.input.cloudwatch.MetricAlarmMetricQuery;

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
): Query {
  const period = PERIOD_SECONDS;
  return { id, metric: { namespace: "AWS/ApplicationELB", metricName, dimensions, period, stat } };
}

export function renderFastMetric(
  id: string,
  metricName: string,
  stat: string,
  dimensions: Dimensions,
): Query {
  const period = FAST_PERIOD_SECONDS;
  return { id, metric: { namespace: FAST_NAMESPACE, metricName, dimensions, period, stat } };
}

/** The watchdog's own requests of a slot, which it announces before it sends them. */
export function renderProbes(id: string, environment: string, slot: Slot): Query {
  const dimensions = fastDimensions(environment, slot);
  const period = PERIOD_SECONDS;
  const metric = { namespace: FAST_NAMESPACE, metricName: PROBE_METRIC, dimensions, period };
  return { id, metric: { ...metric, stat: "Sum" } };
}

/**
 * What the minima are held against: where there is a watchdog, its probes are left out, so that they
 * decide nothing in silence. A metric that is missing beside another counts as 0 (CloudWatch's rule for
 * arithmetic), so most minutes need no such point.
 */
export function usersExpression(requests: string, probes: string | null): string {
  return probes === null ? requests : `(${requests} - ${probes})`;
}
