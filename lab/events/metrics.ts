/**
 * AWS/Events metrics, published once a nominal minute and only where they are not zero.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
 */
import type { Cancel, Clock } from "../../base/clock.ts";
import { MinuteMetrics } from "../minuteMetrics.ts";
import type { MetricSink } from "../ports.ts";
import { DEFAULT_BUS } from "./store.ts";
import type { Rule } from "./store.ts";

const UNITS = {
  MatchedEvents: "Count",
  TriggeredRules: "Count",
  Invocations: "Count",
  FailedInvocations: "Count",
} as const;
export type MetricName = keyof typeof UNITS;

export class EventMetrics {
  readonly stop: Cancel;
  readonly #metrics: MinuteMetrics<MetricName>;

  constructor(clock: Clock, sink: MetricSink) {
    this.#metrics = new MinuteMetrics(clock, sink, "AWS/Events", UNITS);
    this.stop = this.#metrics.stop;
  }

  count(metricName: MetricName, { bus, name }: Rule): void {
    // "Metrics that specify only the RuleName dimension refer to the default event bus."
    const ofBus = bus.name === DEFAULT_BUS ? {} : { EventBusName: bus.name };
    this.#metrics.add(metricName, { ...ofBus, RuleName: name });
    if (metricName === "Invocations") this.#metrics.add(metricName, {});
  }
}
