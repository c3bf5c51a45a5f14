/** What CloudWatch asks of the rest of the lab: that somebody performs its alarms' actions, and hears of them. */
import type { MetricDataQuery } from "@aws-sdk/client-cloudwatch";

export interface AlarmActions {
  /** Must not reject: what goes wrong is an outcome, and the alarm's history tells it. */
  perform(actionArn: string, event: AlarmEvent): Promise<ActionOutcome>;
}

export type ActionOutcome = { readonly ok: true } | { readonly ok: false; readonly error: string };

/**
 * Takes what EventBridge's default bus gets of alarms. payloads.ts renders both: `eventBridgeEvent`
 * and `configurationChangeEvent`. Neither may throw.
 */
export interface AlarmAnnouncements {
  /** Every transition, also one whose actions are disabled, muted or suppressed. */
  stateChanged(event: AlarmEvent): void;
  configurationChanged?(change: AlarmChange): void;
}

/** One alarm created, updated or deleted. */
export interface AlarmChange {
  readonly operation: "create" | "update" | "delete";
  readonly alarmName: string;
  readonly alarmArn: string;
  readonly state: AlarmState;
  /** The last one, for `delete`. */
  readonly configuration: AlarmSnapshot;
  /** For `update`. */
  readonly previousConfiguration?: AlarmSnapshot;
  /** Nominal milliseconds. */
  readonly atMs: number;
}

/** All that an alarm is configured with. */
export interface AlarmSnapshot {
  readonly alarmName: string;
  readonly description?: string;
  readonly configuration: MetricAlarmConfiguration | CompositeAlarmConfiguration;
  readonly actionsEnabled: boolean;
  readonly okActions: readonly string[];
  readonly alarmActions: readonly string[];
  readonly insufficientDataActions: readonly string[];
  /** Nominal milliseconds. */
  readonly updatedMs: number;
}

export type StateValue = "OK" | "ALARM" | "INSUFFICIENT_DATA";

export interface AlarmState {
  readonly value: StateValue;
  readonly reason: string;
  /** A JSON document. */
  readonly reasonData?: string;
  /** Nominal milliseconds. */
  readonly timestampMs: number;
  /** Why a composite alarm's actions do not run. */
  readonly suppressed?: Suppressed;
  /** Of a metric alarm that is not evaluated yet. */
  readonly evaluationState?: "IN_WARM_UP";
}

export interface Suppressed {
  readonly by: "Alarm" | "WaitPeriod" | "ExtensionPeriod";
  readonly reason: string;
}

/** The window of the mute rule that keeps an alarm's actions from running. */
export interface MuteDetail {
  readonly ruleArn: string;
  /** Nominal milliseconds. */
  readonly startMs: number;
  readonly endMs: number;
}

/** One transition of one alarm, with all that any action's payload tells of it. */
export interface AlarmEvent {
  readonly alarmName: string;
  readonly alarmArn: string;
  readonly description?: string;
  readonly state: AlarmState;
  readonly previousState: AlarmState;
  readonly configuration: MetricAlarmConfiguration | CompositeAlarmConfiguration;
  /** Nominal milliseconds. */
  readonly configurationUpdatedMs: number;
  readonly okActions: readonly string[];
  readonly alarmActions: readonly string[];
  readonly insufficientDataActions: readonly string[];
  /** Set when the alarm is muted. */
  readonly muted?: MuteDetail;
}

export interface MetricAlarmConfiguration {
  readonly kind: "metric";
  /** One element without an expression for an alarm on a single metric. */
  readonly queries: readonly MetricDataQuery[];
  /** Whether the alarm was put with `MetricName`, and not with `Metrics`. */
  readonly singleMetric: boolean;
  readonly periodSeconds: number;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm?: number;
  readonly threshold: number;
  readonly comparisonOperator: string;
  readonly treatMissingData?: string;
  readonly evaluateLowSampleCountPercentile?: string;
}

export interface CompositeAlarmConfiguration {
  readonly kind: "composite";
  readonly alarmRule: string;
  readonly suppressor?: SuppressorConfiguration;
  /** The children whose change brought this transition. */
  readonly triggeringChildren: readonly {
    readonly arn: string;
    readonly value: StateValue;
    readonly timestampMs: number;
  }[];
}

export interface SuppressorConfiguration {
  /** As it was put: a name or an ARN. */
  readonly alarm: string;
  readonly waitSeconds: number;
  readonly extensionSeconds: number;
}
