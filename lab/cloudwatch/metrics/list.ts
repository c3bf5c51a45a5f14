/** ListMetrics. */
import type { ListMetricsInput, ListMetricsOutput } from "@aws-sdk/client-cloudwatch";
import { pageOf } from "../paging.ts";
import { dimensionList, invalidValue, notImplemented } from "../validation.ts";
import { RETENTION_MS } from "./store.ts";
import type { Metric, MetricStore } from "./store.ts";

const METRICS_PER_PAGE = 500;

/** A filter without a value asks only that the metric has the dimension. */
export function listMetrics(
  input: ListMetricsInput,
  store: MetricStore,
  nowMs: number,
): ListMetricsOutput {
  if (input.OwningAccount !== undefined) throw notImplemented("OwningAccount");
  if (input.IncludeLinkedAccounts) throw notImplemented("IncludeLinkedAccounts");
  if (input.RecentlyActive !== undefined && input.RecentlyActive !== "PT3H")
    throw invalidValue(`The value ${String(input.RecentlyActive)} for RecentlyActive is invalid.`);
  const matches = (metric: Metric): boolean =>
    (input.Namespace === undefined || input.Namespace === metric.namespace) &&
    (input.MetricName === undefined || input.MetricName === metric.metricName) &&
    (input.RecentlyActive === undefined || metric.lastAddedMs > nowMs - RETENTION_MS) &&
    (input.Dimensions ?? []).every(({ Name = "", Value }) => {
      if (!Object.hasOwn(metric.dimensions, Name)) return false;
      return Value === undefined || metric.dimensions[Name] === Value;
    });
  const found = store.list().filter(matches);
  const page = pageOf(found, input.NextToken, METRICS_PER_PAGE, "InvalidParameterValueException");
  return {
    Metrics: page.items.map((metric) => ({
      Namespace: metric.namespace,
      MetricName: metric.metricName,
      Dimensions: dimensionList(metric.dimensions),
    })),
    ...(page.nextToken === undefined ? {} : { NextToken: page.nextToken }),
  };
}
