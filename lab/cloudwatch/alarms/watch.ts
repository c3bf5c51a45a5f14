/** What a metric alarm sees at one moment: the datapoints of its evaluation range. */
import { valueOf } from "../metrics/statistic.ts";
import { RETENTION_MS } from "../metrics/store.ts";
import type { MetricStore } from "../metrics/store.ts";
import { computeQuery } from "../compute.ts";
import type { Grid } from "../compute.ts";
import type { Source } from "../queries.ts";
import type { MetricDefinition } from "./alarm.ts";
import { evaluationRange } from "./decide.ts";
import type { AlarmDatapoint } from "./decide.ts";

/**
 * Oldest first. The window slides: its newest period ends at `atMs`. The store must have been
 * settled at the moment of the evaluation.
 */
export function datapointsOf(
  { watched, periodSeconds, settings }: MetricDefinition,
  store: MetricStore,
  atMs: number,
): readonly AlarmDatapoint[] {
  const count = evaluationRange(settings.evaluationPeriods);
  const grid = { startMs: atMs - count * periodSeconds * 1000, periodSeconds, count };
  if ("key" in watched) return sourceDatapoints(watched, store, grid);
  const value = computeQuery(watched.queries, watched.id, store, grid);
  const pointAt = (index: number): number | undefined =>
    value.kind === "series"
      ? value.points[index]
      : value.kind === "scalar"
        ? value.value
        : undefined;
  return Array.from({ length: count }, (_, index) => ({
    startMs: grid.startMs + index * periodSeconds * 1000,
    value: pointAt(index),
  }));
}

function sourceDatapoints(source: Source, store: MetricStore, grid: Grid): AlarmDatapoint[] {
  const periodMs = grid.periodSeconds * 1000;
  return store
    .periods(source.key, source.unit, grid.startMs, periodMs, grid.count)
    .map((samples, index) => ({
      startMs: grid.startMs + index * periodMs,
      value: samples && valueOf(source.statistic, samples),
      sampleCount: samples?.count,
    }));
}

/** Has the store keep what this alarm looks back at. */
export function retainFor(
  { watched, periodSeconds, settings }: MetricDefinition,
  store: MetricStore,
): void {
  const ms = (evaluationRange(settings.evaluationPeriods) + 1) * periodSeconds * 1000;
  if (ms <= RETENTION_MS) return;
  const sources =
    "key" in watched
      ? [watched]
      : watched.queries.flatMap(({ computed }) => ("source" in computed ? [computed.source] : []));
  for (const { metric } of sources) store.retain(metric, ms);
}
