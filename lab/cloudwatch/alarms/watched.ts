/** What a metric alarm is told to watch: one metric's statistic, or the one of several queries. */
import type { MetricDataQuery, PutMetricAlarmInput } from "@aws-sdk/client-cloudwatch";
import { computeQuery, periodOf } from "../compute.ts";
import { significantSamples, simpleStatistic } from "../metrics/statistic.ts";
import { MetricStore } from "../metrics/store.ts";
import { compileQueries, compileStat } from "../queries.ts";
import type { Query } from "../queries.ts";
import { isAlarmPeriod, requireLength, validationError } from "../validation.ts";
import type { MetricDefinition } from "./alarm.ts";

const MOST_OF_A_KIND = 10;

export interface Watch {
  readonly watched: MetricDefinition["watched"];
  readonly queries: readonly MetricDataQuery[];
  readonly periodSeconds: number;
  readonly namespaces: readonly string[];
  readonly significantSamples: number;
}

export function watchMetric(input: PutMetricAlarmInput): Watch {
  const { Namespace, MetricName, Period, Statistic, ExtendedStatistic, Unit } = input;
  if (MetricName === undefined)
    throw validationError("MetricName must not be null: specify MetricName or a list of Metrics.");
  requireLength("metricName", MetricName, 1, 255);
  requireLength("namespace", Namespace, 1, 255);
  if (Period === undefined) throw validationError("Period must not be null");
  requirePeriod(Period);
  if ((Statistic === undefined) === (ExtendedStatistic === undefined))
    throw validationError(
      "Exactly one of the parameters Statistic and ExtendedStatistic must be specified.",
    );
  for (const [member, name, isSimple] of [
    ["Statistic", Statistic, true],
    ["ExtendedStatistic", ExtendedStatistic, false],
  ] as const)
    if (name !== undefined && (simpleStatistic(name) !== undefined) !== isSimple)
      throw validationError(`The value ${name} for parameter ${member} is not supported.`);
  const MetricStat = {
    Metric: { Namespace, MetricName, Dimensions: input.Dimensions ?? [] },
    Period,
    Stat: Statistic ?? ExtendedStatistic,
    ...(Unit === undefined ? {} : { Unit }),
  };
  const source = compileStat("MetricStat", MetricStat, isAlarmPeriod);
  return {
    watched: source,
    queries: [{ Id: undefined, MetricStat, ReturnData: true }],
    periodSeconds: Period,
    namespaces: [source.metric.namespace],
    significantSamples: significantSamples(source.statistic),
  };
}

/** "If you use the Metrics parameter, you cannot include" these. */
const EXCLUSIVE = [
  "Namespace",
  "MetricName",
  "Dimensions",
  "Period",
  "Unit",
  "Statistic",
  "ExtendedStatistic",
] as const;

export function watchQueries(
  input: PutMetricAlarmInput,
  metrics: readonly MetricDataQuery[],
): Watch {
  for (const parameter of EXCLUSIVE) {
    const value = input[parameter];
    // An empty list is how the query protocol spells a missing one.
    if (value !== undefined && !(Array.isArray(value) && value.length === 0))
      throw validationError(`${parameter} should not be set if list of Metrics is set.`);
  }
  const stats = metrics.filter(({ MetricStat }) => MetricStat !== undefined).length;
  for (const [count, what] of [
    [stats, "MetricStat"],
    [metrics.length - stats, "Expression"],
  ] as const)
    if (count > MOST_OF_A_KIND)
      throw validationError(
        `The list of Metrics can include at most ${MOST_OF_A_KIND} elements with ${what}.`,
      );
  for (const { MetricStat } of metrics)
    if (MetricStat?.Period !== undefined) requirePeriod(MetricStat.Period);
  // AWS's own refusal, not the lab's: "You can't create an alarm based on a SEARCH expression."
  if (metrics.some(({ Expression }) => /\bSEARCH\s*\(/.test(Expression ?? "")))
    throw validationError("SEARCH is not supported on Metric Alarms");
  const queries = compileQueries("Metrics", metrics, isAlarmPeriod);
  const returning = queries.filter(({ returnData }) => returnData);
  const [chosen] = returning;
  if (!chosen || returning.length !== 1)
    throw validationError("Exactly one element of the metrics list should return data.");
  const sources = queries.flatMap(({ computed }) =>
    "source" in computed ? [computed.source] : [],
  );
  if (sources.length === 0)
    throw validationError("The list of Metrics must include at least one metric.");
  const [period] = new Set(sources.map(({ periodSeconds }) => periodSeconds));
  if (sources.some(({ periodSeconds }) => periodSeconds !== period))
    throw validationError("All metrics of an alarm must have the same period.");
  const periodSeconds = periodOf(queries, chosen.id);
  requireSingleSeries(queries, periodSeconds);
  return {
    watched: { queries, id: chosen.id },
    queries: metrics,
    periodSeconds,
    namespaces: sources.map(({ metric }) => metric.namespace),
    significantSamples: 0,
  };
}

/** Computes every expression once over nothing, which finds wrong arguments and self-references. */
function requireSingleSeries(queries: readonly Query[], periodSeconds: number): void {
  const grid = { startMs: 0, periodSeconds, count: 1 };
  for (const { id, returnData } of queries) {
    periodOf(queries, id);
    const value = computeQuery(queries, id, new MetricStore(), grid);
    if (returnData && value.kind === "array")
      throw validationError(`Error in expression '${id}' [it must return a single time series]`);
  }
}

function requirePeriod(seconds: number): void {
  if (!isAlarmPeriod(seconds))
    throw validationError(
      `Invalid Period ${seconds}: valid values are 10, 20, 30, and any multiple of 60.`,
    );
}
