/**
 * AWS/Events metrics, published once a nominal minute and only where they are not zero.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
 */
import { every } from "../../base/clock.ts";
import type { Cancel, Clock } from "../../base/clock.ts";
import type { MetricSink } from "../ports.ts";
import { DEFAULT_BUS } from "./store.ts";
import type { Rule } from "./store.ts";

const MINUTE_MS = 60_000;

export type MetricName = "MatchedEvents" | "TriggeredRules" | "Invocations" | "FailedInvocations";

interface Series {
  readonly metricName: MetricName;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly timestampMs: number;
  count: number;
}

export class EventMetrics {
  readonly stop: Cancel;
  readonly #clock: Clock;
  readonly #sink: MetricSink;
  readonly #series = new Map<string, Series>();

  constructor(clock: Clock, sink: MetricSink) {
    this.#clock = clock;
    this.#sink = sink;
    this.stop = every(clock, MINUTE_MS, () => this.#publish());
  }

  count(metricName: MetricName, { bus, name }: Rule): void {
    // "Metrics that specify only the RuleName dimension refer to the default event bus."
    const ofBus = bus.name === DEFAULT_BUS ? {} : { EventBusName: bus.name };
    this.#add(metricName, { ...ofBus, RuleName: name });
    if (metricName === "Invocations") this.#add(metricName, {});
  }

  #add(metricName: MetricName, dimensions: Series["dimensions"]): void {
    const timestampMs = Math.floor(this.#clock.now() / MINUTE_MS) * MINUTE_MS;
    const key = JSON.stringify([metricName, timestampMs, dimensions]);
    const series = this.#series.get(key);
    if (series) series.count++;
    else this.#series.set(key, { metricName, dimensions, timestampMs, count: 1 });
  }

  #publish(): void {
    if (this.#series.size === 0) return;
    const points = [...this.#series.values()].map((series) => ({
      namespace: "AWS/Events",
      metricName: series.metricName,
      dimensions: series.dimensions,
      timestampMs: series.timestampMs,
      values: [1],
      counts: [series.count],
      unit: "Count",
    }));
    this.#series.clear();
    this.#sink.publish(points);
  }
}
