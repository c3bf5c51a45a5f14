/**
 * AWS/Lambda metrics, published once a nominal minute ("Lambda sends metric data to CloudWatch in
 * 1-minute intervals") and stamped with the minute in which the function was invoked.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
 */
import { type Cancel, type Clock, every } from "../../base/clock.ts";
import type { MetricSink } from "../ports.ts";

const MINUTE_MS = 60_000;
const UNITS = {
  Invocations: "Count",
  Errors: "Count",
  Throttles: "Count",
  Duration: "Milliseconds",
  ConcurrentExecutions: "Count",
  AsyncEventsReceived: "Count",
  AsyncEventAge: "Milliseconds",
  AsyncEventsDropped: "Count",
  DeadLetterErrors: "Count",
  DestinationDeliveryFailures: "Count",
} as const;
export type MetricName = keyof typeof UNITS;

interface Series {
  readonly dimensions: Readonly<Record<string, string>>;
  readonly metricName: MetricName;
  readonly timestampMs: number;
  /** Value to how often it was seen. */
  readonly values: Map<number, number>;
}

export class MinuteMetrics {
  readonly #clock: Clock;
  readonly #sink: MetricSink;
  readonly #series = new Map<string, Series>();
  readonly stop: Cancel;

  constructor(clock: Clock, sink: MetricSink) {
    this.#clock = clock;
    this.#sink = sink;
    this.stop = every(clock, MINUTE_MS, () => this.#publish());
  }

  /** By function name, by resource (an unqualified invocation's is the name) and across all. */
  count(functionName: string, metricName: MetricName, value: number, atMs?: number): void {
    this.#add({ FunctionName: functionName }, metricName, value, atMs);
    this.#add({ FunctionName: functionName, Resource: functionName }, metricName, value, atMs);
    this.#add({}, metricName, value, atMs);
  }

  /** Executions that run now, of a function and of the account: viewed with Maximum. */
  concurrency(functionName: string, ofFunction: number, ofAccount: number): void {
    this.#add({ FunctionName: functionName }, "ConcurrentExecutions", ofFunction);
    this.#add({}, "ConcurrentExecutions", ofAccount);
  }

  #add(
    dimensions: Series["dimensions"],
    metricName: MetricName,
    value: number,
    atMs = this.#clock.now(),
  ): void {
    const timestampMs = Math.floor(atMs / MINUTE_MS) * MINUTE_MS;
    const key = `${metricName} ${timestampMs} ${Object.values(dimensions).join(" ")}`;
    const series = this.#series.get(key) ?? {
      dimensions,
      metricName,
      timestampMs,
      values: new Map<number, number>(),
    };
    series.values.set(value, (series.values.get(value) ?? 0) + 1);
    this.#series.set(key, series);
  }

  #publish(): void {
    if (this.#series.size === 0) return;
    const points = [...this.#series.values()].map(
      ({ dimensions, metricName, timestampMs, values }) => ({
        namespace: "AWS/Lambda",
        metricName,
        dimensions,
        timestampMs,
        values: [...values.keys()],
        counts: [...values.values()],
        unit: UNITS[metricName],
      }),
    );
    this.#series.clear();
    this.#sink.publish(points);
  }
}
