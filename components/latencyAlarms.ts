/** A slot's latency alarms: p99 against a limit, and p99 against the other slot's. */
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { EnvironmentNames } from "../guard/names.ts";
import { otherSlot, type Slot } from "../guard/slot.ts";
import { renderMetric, renderProbes, slotDimensions, usersExpression } from "./slotMetrics.ts";
import type { TrafficSplit } from "./trafficSplit.ts";

export interface LatencyAlarmsArgs {
  readonly environment: string;
  readonly names: EnvironmentNames;
  readonly slot: Slot;
  readonly split: TrafficSplit;
  readonly minimumRequestsPerMinute: number;
  readonly latencyP99Seconds: number;
  readonly latencyRatio: number;
  /** There is a watchdog, whose probes are no traffic. */
  readonly isProbed: boolean;
  /** @default none: what reverts alone is told by the guard */
  readonly alarmActions?: pulumi.Input<string>[];
  readonly tags: Record<string, string>;
}

/**
 * With fewer samples than this p99 is the slowest of them, and one slow response would decide.
 * CloudWatch's own rule for significance (EvaluateLowSampleCountPercentile) asks for 1,000 and is
 * not to be had for a metric in an expression; the price of judging at 100 is that two slow
 * responses of 100 count.
 */
const SAMPLES_FOR_P99 = 100;

/** A doubling far below the limit (3 ms to 6 ms) is noise: nothing below a tenth of it is compared. */
const LIMIT_TO_FLOOR = 10;

/**
 * Of `requests`, `p99` and `p90`: what the limit is held against; no value where nothing is judged.
 *
 * @param isProbed the id `probes` stands for what is left out of the requests
 */
export function slowestExpression(minimumRequests: number, isProbed = false): string {
  const users = usersExpression("requests", isProbed ? "probes" : null);
  const forP99 = Math.max(minimumRequests, SAMPLES_FOR_P99);
  return `IF(${users} >= ${forP99}, p99, IF(${users} >= ${minimumRequests}, p90))`;
}

/**
 * Of `requests`, `p99` and the other slot's; no value where there is nothing to compare.
 *
 * @param isProbed the ids `probes` and `otherProbes` stand for what is left out of the requests
 */
export function ratioExpression(
  minimumRequests: number,
  limitSeconds: number,
  isProbed = false,
): string {
  const users = usersExpression("requests", isProbed ? "probes" : null);
  const others = usersExpression("otherRequests", isProbed ? "otherProbes" : null);
  const samples = Math.max(minimumRequests, SAMPLES_FOR_P99);
  const floor = limitSeconds / LIMIT_TO_FLOOR;
  return (
    `IF(${users} >= ${samples} AND ${others} >= ${samples} AND p99 >= ${floor}, ` +
    "p99 / otherP99)"
  );
}

/**
 * p99 above a limit for one minute: from 100 requests on; with fewer, p90 stands in, and below
 * the minimum nothing is judged. The load balancer reports response times only of requests that
 * were answered by a target, so a release that answers nothing is not slow here: the error alarm sees it.
 */
export function latencyAlarm(
  name: string,
  args: LatencyAlarmsArgs,
  opts: pulumi.CustomResourceOptions,
): aws.cloudwatch.MetricAlarm {
  const { environment, names, slot, split, isProbed } = args;
  const { minimumRequestsPerMinute: minimum, latencyP99Seconds: limit } = args;
  const own = slotDimensions(split, slot);
  return new aws.cloudwatch.MetricAlarm(
    name,
    {
      name: names.latencyAlarm[slot],
      alarmDescription: `The slowest responses of slot ${slot} take more than ${limit} s`,
      comparisonOperator: "GreaterThanThreshold",
      threshold: limit,
      evaluationPeriods: 1,
      datapointsToAlarm: 1,
      // Without requests there is no response time.
      treatMissingData: "notBreaching",
      metricQueries: [
        {
          id: "slowest",
          expression: slowestExpression(minimum, isProbed),
          label: "Slowest responses, seconds",
          returnData: true,
        },
        renderMetric("requests", "RequestCount", "Sum", own),
        renderMetric("p99", "TargetResponseTime", "p99", own),
        renderMetric("p90", "TargetResponseTime", "p90", own),
        ...(isProbed ? [renderProbes("probes", environment, slot)] : []),
      ],
      ...(args.alarmActions && { alarmActions: args.alarmActions }),
      tags: args.tags,
    },
    opts,
  );
}

/**
 * p99 at a multiple of the other slot's, for two minutes: a ratio of two small tails is noisy.
 * It sees a release that became slower without crossing the limit, and only while traffic is
 * split: the other slot of a full shift has no response times, and a comparison with nothing breaches
 * nothing. What was measured before the shift is not used, for it was another load.
 */
export function latencyRatioAlarm(
  name: string,
  args: LatencyAlarmsArgs,
  opts: pulumi.CustomResourceOptions,
): aws.cloudwatch.MetricAlarm {
  const { environment, names, slot, split, latencyRatio, isProbed } = args;
  const own = slotDimensions(split, slot);
  const other = slotDimensions(split, otherSlot(slot));
  return new aws.cloudwatch.MetricAlarm(
    name,
    {
      name: names.latencyRatioAlarm[slot],
      alarmDescription: `Slot ${slot} takes more than ${latencyRatio} times as long as the other slot`,
      comparisonOperator: "GreaterThanThreshold",
      threshold: latencyRatio,
      evaluationPeriods: 2,
      datapointsToAlarm: 2,
      treatMissingData: "notBreaching",
      metricQueries: [
        {
          id: "ratio",
          expression: ratioExpression(
            args.minimumRequestsPerMinute,
            args.latencyP99Seconds,
            isProbed,
          ),
          label: "p99 as a multiple of the other slot's",
          returnData: true,
        },
        renderMetric("requests", "RequestCount", "Sum", own),
        renderMetric("otherRequests", "RequestCount", "Sum", other),
        renderMetric("p99", "TargetResponseTime", "p99", own),
        renderMetric("otherP99", "TargetResponseTime", "p99", other),
        ...(isProbed
          ? [
              renderProbes("probes", environment, slot),
              renderProbes("otherProbes", environment, otherSlot(slot)),
            ]
          : []),
      ],
      ...(args.alarmActions && { alarmActions: args.alarmActions }),
      tags: args.tags,
    },
    opts,
  );
}
