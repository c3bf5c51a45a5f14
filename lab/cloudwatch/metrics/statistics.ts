/** GetMetricStatistics: one metric over time. */
import type {
  Datapoint,
  GetMetricStatisticsInput,
  GetMetricStatisticsOutput,
} from "@aws-sdk/client-cloudwatch";
import {
  dimensionProblem,
  dimensionRecord,
  invalidCombination,
  invalidValue,
  isReadPeriod,
  missingParameter,
  notImplemented,
} from "../validation.ts";
import { isUnsupportedStatistic, parseStatistic, valueOf } from "./statistic.ts";
import type { Statistic } from "./statistic.ts";
import { metricKey } from "./store.ts";
import type { MetricStore } from "./store.ts";

const MOST_DATAPOINTS = 1_440;

/** "Round down to the nearest whole minute", or to the period when that is finer. */
export function roundedStart(startMs: number, periodSeconds: number): number {
  const stepMs = Math.min(periodSeconds, 60) * 1000;
  return Math.floor(startMs / stepMs) * stepMs;
}

export function getMetricStatistics(
  input: GetMetricStatisticsInput,
  store: MetricStore,
): GetMetricStatisticsOutput {
  const { Namespace, MetricName, StartTime, EndTime, Period } = input;
  if (!Namespace) throw missingParameter("Namespace");
  if (!MetricName) throw missingParameter("MetricName");
  if (!StartTime) throw missingParameter("StartTime");
  if (!EndTime) throw missingParameter("EndTime");
  if (Period === undefined) throw missingParameter("Period");
  if (!isReadPeriod(Period))
    throw invalidValue(`The value ${Period} for parameter Period is invalid.`);
  if (StartTime >= EndTime)
    throw invalidValue("The parameter StartTime must be less than the parameter EndTime.");
  const problem = dimensionProblem("Dimensions", input.Dimensions);
  if (problem) throw invalidValue(problem);
  const statistics = chosenStatistics(input);

  const startMs = roundedStart(StartTime.getTime(), Period);
  const count = Math.ceil((EndTime.getTime() - startMs) / (Period * 1000));
  if (count > MOST_DATAPOINTS)
    throw invalidCombination(
      `You have requested up to ${count} datapoints, which exceeds the limit of 1,440. You may ` +
        "reduce the datapoints requested by increasing Period, or decreasing the time range.",
    );
  const key = metricKey({
    namespace: Namespace,
    metricName: MetricName,
    dimensions: dimensionRecord(input.Dimensions),
  });
  const units = input.Unit === undefined ? store.unitsOf(key) : [input.Unit];
  const datapoints: Datapoint[] = [];
  for (const unit of units) {
    const periods = store.periods(key, unit, startMs, Period * 1000, count);
    for (const [index, samples] of periods.entries()) {
      if (!samples) continue;
      const datapoint: Datapoint = {
        Timestamp: new Date(startMs + index * Period * 1000),
        Unit: unit,
      };
      for (const [name, statistic] of statistics) {
        const value = valueOf(statistic, samples);
        if (value === undefined) continue;
        if (statistic.kind === "percentile")
          datapoint.ExtendedStatistics = { ...datapoint.ExtendedStatistics, [name]: value };
        else datapoint[statistic.kind] = value;
      }
      datapoints.push(datapoint);
    }
  }
  return { Label: MetricName, Datapoints: datapoints };
}

function chosenStatistics(input: GetMetricStatisticsInput): readonly [string, Statistic][] {
  const simple = input.Statistics ?? [];
  const extended = input.ExtendedStatistics ?? [];
  if (simple.length > 0 && extended.length > 0)
    throw invalidCombination("Statistics and ExtendedStatistics cannot be specified together.");
  if (simple.length === 0 && extended.length === 0)
    throw invalidCombination(
      "At least one of the parameters Statistics and ExtendedStatistics must be specified.",
    );
  return [...simple, ...extended].map((name) => {
    const statistic = parseStatistic(name);
    if (!statistic && isUnsupportedStatistic(name)) throw notImplemented(`the statistic ${name}`);
    const wanted = extended.length > 0 ? "ExtendedStatistics" : "Statistics";
    if (!statistic || (statistic.kind === "percentile") !== extended.length > 0)
      throw invalidValue(`The value ${name} for parameter ${wanted} is invalid.`);
    return [name, statistic];
  });
}
