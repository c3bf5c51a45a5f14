/** DescribeAlarmsForMetric. */
import type {
  DescribeAlarmsForMetricInput,
  DescribeAlarmsForMetricOutput,
} from "@aws-sdk/client-cloudwatch";
import { metricKey } from "../metrics/store.ts";
import {
  dimensionProblem,
  dimensionRecord,
  requireLength,
  validationError,
} from "../validation.ts";
import { describeMetric } from "./alarm.ts";
import type { MetricAlarm } from "./alarm.ts";
import type { AlarmRoom } from "./room.ts";

/**
 * Alarms on exactly this metric, with all of its dimensions: "It does not return alarms based on
 * math expressions that use the specified metric."
 */
export function describeAlarmsForMetric(
  { book }: AlarmRoom,
  input: DescribeAlarmsForMetricInput,
): DescribeAlarmsForMetricOutput {
  const metricName = requireLength("metricName", input.MetricName, 1, 255);
  const namespace = requireLength("namespace", input.Namespace, 1, 255);
  const problem = dimensionProblem("Dimensions", input.Dimensions);
  if (problem) throw validationError(problem);
  const { Statistic, ExtendedStatistic, Period, Unit } = input;
  if (Statistic !== undefined && ExtendedStatistic !== undefined)
    throw validationError("Statistic and ExtendedStatistic cannot be specified together.");
  const key = metricKey({ namespace, metricName, dimensions: dimensionRecord(input.Dimensions) });
  const asked = Statistic ?? ExtendedStatistic;
  const watches = ({ definition: { watched } }: MetricAlarm): boolean =>
    "key" in watched &&
    watched.key === key &&
    (asked === undefined || watched.statisticName === asked) &&
    (Period === undefined || watched.periodSeconds === Period) &&
    (Unit === undefined || watched.unit === Unit);
  const found = [...book.all()]
    .filter((alarm) => alarm.kind === "metric")
    .filter(watches)
    .sort((a, b) => (a.definition.name < b.definition.name ? -1 : 1));
  return { MetricAlarms: found.map(describeMetric) };
}
