/** What CloudWatch asks of the rest of the lab: that somebody performs its alarms' actions. */
import type { MetricDataQuery } from "@aws-sdk/client-cloudwatch";

export interface AlarmActions {
  /** Must not reject: what goes wrong is an outcome, and the alarm's history tells it. */
  perform(actionArn: string, event: AlarmEvent): Promise<ActionOutcome>;
}

export type ActionOutcome = { readonly ok: true } | { readonly ok: false; readonly error: string };

export type StateValue = "OK" | "ALARM" | "INSUFFICIENT_DATA";

export interface AlarmState {
  readonly value: StateValue;
  readonly reason: string;
  /** A JSON document. */
  readonly reasonData?: string;
  /** Nominal milliseconds. */
  readonly timestampMs: number;
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
  /** The children whose change brought this transition. */
  readonly triggeringChildren: readonly {
    readonly arn: string;
    readonly value: StateValue;
    readonly timestampMs: number;
  }[];
}
