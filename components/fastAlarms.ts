/**
 * A slot's alarms over its sidecars' own metrics, which come every ten seconds where the load
 * balancer's come every minute and late. They stand beside those, not in their place: a sidecar that
 * is dead publishes nothing, and silence does not breach here.
 */
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { type EnvironmentNames, FAST_METRIC, fastDimensions } from "../guard/names.ts";
import type { Slot } from "../guard/slot.ts";
import { slowestExpression } from "./latencyAlarms.ts";
import { renderFastMetric } from "./slotMetrics.ts";

export interface FastAlarmsArgs {
  readonly environment: string;
  readonly names: EnvironmentNames;
  readonly slot: Slot;
  readonly errorRatePercent: number;
  /** In ten seconds, though it is a minute's number: few requests say little however fast they come. */
  readonly minimumRequestsPerMinute: number;
  readonly latencyP99Seconds: number;
  /** @default none: what reverts alone is told by the guard */
  readonly alarmActions?: pulumi.Input<string>[];
  readonly tags: Record<string, string>;
}

/** One bad period of ten seconds is a hiccup; two of three are not. */
const TWO_OF_THREE = { datapointsToAlarm: 2, evaluationPeriods: 3 };

/** Of `requests` and `errors`: percent; no value where nothing is judged. */
export function fastErrorExpression(minimumRequests: number): string {
  return `IF(requests >= ${minimumRequests}, 100 * errors / requests)`;
}

/** The share of failed requests, judged from the minimum on; the limit is the slower alarm's. */
export function fastErrorAlarm(
  name: string,
  args: FastAlarmsArgs,
  opts: pulumi.CustomResourceOptions,
): aws.cloudwatch.MetricAlarm {
  const { environment, names, slot, errorRatePercent } = args;
  const own = fastDimensions(environment, slot);
  return new aws.cloudwatch.MetricAlarm(
    name,
    {
      name: names.fastErrorAlarm[slot],
      alarmDescription: `More than ${errorRatePercent} % of the requests to slot ${slot} fail (10 s)`,
      comparisonOperator: "GreaterThanThreshold",
      threshold: errorRatePercent,
      ...TWO_OF_THREE,
      // Without requests nothing is published.
      treatMissingData: "notBreaching",
      metricQueries: [
        {
          id: "rate",
          expression: fastErrorExpression(args.minimumRequestsPerMinute),
          label: "Failed requests, percent",
          returnData: true,
        },
        renderFastMetric("requests", FAST_METRIC.requests, "Sum", own),
        renderFastMetric("errors", FAST_METRIC.errors, "Sum", own),
      ],
      ...(args.alarmActions && { alarmActions: args.alarmActions }),
      tags: args.tags,
    },
    opts,
  );
}

/** p99 above the limit; p90 where there are fewer than 100 requests in ten seconds. */
export function fastLatencyAlarm(
  name: string,
  args: FastAlarmsArgs,
  opts: pulumi.CustomResourceOptions,
): aws.cloudwatch.MetricAlarm {
  const { environment, names, slot, latencyP99Seconds } = args;
  const own = fastDimensions(environment, slot);
  return new aws.cloudwatch.MetricAlarm(
    name,
    {
      name: names.fastLatencyAlarm[slot],
      alarmDescription: `The slowest responses of slot ${slot} take more than ${latencyP99Seconds} s (10 s)`,
      comparisonOperator: "GreaterThanThreshold",
      threshold: latencyP99Seconds,
      ...TWO_OF_THREE,
      treatMissingData: "notBreaching",
      metricQueries: [
        {
          id: "slowest",
          expression: slowestExpression(args.minimumRequestsPerMinute),
          label: "Slowest responses, seconds",
          returnData: true,
        },
        renderFastMetric("requests", FAST_METRIC.requests, "Sum", own),
        renderFastMetric("p99", FAST_METRIC.latency, "p99", own),
        renderFastMetric("p90", FAST_METRIC.latency, "p90", own),
      ],
      ...(args.alarmActions && { alarmActions: args.alarmActions }),
      tags: args.tags,
    },
    opts,
  );
}
