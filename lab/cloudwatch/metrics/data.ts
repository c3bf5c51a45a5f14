/** GetMetricData: metrics and expressions over time, in pages. */
import type {
  GetMetricDataInput,
  GetMetricDataOutput,
  MetricDataResult,
} from "@aws-sdk/client-cloudwatch";
import { computeQuery, periodOf } from "../compute.ts";
import { offsetOf, tokenAt } from "../paging.ts";
import { compileQueries } from "../queries.ts";
import type { Query } from "../queries.ts";
import { isReadPeriod, requireInteger, requireOneOf, validationError } from "../validation.ts";
import { roundedStart } from "./statistics.ts";
import type { MetricStore } from "./store.ts";

const MOST_DATAPOINTS = 100_800;
const MOST_QUERIES = 500;

export function getMetricData(input: GetMetricDataInput, store: MetricStore): GetMetricDataOutput {
  const { MetricDataQueries: queries = [], StartTime, EndTime } = input;
  if (queries.length === 0)
    throw validationError("The parameter MetricDataQueries must have at least one element.");
  if (queries.length > MOST_QUERIES)
    throw validationError(
      `The collection MetricDataQueries must not have a size greater than ${MOST_QUERIES}.`,
    );
  if (!StartTime || !EndTime)
    throw validationError(`The parameter ${StartTime ? "EndTime" : "StartTime"} is required.`);
  if (StartTime >= EndTime)
    throw validationError("The parameter StartTime must be less than the parameter EndTime.");
  const scanBy = input.ScanBy ?? "TimestampDescending";
  requireOneOf("scanBy", scanBy, ["TimestampDescending", "TimestampAscending"]);
  // Its time zone shows only in dynamic labels, which the lab refuses.
  const timezone = input.LabelOptions?.Timezone;
  if (timezone !== undefined && !/^[+-]\d{4}$/.test(timezone))
    throw validationError(`The value ${timezone} for parameter LabelOptions.Timezone is invalid.`);
  const most = requireInteger("maxDatapoints", input.MaxDatapoints ?? MOST_DATAPOINTS, 1);

  const compiled = compileQueries("MetricDataQueries", queries, isReadPeriod);
  const wanted = compiled.filter(({ returnData }) => returnData);
  if (wanted.length === 0)
    throw validationError("At least one element of MetricDataQueries must return data.");
  const all = wanted.flatMap((query) =>
    resultsOf(compiled, query, StartTime.getTime(), EndTime.getTime(), store),
  );
  if (scanBy === "TimestampDescending") for (const { points } of all) points.reverse();
  return pageOfResults(all, offsetOf(input.NextToken), most);
}

interface Result {
  readonly id: string;
  readonly label: string;
  readonly points: [number, number][];
}

/** One series, or the several of an array. */
function resultsOf(
  compiled: readonly Query[],
  query: Query,
  fromMs: number,
  toMs: number,
  store: MetricStore,
): readonly Result[] {
  const periodSeconds = periodOf(compiled, query.id);
  const startMs = roundedStart(fromMs, periodSeconds);
  const count = Math.ceil((toMs - startMs) / (periodSeconds * 1000));
  if (count > MOST_DATAPOINTS)
    throw validationError(
      `The request asks for ${count} datapoints of '${query.id}', more than ${MOST_DATAPOINTS}.`,
    );
  const value = computeQuery(compiled, query.id, store, { startMs, periodSeconds, count });
  const items = value.kind === "array" ? value.items : [value];
  const name = "source" in query.computed ? query.computed.source.metric.metricName : query.id;
  return items.map((item) => {
    const points: [number, number][] = [];
    for (let index = 0; index < count; index++) {
      const point = item.kind === "series" ? item.points[index] : item.value;
      if (point !== undefined) points.push([startMs + index * periodSeconds * 1000, point]);
    }
    return { id: query.id, label: query.label ?? name, points };
  });
}

/** All results of a page; those whose points are not all on it say `PartialData`. */
function pageOfResults(all: readonly Result[], offset: number, most: number): GetMetricDataOutput {
  const end = offset + most;
  let before = 0;
  const results: MetricDataResult[] = [];
  for (const { id, label, points } of all) {
    const part = points.slice(Math.max(0, offset - before), Math.max(0, end - before));
    results.push({
      Id: id,
      Label: label,
      Timestamps: part.map(([ms]) => new Date(ms)),
      Values: part.map(([, value]) => value),
      StatusCode: before + points.length > end ? "PartialData" : "Complete",
    });
    before += points.length;
  }
  return {
    MetricDataResults: results,
    Messages: [],
    ...(before > end ? { NextToken: tokenAt(end) } : {}),
  };
}
