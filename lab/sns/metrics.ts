/**
 * AWS/SNS metrics of topics, "pushed to CloudWatch at 1-minute intervals", stamped with their minute.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html
 */
import type { Cancel, Clock } from "../../base/clock.ts";
import { MinuteMetrics } from "../minuteMetrics.ts";
import type { MetricSink } from "../ports.ts";

const UNITS = {
  NumberOfMessagesPublished: "Count",
  NumberOfNotificationsDelivered: "Count",
  NumberOfNotificationsFailed: "Count",
  NumberOfNotificationsFilteredOut: "Count",
  "NumberOfNotificationsFilteredOut-NoMessageAttributes": "Count",
  "NumberOfNotificationsFilteredOut-InvalidAttributes": "Count",
  "NumberOfNotificationsFilteredOut-MessageAttributes": "Count",
  "NumberOfNotificationsFilteredOut-MessageBody": "Count",
  "NumberOfNotificationsFilteredOut-InvalidMessageBody": "Count",
  PublishSize: "Bytes",
} as const;
export type MetricName = keyof typeof UNITS;

export class TopicMetrics {
  readonly stop: Cancel;
  readonly #metrics: MinuteMetrics<MetricName>;

  constructor(clock: Clock, sink: MetricSink) {
    this.#metrics = new MinuteMetrics(clock, sink, "AWS/SNS", UNITS);
    this.stop = this.#metrics.stop;
  }

  count(TopicName: string, metricName: MetricName, value = 1): void {
    this.#metrics.add(metricName, { TopicName }, value);
  }
}
