/**
 * Every metric of the lab. Data published for later (`availableAtMs`) wait outside and nobody sees
 * them before their time, so that an alarm never knows more than CloudWatch would.
 *
 * Deviation: AWS keeps one-second data for 3 hours, one-minute data for 15 days and coarser data
 * for 15 months. The lab keeps the last 3 nominal hours, and more only of metrics that an alarm
 * looks further back at.
 */
import type { StandardUnit } from "@aws-sdk/client-cloudwatch";
import { merge } from "./samples.ts";
import type { Samples } from "./samples.ts";
import { Series } from "./series.ts";

export interface MetricId {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

export interface Measurement {
  readonly metric: MetricId;
  readonly unit: StandardUnit;
  readonly timestampMs: number;
  readonly samples: Samples;
  /** 1 for high-resolution metrics, else 60: finer times are lost, as on AWS. */
  readonly resolutionSeconds: 1 | 60;
  readonly availableAtMs: number;
}

export interface Metric extends MetricId {
  /** By unit: "Metric data points that specify a unit of measure are aggregated separately." */
  readonly series: Map<StandardUnit, Series>;
  retentionMs: number;
  lastAddedMs: number;
}

export const RETENTION_MS = 3 * 3_600_000;
/** ListMetrics forgets a metric that had no data for two weeks. */
const FORGET_MS = 14 * 86_400_000;
const SWEEP_MS = 600_000;

/** One name for a metric, whatever the order of its dimensions. */
export function metricKey(metric: MetricId): string {
  const dimensions = Object.entries(metric.dimensions).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([metric.namespace, metric.metricName, dimensions]);
}

export class MetricStore {
  #metrics = new Map<string, Metric>();
  /** What alarms asked to be kept longer, by metric. */
  #retention = new Map<string, number>();
  /** In order of `availableAtMs`. */
  #waiting: Measurement[] = [];
  #sweptMs = -Infinity;

  publish(measurement: Measurement, nowMs: number): void {
    if (measurement.availableAtMs <= nowMs) {
      this.#add(measurement, nowMs);
      return;
    }
    let index = this.#waiting.length;
    while (index > 0 && (this.#waiting[index - 1]?.availableAtMs ?? 0) > measurement.availableAtMs)
      index--;
    this.#waiting.splice(index, 0, measurement);
  }

  /** Lets in what has become available by `nowMs` and drops what has grown old. */
  settle(nowMs: number): void {
    const late = this.#waiting.findIndex(({ availableAtMs }) => availableAtMs > nowMs);
    const due = this.#waiting.splice(0, late === -1 ? this.#waiting.length : late);
    for (const measurement of due) this.#add(measurement, nowMs);
    if (nowMs - this.#sweptMs >= SWEEP_MS) this.#sweep(nowMs);
  }

  /** Keeps at least the last `ms` of a metric from now on. */
  retain(metric: MetricId, ms: number): void {
    const key = metricKey(metric);
    const retentionMs = Math.max(ms, this.#retention.get(key) ?? RETENTION_MS);
    this.#retention.set(key, retentionMs);
    const known = this.#metrics.get(key);
    if (known) known.retentionMs = retentionMs;
  }

  /** Each of `count` periods from `startMs`, oldest first; all units together if none is named. */
  periods(
    key: string,
    unit: StandardUnit | undefined,
    startMs: number,
    periodMs: number,
    count: number,
  ): (Samples | undefined)[] {
    const metric = this.#metrics.get(key);
    const chosen =
      unit === undefined ? [...(metric?.series.values() ?? [])] : [metric?.series.get(unit)];
    const parts = chosen
      .filter((series) => series !== undefined)
      .map((series) => series.periods(startMs, periodMs, count));
    const first = parts[0] ?? Array.from<Samples | undefined>({ length: count });
    return parts
      .slice(1)
      .reduce((sum, part) => sum.map((samples, i) => join(samples, part[i])), first);
  }

  unitsOf(key: string): readonly StandardUnit[] {
    return [...(this.#metrics.get(key)?.series.keys() ?? [])];
  }

  list(): readonly Metric[] {
    return [...this.#metrics.values()];
  }

  #add(measurement: Measurement, nowMs: number): void {
    const { metric: id, unit, samples } = measurement;
    const key = metricKey(id);
    const metric = this.#metrics.get(key) ?? {
      ...id,
      series: new Map<StandardUnit, Series>(),
      retentionMs: this.#retention.get(key) ?? RETENTION_MS,
      lastAddedMs: nowMs,
    };
    this.#metrics.set(key, metric);
    metric.lastAddedMs = nowMs;
    if (samples.count === 0) return;
    const resolutionMs = measurement.resolutionSeconds * 1000;
    const startMs = Math.floor(measurement.timestampMs / resolutionMs) * resolutionMs;
    if (startMs < nowMs - metric.retentionMs) return;
    const series = metric.series.get(unit) ?? new Series();
    metric.series.set(unit, series);
    series.add(startMs, samples);
  }

  #sweep(nowMs: number): void {
    this.#sweptMs = nowMs;
    for (const [key, metric] of this.#metrics) {
      for (const [unit, series] of metric.series) {
        series.dropBefore(nowMs - metric.retentionMs);
        if (series.empty) metric.series.delete(unit);
      }
      if (nowMs - metric.lastAddedMs > FORGET_MS) this.#metrics.delete(key);
    }
  }
}

function join(a: Samples | undefined, b: Samples | undefined): Samples | undefined {
  return a && b ? merge(a, b) : (a ?? b);
}
