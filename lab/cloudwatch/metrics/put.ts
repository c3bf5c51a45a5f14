/** PutMetricData: custom metrics in. Nothing is stored when any datum of a call is wrong. */
import type { MetricDatum, PutMetricDataInput } from "@aws-sdk/client-cloudwatch";
import {
  dimensionProblem,
  dimensionRecord,
  invalidCombination,
  invalidValue,
  missingParameter,
  notImplemented,
  standardUnit,
} from "../validation.ts";
import { samplesOf, samplesOfSet } from "./samples.ts";
import type { Samples } from "./samples.ts";
import type { Measurement } from "./store.ts";

const MOST_DATA = 1000;
const MOST_VALUES = 150;
/** "Values must be in the range of -2^360 to 2^360." */
const LARGEST = 2 ** 360;
const OLDEST_MS = 14 * 86_400_000;
const NEWEST_MS = 2 * 3_600_000;
const NAMESPACE = /^[0-9A-Za-z.\-_/#: ]{1,255}$/;

export function measurementsOf(input: PutMetricDataInput, nowMs: number): readonly Measurement[] {
  const namespace = requireNamespace(input.Namespace);
  if (input.EntityMetricData?.length) throw notImplemented("EntityMetricData");
  const data = input.MetricData ?? [];
  if (data.length === 0) throw missingParameter("MetricData");
  if (data.length > MOST_DATA)
    throw invalidValue(`The collection MetricData must not have a size greater than ${MOST_DATA}.`);
  return data.map((datum, index) =>
    measurementOf(namespace, `MetricData.member.${index + 1}`, datum, nowMs),
  );
}

function requireNamespace(namespace: string | undefined): string {
  if (!namespace) throw missingParameter("Namespace");
  if (!NAMESPACE.test(namespace) || namespace.startsWith(":") || namespace.trim() === "")
    throw invalidValue(`The value ${namespace} for parameter Namespace is invalid.`);
  if (namespace.startsWith("AWS/"))
    throw invalidValue(
      `The value ${namespace} for parameter Namespace is invalid. ` +
        "Namespaces starting with AWS/ are reserved for AWS services.",
    );
  return namespace;
}

function measurementOf(
  namespace: string,
  where: string,
  datum: MetricDatum,
  nowMs: number,
): Measurement {
  const { MetricName, Dimensions, StorageResolution = 60, Unit = "None" } = datum;
  if (!MetricName) throw missingParameter(`${where}.MetricName`);
  if (!/^[\x20-\x7e]{1,255}$/.test(MetricName))
    throw invalidValue(`The value ${MetricName} for parameter ${where}.MetricName is invalid.`);
  const problem = dimensionProblem(`${where}.Dimensions`, Dimensions);
  if (problem) throw invalidValue(problem);
  const unit = standardUnit(Unit);
  if (!unit) throw invalidValue(`The value ${Unit} for parameter ${where}.Unit is invalid.`);
  if (StorageResolution !== 1 && StorageResolution !== 60)
    throw invalidValue(
      `The value ${StorageResolution} for parameter ${where}.StorageResolution is invalid. ` +
        "Valid values are 1 and 60.",
    );
  return {
    metric: { namespace, metricName: MetricName, dimensions: dimensionRecord(Dimensions) },
    unit,
    timestampMs: requireTimestamp(where, datum.Timestamp, nowMs),
    samples: requireSamples(where, datum),
    resolutionSeconds: StorageResolution,
    availableAtMs: nowMs,
  };
}

function requireTimestamp(where: string, timestamp: Date | undefined, nowMs: number): number {
  if (timestamp === undefined) return nowMs;
  const ms = timestamp.getTime();
  if (ms < nowMs - OLDEST_MS)
    throw invalidValue(
      `The parameter ${where}.Timestamp must specify a time no more than two weeks in the past.`,
    );
  if (ms > nowMs + NEWEST_MS)
    throw invalidValue(
      `The parameter ${where}.Timestamp must specify a time no more than two hours in the future.`,
    );
  return ms;
}

function requireSamples(where: string, datum: MetricDatum): Samples {
  const { Value, Values, Counts, StatisticValues } = datum;
  // An empty list is how the query protocol spells a missing one.
  const hasValues = Values !== undefined && Values.length > 0;
  const given = [Value !== undefined, hasValues, StatisticValues !== undefined].filter(Boolean);
  if (given.length === 0)
    throw missingParameter(`${where}.Value, ${where}.Values or ${where}.StatisticValues`);
  if (given.length > 1)
    throw invalidCombination(
      `The parameters ${where}.Value, ${where}.Values and ${where}.StatisticValues are mutually ` +
        "exclusive and you have specified more than one.",
    );
  if (StatisticValues) {
    const { SampleCount = NaN, Sum = NaN, Minimum = NaN, Maximum = NaN } = StatisticValues;
    const set = { SampleCount, Sum, Minimum, Maximum };
    for (const [name, value] of Object.entries(set))
      requireNumber(`${where}.StatisticValues.${name}`, value);
    if (SampleCount < 0 || Minimum > Maximum)
      throw invalidValue(`The value of parameter ${where}.StatisticValues is invalid.`);
    return samplesOfSet(SampleCount, Sum, Minimum, Maximum);
  }
  if (!hasValues) return samplesOf([requireNumber(`${where}.Value`, Value ?? NaN)], [1]);
  if (Values.length > MOST_VALUES)
    throw invalidValue(`The collection ${where}.Values must not have a size greater than 150.`);
  if (Counts !== undefined && Counts.length > 0 && Counts.length !== Values.length)
    throw invalidValue(
      `The parameters ${where}.Values and ${where}.Counts must be of the same size.`,
    );
  for (const value of Values) requireNumber(`${where}.Values`, value);
  for (const count of Counts ?? [])
    if (requireNumber(`${where}.Counts`, count) < 0)
      throw invalidValue(`The value ${count} for parameter ${where}.Counts is invalid.`);
  return samplesOf(Values, Counts ?? []);
}

function requireNumber(parameter: string, value: number): number {
  if (!Number.isFinite(value) || Math.abs(value) > LARGEST)
    throw invalidValue(`The value ${value} for parameter ${parameter} is invalid.`);
  return value;
}
