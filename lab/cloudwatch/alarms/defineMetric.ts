/** PutMetricAlarm's input, checked against every documented rule and made ready to evaluate. */
import type { PutMetricAlarmInput, WarmUpConfiguration } from "@aws-sdk/client-cloudwatch";
import { notImplemented, requireInteger, requireOneOf, validationError } from "../validation.ts";
import type { MetricDefinition, WarmUp } from "./alarm.ts";
import type { Comparison, MissingData } from "./decide.ts";
import { commonDefinition } from "./define.ts";
import { watchMetric, watchQueries } from "./watched.ts";
import { requireEvaluationWindow } from "./window.ts";

const COMPARISONS: readonly Comparison[] = [
  "GreaterThanOrEqualToThreshold",
  "GreaterThanThreshold",
  "LessThanThreshold",
  "LessThanOrEqualToThreshold",
];
const ANOMALY_COMPARISONS = new Set([
  "LessThanLowerOrGreaterThanUpperThreshold",
  "LessThanLowerThreshold",
  "GreaterThanUpperThreshold",
]);
const MISSING_DATA: readonly MissingData[] = ["breaching", "notBreaching", "ignore", "missing"];
const WEEK_SECONDS = 604_800;
const DAY_SECONDS = 86_400;

export function metricDefinition(input: PutMetricAlarmInput): MetricDefinition {
  refuseUnsupported(input);
  const common = commonDefinition(input);
  const evaluationPeriods = requireInteger("evaluationPeriods", input.EvaluationPeriods, 1);
  const datapointsToAlarm = requireInteger(
    "datapointsToAlarm",
    input.DatapointsToAlarm ?? evaluationPeriods,
    1,
  );
  if (datapointsToAlarm > evaluationPeriods)
    throw validationError("DatapointsToAlarm must be less than or equal to EvaluationPeriods.");
  const comparison = requireComparison(input.ComparisonOperator);
  const threshold = input.Threshold;
  if (threshold === undefined || !Number.isFinite(threshold))
    throw validationError("Threshold must not be null");
  const treatMissingData =
    input.TreatMissingData === undefined
      ? "missing"
      : requireOneOf("treatMissingData", input.TreatMissingData, MISSING_DATA);
  const lowSamples =
    input.EvaluateLowSampleCountPercentile === undefined
      ? undefined
      : requireOneOf("evaluateLowSampleCountPercentile", input.EvaluateLowSampleCountPercentile, [
          "evaluate",
          "ignore",
        ]);

  const metrics = input.Metrics ?? [];
  const watch = metrics.length > 0 ? watchQueries(input, metrics) : watchMetric(input);
  requireWindow(watch.periodSeconds, evaluationPeriods);
  const window = requireEvaluationWindow(input.EvaluationWindow, watch.periodSeconds);
  // AWS describes low samples for alarms on a percentile, not for expressions over percentiles.
  if (lowSamples === "ignore" && metrics.length > 0)
    throw notImplemented("EvaluateLowSampleCountPercentile for a list of Metrics");
  return {
    ...common,
    kind: "metric",
    watched: watch.watched,
    periodSeconds: watch.periodSeconds,
    settings: {
      evaluationPeriods,
      datapointsToAlarm,
      threshold,
      comparison,
      // "Alarms that evaluate metrics in the AWS/DynamoDB namespace always ignore missing data."
      treatMissingData: watch.namespaces.includes("AWS/DynamoDB") ? "ignore" : treatMissingData,
      significantSamples: lowSamples === "ignore" ? watch.significantSamples : 0,
    },
    configuration: {
      kind: "metric",
      queries: watch.queries,
      singleMetric: metrics.length === 0,
      periodSeconds: watch.periodSeconds,
      evaluationPeriods,
      ...(input.DatapointsToAlarm === undefined ? {} : { datapointsToAlarm }),
      threshold,
      comparisonOperator: comparison,
      ...(input.TreatMissingData === undefined ? {} : { treatMissingData }),
      ...(lowSamples === undefined ? {} : { evaluateLowSampleCountPercentile: lowSamples }),
    },
    ...window,
    ...(input.WarmUpConfiguration ? { warmUp: requireWarmUp(input.WarmUpConfiguration) } : {}),
  };
}

/** "Specify a value from 1 to 2,880 minutes (2 days)." */
function requireWarmUp(configuration: WarmUpConfiguration): WarmUp {
  const { WarmUpPeriodDurationInMinutes, OnlyStartEvaluatingAfterWarmUpPeriodEnds: full } =
    configuration;
  const member = "warmUpConfiguration.warmUpPeriodDurationInMinutes";
  const minutes = requireInteger(member, WarmUpPeriodDurationInMinutes, 1, 2880);
  return { minutes, ...(full === undefined ? {} : { full }) };
}

function requireWindow(periodSeconds: number, evaluationPeriods: number): void {
  const window = periodSeconds * evaluationPeriods;
  const most = periodSeconds < 3600 ? DAY_SECONDS : WEEK_SECONDS;
  if (window > most)
    throw validationError(
      "Metrics cannot be checked across more than " +
        `${most === DAY_SECONDS ? "a day" : "a week"} (EvaluationPeriods * Period must be <= ` +
        `${most}).`,
    );
}

function requireComparison(operator: string | undefined): Comparison {
  if (operator !== undefined && ANOMALY_COMPARISONS.has(operator))
    throw notImplemented(`anomaly detection (ComparisonOperator ${operator})`);
  return requireOneOf("comparisonOperator", operator, COMPARISONS);
}

function refuseUnsupported(input: PutMetricAlarmInput): void {
  const parameters = [
    "ThresholdMetricId",
    "EvaluationCriteria",
    "EvaluationInterval",
    "ActionConfiguration",
  ] as const;
  for (const parameter of parameters)
    if (input[parameter] !== undefined) throw notImplemented(`the parameter ${parameter}`);
}
