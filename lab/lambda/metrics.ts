/**
 * AWS/Lambda metrics, published once a nominal minute ("Lambda sends metric data to CloudWatch in
 * 1-minute intervals") and stamped with the minute in which the function was invoked.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
 */
import type { Cancel, Clock } from "../../base/clock.ts";
import { MinuteMetrics } from "../minuteMetrics.ts";
import type { MetricSink } from "../ports.ts";

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

export class FunctionMetrics {
  readonly stop: Cancel;
  readonly #metrics: MinuteMetrics<MetricName>;

  constructor(clock: Clock, sink: MetricSink) {
    this.#metrics = new MinuteMetrics(clock, sink, "AWS/Lambda", UNITS);
    this.stop = this.#metrics.stop;
  }

  /** By function name, by resource (an unqualified invocation's is the name) and across all. */
  count(FunctionName: string, metricName: MetricName, value: number, atMs?: number): void {
    this.#metrics.add(metricName, { FunctionName }, value, atMs);
    this.#metrics.add(metricName, { FunctionName, Resource: FunctionName }, value, atMs);
    this.#metrics.add(metricName, {}, value, atMs);
  }

  /** Executions that run now, of a function and of the account: viewed with Maximum. */
  concurrency(FunctionName: string, ofFunction: number, ofAccount: number): void {
    this.#metrics.add("ConcurrentExecutions", { FunctionName }, ofFunction);
    this.#metrics.add("ConcurrentExecutions", {}, ofAccount);
  }
}
