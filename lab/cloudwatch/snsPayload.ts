/** What an alarm's SNS action publishes: the subject and the message. Pure. */
import type { Dimension, MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import { ACCOUNT_ID } from "../service.ts";
import { timestamp } from "./payloads.ts";
import type { AlarmEvent, CompositeAlarmConfiguration, MetricAlarmConfiguration } from "./ports.ts";

/** How SNS messages spell `us-east-1`. */
const REGION_NAME = "US East (N. Virginia)";

/** `ALARM: "checkout-green" in US East (N. Virginia)`; SNS takes at most 100 characters. */
export function snsSubject(event: AlarmEvent): string {
  const subject = `${event.state.value}: "${event.alarmName}" in ${REGION_NAME}`;
  return subject.length <= 100 ? subject : `${subject.slice(0, 97)}...`;
}

/** What an SNS action publishes as its message, as JSON. */
export function snsMessage(event: AlarmEvent): object {
  const { state, previousState, configuration } = event;
  return {
    AlarmName: event.alarmName,
    AlarmDescription: event.description ?? null,
    AWSAccountId: ACCOUNT_ID,
    AlarmConfigurationUpdatedTimestamp: timestamp(event.configurationUpdatedMs),
    NewStateValue: state.value,
    NewStateReason: state.reason,
    StateChangeTime: timestamp(state.timestampMs),
    Region: REGION_NAME,
    AlarmArn: event.alarmArn,
    OldStateValue: previousState.value,
    OKActions: event.okActions,
    AlarmActions: event.alarmActions,
    InsufficientDataActions: event.insufficientDataActions,
    ...(configuration.kind === "composite"
      ? compositeTrigger(configuration)
      : { Trigger: metricTrigger(configuration) }),
  };
}

function compositeTrigger({ alarmRule, triggeringChildren }: CompositeAlarmConfiguration): object {
  return {
    AlarmRule: alarmRule,
    TriggeringChildren: triggeringChildren.map(({ arn, value, timestampMs }) => ({
      Arn: arn,
      State: { Value: value, Timestamp: timestamp(timestampMs) },
    })),
  };
}

function metricTrigger(configuration: MetricAlarmConfiguration): object {
  const stat = configuration.queries[0]?.MetricStat;
  const common = {
    Period: configuration.periodSeconds,
    EvaluationPeriods: configuration.evaluationPeriods,
    ...(configuration.datapointsToAlarm === undefined
      ? {}
      : { DatapointsToAlarm: configuration.datapointsToAlarm }),
    ComparisonOperator: configuration.comparisonOperator,
    Threshold: configuration.threshold,
    TreatMissingData: configuration.treatMissingData ?? "",
    EvaluateLowSampleCountPercentile: configuration.evaluateLowSampleCountPercentile ?? "",
  };
  if (!configuration.singleMetric || !stat)
    return { ...common, Metrics: configuration.queries.map(snsQuery) };
  const extended = stat.Stat?.startsWith("p") ?? false;
  return {
    MetricName: stat.Metric?.MetricName,
    Namespace: stat.Metric?.Namespace,
    StatisticType: extended ? "ExtendedStatistic" : "Statistic",
    ...(extended ? { ExtendedStatistic: stat.Stat } : { Statistic: stat.Stat?.toUpperCase() }),
    Unit: stat.Unit ?? null,
    Dimensions: snsDimensions(stat.Metric?.Dimensions),
    ...common,
  };
}

function snsQuery({ Id, Expression, Label, MetricStat, ReturnData }: MetricDataQuery): object {
  return {
    ...(Expression === undefined ? {} : { Expression }),
    Id,
    ...(Label === undefined ? {} : { Label }),
    ...(MetricStat
      ? {
          MetricStat: {
            Metric: {
              Dimensions: snsDimensions(MetricStat.Metric?.Dimensions),
              MetricName: MetricStat.Metric?.MetricName,
              Namespace: MetricStat.Metric?.Namespace,
            },
            Period: MetricStat.Period,
            Stat: MetricStat.Stat,
          },
        }
      : {}),
    ReturnData: ReturnData ?? true,
  };
}

/** Lower-case here and nowhere else. */
function snsDimensions(dimensions: readonly Dimension[] | undefined): object[] {
  return (dimensions ?? []).map(({ Name, Value }) => ({ value: Value, name: Name }));
}
