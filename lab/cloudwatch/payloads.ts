/**
 * What an alarm's transition looks like to those it tells: the Lambda action's event ("Invoke a
 * Lambda function from an alarm"), and to EventBridge, which also hears of changed configurations
 * ("Alarm events and EventBridge"). Pure. The SNS message is in snsPayload.ts.
 */
import { createHash } from "node:crypto";
import type { MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import { ACCOUNT_ID, REGION } from "../service.ts";
import type {
  AlarmChange,
  AlarmEvent,
  AlarmSnapshot,
  AlarmState,
  CompositeAlarmConfiguration,
} from "./ports.ts";
import { dimensionRecord } from "./validation.ts";

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

export interface EventBridgeEvent {
  readonly version: "0";
  readonly id: string;
  readonly "detail-type": string;
  readonly source: "aws.cloudwatch";
  readonly account: string;
  /** To the second: `2019-10-02T17:04:40Z`. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: object;
}

/** "CloudWatch Alarm State Change". `id` is the event's own, a UUID. */
export function eventBridgeEvent(event: AlarmEvent, id: string): EventBridgeEvent {
  const { muted } = event;
  return {
    ...envelope("CloudWatch Alarm State Change", event.alarmArn, event.state.timestampMs, id),
    detail: {
      ...alarmData(event),
      ...(muted
        ? {
            muteDetail: {
              mutedByArn: muted.ruleArn,
              muteWindowStart: timestamp(muted.startMs),
              muteWindowEnd: timestamp(muted.endMs),
            },
          }
        : {}),
    },
  };
}

/** "CloudWatch Alarm Configuration Change". `id` is the event's own, a UUID. */
export function configurationChangeEvent(change: AlarmChange, id: string): EventBridgeEvent {
  const { alarmName, alarmArn, operation, state, configuration, previousConfiguration } = change;
  return {
    ...envelope("CloudWatch Alarm Configuration Change", alarmArn, change.atMs, id),
    detail: {
      alarmName,
      operation,
      // AWS's samples leave the reasons out here.
      state: {
        ...(state.suppressed ? { actionsSuppressedBy: state.suppressed.by } : {}),
        ...evaluationState(state),
        value: state.value,
        timestamp: timestamp(state.timestampMs),
      },
      configuration: snapshotData(alarmArn, configuration),
      ...(previousConfiguration
        ? { previousConfiguration: snapshotData(alarmArn, previousConfiguration) }
        : {}),
    },
  };
}

function envelope(
  detailType: string,
  alarmArn: string,
  atMs: number,
  id: string,
): Omit<EventBridgeEvent, "detail"> {
  return {
    version: "0",
    id,
    "detail-type": detailType,
    source: "aws.cloudwatch",
    account: ACCOUNT_ID,
    time: new Date(atMs).toISOString().replace(/\.\d+/, ""),
    region: REGION,
    resources: [alarmArn],
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
        ? compositeData(configuration)
        : { metrics: configuration.queries.map((query) => metricData(event.alarmArn, query)) }),
    },
  };
}

function stateData(state: AlarmState): object {
  const { value, reason, reasonData, timestampMs, suppressed } = state;
  return {
    ...(suppressed
      ? { actionsSuppressedBy: suppressed.by, actionsSuppressedReason: suppressed.reason }
      : {}),
    ...evaluationState(state),
    value,
    reason,
    ...(reasonData === undefined ? {} : { reasonData }),
    timestamp: timestamp(timestampMs),
  };
}

function evaluationState({ evaluationState: value }: AlarmState): object {
  return value === undefined ? {} : { evaluationState: value };
}

function compositeData({ alarmRule, suppressor }: CompositeAlarmConfiguration): object {
  return {
    alarmRule,
    ...(suppressor
      ? {
          actionsSuppressor: suppressor.alarm,
          actionsSuppressorWaitPeriod: suppressor.waitSeconds,
          actionsSuppressorExtensionPeriod: suppressor.extensionSeconds,
        }
      : {}),
  };
}

function snapshotData(alarmArn: string, snapshot: AlarmSnapshot): object {
  const { configuration, description } = snapshot;
  return {
    ...(configuration.kind === "composite"
      ? compositeData(configuration)
      : {
          evaluationPeriods: configuration.evaluationPeriods,
          ...(configuration.datapointsToAlarm === undefined
            ? {}
            : { datapointsToAlarm: configuration.datapointsToAlarm }),
          threshold: configuration.threshold,
          comparisonOperator: configuration.comparisonOperator,
          ...(configuration.treatMissingData === undefined
            ? {}
            : { treatMissingData: configuration.treatMissingData }),
          ...(configuration.evaluateLowSampleCountPercentile === undefined
            ? {}
            : { evaluateLowSampleCountPercentile: configuration.evaluateLowSampleCountPercentile }),
          metrics: configuration.queries.map((query) => metricData(alarmArn, query)),
        }),
    alarmName: snapshot.alarmName,
    ...(description === undefined ? {} : { description }),
    actionsEnabled: snapshot.actionsEnabled,
    timestamp: timestamp(snapshot.updatedMs),
    okActions: snapshot.okActions,
    alarmActions: snapshot.alarmActions,
    insufficientDataActions: snapshot.insufficientDataActions,
  };
}

function metricData(alarmArn: string, query: MetricDataQuery): object {
  const { Id, Expression, Label, MetricStat, ReturnData } = query;
  return {
    // An alarm on a single metric has no id of its own: AWS shows a UUID.
    id: Id ?? uuidOf(alarmArn),
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
