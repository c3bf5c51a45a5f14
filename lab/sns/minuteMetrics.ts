/**
 * AWS/SNS metrics of topics, "pushed to CloudWatch at 1-minute intervals", stamped with their minute.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html
 */
import { type Cancel, type Clock, every } from "../../base/clock.ts";
import type { MetricSink } from "../ports.ts";

const MINUTE_MS = 60_000;

export type MetricName =
  | "NumberOfMessagesPublished"
  | "NumberOfNotificationsDelivered"
  | "NumberOfNotificationsFailed"
  | "NumberOfNotificationsFilteredOut"
  | "NumberOfNotificationsFilteredOut-NoMessageAttributes"
  | "NumberOfNotificationsFilteredOut-InvalidAttributes"
  | "NumberOfNotificationsFilteredOut-MessageAttributes"
  | "NumberOfNotificationsFilteredOut-MessageBody"
  | "NumberOfNotificationsFilteredOut-InvalidMessageBody"
  | "PublishSize";

interface Series {
  readonly topicName: string;
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

  count(topicName: string, metricName: MetricName, value = 1): void {
    const timestampMs = Math.floor(this.#clock.now() / MINUTE_MS) * MINUTE_MS;
    const key = `${topicName} ${metricName} ${timestampMs}`;
    const values = this.#series.get(key)?.values ?? new Map<number, number>();
    values.set(value, (values.get(value) ?? 0) + 1);
    this.#series.set(key, { topicName, metricName, timestampMs, values });
  }

  #publish(): void {
    if (this.#series.size === 0) return;
    const points = [...this.#series.values()].map((series) => ({
      namespace: "AWS/SNS",
      metricName: series.metricName,
      dimensions: { TopicName: series.topicName },
      timestampMs: series.timestampMs,
      values: [...series.values.keys()],
      counts: [...series.values.values()],
      unit: series.metricName === "PublishSize" ? "Bytes" : "Count",
    }));
    this.#series.clear();
    this.#sink.publish(points);
  }
}
