/** The same figures as CloudWatch metrics, so that an alarm can say that a way home has gone stale. */
import type { MetricDatum } from "@aws-sdk/client-cloudwatch";
import type { SummaryModel } from "../summary/model.ts";

export const METRIC_NAMESPACE = "Backout/Drills";

/** PutMetricData takes so many in one call (CloudWatch service quotas). */
export const MOST_DATA = 1_000;
/** CloudWatch takes no value with more characters than these in a dimension (API reference, Dimension). */
const MOST_CHARACTERS = 1_024;

/** @param Timestamp in the clock of whoever keeps the metrics. What is not known has no datum. */
export function metricData(
  { groups, freshness, coverage }: SummaryModel,
  Timestamp: Date,
): MetricDatum[] {
  const datum = (
    MetricName: string,
    Unit: MetricDatum["Unit"],
    Value: number | null,
    dimensions: Readonly<Record<string, string | null>>,
  ): MetricDatum[] => {
    if (Value === null) return [];
    const Dimensions = Object.entries(dimensions).flatMap(([Name, text]) =>
      text === null ? [] : [{ Name, Value: text.slice(0, MOST_CHARACTERS) }],
    );
    return [{ MetricName, Unit, Value, Timestamp, Dimensions }];
  };
  return [
    ...freshness.flatMap(({ environment, path, isFresh, lastPass }) => {
      const dimensions = { Environment: environment, Path: path };
      const ageSeconds = lastPass === null ? null : lastPass.ageMs / 1000;
      return [
        ...datum("RollbackPathFresh", "None", isFresh ? 1 : 0, dimensions),
        ...datum("RollbackPathAge", "Seconds", ageSeconds, dimensions),
      ];
    }),
    ...groups.flatMap(({ environment, drill, release, recovery, objective }) => {
      const dimensions = { Environment: environment, Drill: drill, Release: release };
      const bound = objective.missRateAtMost === null ? null : 100 * objective.missRateAtMost;
      return [
        ...datum("RecoveryP50", "Milliseconds", recovery.p50Ms, dimensions),
        ...datum("RecoveryP90", "Milliseconds", recovery.p90Ms, dimensions),
        ...datum("ObjectiveMissBound", "Percent", bound, dimensions),
      ];
    }),
    ...coverage.flatMap(({ environment, faults }) =>
      datum("FaultHoles", "Count", faults.filter(({ isHole }) => isHole).length, {
        Environment: environment,
      }),
    ),
  ];
}
