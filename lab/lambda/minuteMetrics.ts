/** AWS/Lambda metrics, published once a nominal minute, stamped with the minute they are of. */
import { type Cancel, type Clock, every } from "../../base/clock.ts";
import type { MetricSink } from "../ports.ts";

const MINUTE_MS = 60_000;
const UNITS = {
  Invocations: "Count",
  Errors: "Count",
  Throttles: "Count",
  Duration: "Milliseconds",
} as const;
export type MetricName = keyof typeof UNITS;

interface Series {
  readonly functionName: string;
  readonly metricName: MetricName;
  /** Value to how often it was seen. */
  readonly values: Map<number, number>;
}

export class MinuteMetrics {
  readonly #sink: MetricSink;
  readonly #series = new Map<string, Series>();
  readonly stop: Cancel;

  constructor(clock: Clock, sink: MetricSink) {
    this.#sink = sink;
    this.stop = every(clock, MINUTE_MS, (atMs) => this.#publish(atMs - MINUTE_MS));
  }

  count(functionName: string, metricName: MetricName, value: number): void {
    const key = `${functionName} ${metricName}`;
    const series = this.#series.get(key) ?? { functionName, metricName, values: new Map() };
    series.values.set(value, (series.values.get(value) ?? 0) + 1);
    this.#series.set(key, series);
  }

  #publish(timestampMs: number): void {
    if (this.#series.size === 0) return;
    const points = [...this.#series.values()].map(({ functionName, metricName, values }) => ({
      namespace: "AWS/Lambda",
      metricName,
      dimensions: { FunctionName: functionName },
      timestampMs,
      values: [...values.keys()],
      counts: [...values.values()],
      unit: UNITS[metricName],
    }));
    this.#series.clear();
    this.#sink.publish(points);
  }
}
