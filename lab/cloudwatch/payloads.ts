/**
 * What an alarm's transition looks like to those it tells: the Lambda action's event ("Invoke a
 * Lambda function from an alarm"), the SNS message and the EventBridge event ("Alarm events and
 * EventBridge"). Pure.
 */
import { createHash } from "node:crypto";
import type { Dimension, MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import { ACCOUNT_ID, REGION } from "../service.ts";
import type {
  AlarmEvent,
  AlarmState,
  CompositeAlarmConfiguration,
  MetricAlarmConfiguration,
} from "./ports.ts";
import { dimensionRecord } from "./validation.ts";

/** How SNS messages spell `us-east-1`. */
const REGION_NAME = "US East (N. Virginia)";

/** `2019-10-02T17:04:40.989+0000` */
export function timestamp(ms: number): string {
  return new Date(ms).toISOString().replace("Z", "+0000");
}

/** The event of a Lambda function that is an alarm's action. */
export function lambdaPayload(event: AlarmEvent): object {
  return {
    source: "aws.cloudwatch",
    alarmArn: event.alarmArn,
    accountId: ACCOUNT_ID,
    time: timestamp(event.state.timestampMs),
    region: REGION,
    alarmData: alarmData(event),
  };
}

/** `id` is the event's own, a UUID. */
export function eventBridgeEvent(event: AlarmEvent, id: string): object {
  return {
    version: "0",
    id,
    "detail-type": "CloudWatch Alarm State Change",
    source: "aws.cloudwatch",
    account: ACCOUNT_ID,
    time: new Date(event.state.timestampMs).toISOString().replace(/\.\d+/, ""),
    region: REGION,
    resources: [event.alarmArn],
    detail: alarmData(event),
  };
}

function alarmData(event: AlarmEvent): object {
  const { configuration, description } = event;
  return {
    alarmName: event.alarmName,
    state: stateData(event.state),
    previousState: stateData(event.previousState),
    configuration: {
      ...(description === undefined ? {} : { description }),
      ...(configuration.kind === "composite"
        ? { alarmRule: configuration.alarmRule }
        : { metrics: configuration.queries.map((query) => metricData(event, query)) }),
    },
  };
}

function stateData({ value, reason, reasonData, timestampMs }: AlarmState): object {
  return {
    value,
    reason,
    ...(reasonData === undefined ? {} : { reasonData }),
    timestamp: timestamp(timestampMs),
  };
}

function metricData(event: AlarmEvent, query: MetricDataQuery): object {
  const { Id, Expression, Label, MetricStat, ReturnData } = query;
  return {
    // An alarm on a single metric has no id of its own: AWS shows a UUID.
    id: Id ?? uuidOf(event.alarmArn),
    ...(Expression === undefined ? {} : { expression: Expression }),
    ...(Label === undefined ? {} : { label: Label }),
    ...(MetricStat
      ? {
          metricStat: {
            metric: {
              namespace: MetricStat.Metric?.Namespace,
              name: MetricStat.Metric?.MetricName,
              dimensions: dimensionRecord(MetricStat.Metric?.Dimensions),
            },
            period: MetricStat.Period,
            stat: MetricStat.Stat,
            ...(MetricStat.Unit === undefined ? {} : { unit: MetricStat.Unit }),
          },
        }
      : {}),
    returnData: ReturnData ?? true,
  };
}

/** The same alarm always has the same one. */
function uuidOf(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, "$1-$2-$3-$4-$5");
}

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
