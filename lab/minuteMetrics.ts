/** A service's own metrics: values of a minute are counted, and published once it is over. */
import { type Cancel, type Clock, every } from "../base/clock.ts";
import type { MetricSink } from "./ports.ts";

const MINUTE_MS = 60_000;

export type Dimensions = Readonly<Record<string, string>>;

interface Series<Name extends string> {
  readonly metricName: Name;
  readonly dimensions: Dimensions;
  readonly timestampMs: number;
  /** Value to how often it was seen. */
  readonly values: Map<number, number>;
}

/** `units` names every metric of the namespace. */
export class MinuteMetrics<Name extends string> {
  readonly stop: Cancel;
  readonly #clock: Clock;
  readonly #sink: MetricSink;
  readonly #namespace: string;
  readonly #units: Readonly<Record<Name, string>>;
  readonly #series = new Map<string, Series<Name>>();

  constructor(
    clock: Clock,
    sink: MetricSink,
    namespace: string,
    units: Readonly<Record<Name, string>>,
  ) {
    this.#clock = clock;
    this.#sink = sink;
    this.#namespace = namespace;
    this.#units = units;
    this.stop = every(clock, MINUTE_MS, () => this.#publish());
  }

  /** @param atMs nominal; the value counts in its minute. @default now */
  add(metricName: Name, dimensions: Dimensions, value = 1, atMs = this.#clock.now()): void {
    const timestampMs = Math.floor(atMs / MINUTE_MS) * MINUTE_MS;
    const key = JSON.stringify([metricName, timestampMs, dimensions]);
    const series = this.#series.get(key) ?? {
      metricName,
      dimensions,
      timestampMs,
      values: new Map<number, number>(),
    };
    series.values.set(value, (series.values.get(value) ?? 0) + 1);
    this.#series.set(key, series);
  }

  #publish(): void {
    if (this.#series.size === 0) return;
    const points = [...this.#series.values()].map((series) => ({
      namespace: this.#namespace,
      metricName: series.metricName,
      dimensions: series.dimensions,
      timestampMs: series.timestampMs,
      values: [...series.values.keys()],
      counts: [...series.values.values()],
      unit: this.#units[series.metricName],
    }));
    this.#series.clear();
    this.#sink.publish(points);
  }
}
