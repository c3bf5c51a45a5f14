/** What the lab keeps of an alarm. */
import type {
  CompositeAlarm as AwsCompositeAlarm,
  EvaluationWindow,
  MetricAlarm as AwsMetricAlarm,
} from "@aws-sdk/client-cloudwatch";
import { arn } from "../../service.ts";
import { simpleStatistic } from "../metrics/statistic.ts";
import type {
  AlarmState,
  MetricAlarmConfiguration,
  StateValue,
  SuppressorConfiguration,
} from "../ports.ts";
import type { Query, Source } from "../queries.ts";
import type { Zone } from "../timeZone.ts";
import type { AlarmSettings } from "./decide.ts";
import { CREATED } from "./reason.ts";
import type { Rule } from "./rule.ts";

/** What both kinds are put with. */
interface CommonDefinition {
  readonly name: string;
  readonly description: string | undefined;
  readonly actionsEnabled: boolean;
  readonly actions: Readonly<Record<StateValue, readonly string[]>>;
}

export interface MetricDefinition extends CommonDefinition {
  readonly kind: "metric";
  /** One metric's statistic, or the one of several queries that returns data. */
  readonly watched: Source | { readonly queries: readonly Query[]; readonly id: string };
  readonly periodSeconds: number;
  readonly settings: AlarmSettings;
  readonly configuration: MetricAlarmConfiguration;
  readonly warmUp?: WarmUp;
  readonly window?: {
    readonly asPut: EvaluationWindow;
    /** Whose clock the periods are aligned with; missing for a sliding window. */
    readonly zone?: Zone;
  };
}

export interface WarmUp {
  readonly minutes: number;
  /** Whether it lasts its full time even when data is there; as it was put. */
  readonly full?: boolean;
}

export interface CompositeDefinition extends CommonDefinition {
  readonly kind: "composite";
  readonly ruleText: string;
  readonly rule: Rule;
  /** Names, each once. */
  readonly children: readonly string[];
  readonly suppressor?: SuppressorConfiguration;
}

interface Situation {
  readonly arn: string;
  /** Nominal milliseconds. */
  configurationUpdatedMs: number;
  /** Its `timestampMs` moves with every update of the state, also to the same value. */
  state: AlarmState;
  /** When the state's value last changed. */
  transitionedMs: number;
  readonly tags: Map<string, string>;
}

export interface MetricAlarm extends Situation {
  readonly kind: "metric";
  definition: MetricDefinition;
  /** When its warm-up began, nominal milliseconds; undefined once it is over. */
  warmingSinceMs?: number | undefined;
}

export interface CompositeAlarm extends Situation {
  readonly kind: "composite";
  definition: CompositeDefinition;
}

export type Alarm = MetricAlarm | CompositeAlarm;

export function alarmArn(name: string): string {
  return arn("cloudwatch", `alarm:${name}`);
}

/** "When this operation creates an alarm, the alarm state is immediately set to INSUFFICIENT_DATA." */
export function newSituation(name: string, nowMs: number): Situation {
  return {
    arn: alarmArn(name),
    configurationUpdatedMs: nowMs,
    state: { value: "INSUFFICIENT_DATA", reason: CREATED, timestampMs: nowMs },
    transitionedMs: nowMs,
    tags: new Map(),
  };
}

/** A metric alarm as DescribeAlarms shows it. */
export function describeMetric(alarm: MetricAlarm): AwsMetricAlarm {
  const { configuration, warmUp, window } = alarm.definition;
  const stat = configuration.singleMetric ? configuration.queries[0]?.MetricStat : undefined;
  const simple = simpleStatistic(stat?.Stat);
  return {
    ...describeCommon(alarm),
    ...(stat
      ? {
          MetricName: stat.Metric?.MetricName,
          Namespace: stat.Metric?.Namespace,
          ...(simple === undefined ? { ExtendedStatistic: stat.Stat } : { Statistic: simple }),
          Dimensions: stat.Metric?.Dimensions ?? [],
          Period: stat.Period,
          ...(stat.Unit === undefined ? {} : { Unit: stat.Unit }),
        }
      : { Dimensions: [], Metrics: [...configuration.queries] }),
    EvaluationPeriods: configuration.evaluationPeriods,
    ...(configuration.datapointsToAlarm === undefined
      ? {}
      : { DatapointsToAlarm: configuration.datapointsToAlarm }),
    Threshold: configuration.threshold,
    ComparisonOperator: alarm.definition.settings.comparison,
    ...(configuration.treatMissingData === undefined
      ? {}
      : { TreatMissingData: configuration.treatMissingData }),
    ...(configuration.evaluateLowSampleCountPercentile === undefined
      ? {}
      : { EvaluateLowSampleCountPercentile: configuration.evaluateLowSampleCountPercentile }),
    ...(window ? { EvaluationWindow: window.asPut } : {}),
    ...(warmUp
      ? {
          WarmUpConfiguration: {
            WarmUpPeriodDurationInMinutes: warmUp.minutes,
            ...(warmUp.full === undefined
              ? {}
              : { OnlyStartEvaluatingAfterWarmUpPeriodEnds: warmUp.full }),
          },
        }
      : {}),
  };
}

export function describeComposite(alarm: CompositeAlarm): AwsCompositeAlarm {
  const { ruleText, suppressor } = alarm.definition;
  const { suppressed } = alarm.state;
  return {
    ...describeCommon(alarm),
    AlarmRule: ruleText,
    ...(suppressed
      ? { ActionsSuppressedBy: suppressed.by, ActionsSuppressedReason: suppressed.reason }
      : {}),
    ...(suppressor
      ? {
          ActionsSuppressor: suppressor.alarm,
          ActionsSuppressorWaitPeriod: suppressor.waitSeconds,
          ActionsSuppressorExtensionPeriod: suppressor.extensionSeconds,
        }
      : {}),
  };
}

function describeCommon({ definition, arn: alarm, ...situation }: Alarm): object {
  const { state } = situation;
  return {
    AlarmName: definition.name,
    AlarmArn: alarm,
    ...(definition.description === undefined ? {} : { AlarmDescription: definition.description }),
    AlarmConfigurationUpdatedTimestamp: new Date(situation.configurationUpdatedMs),
    ActionsEnabled: definition.actionsEnabled,
    OKActions: [...definition.actions.OK],
    AlarmActions: [...definition.actions.ALARM],
    InsufficientDataActions: [...definition.actions.INSUFFICIENT_DATA],
    StateValue: state.value,
    StateReason: state.reason,
    ...(state.reasonData === undefined ? {} : { StateReasonData: state.reasonData }),
    ...(state.evaluationState === undefined ? {} : { EvaluationState: state.evaluationState }),
    StateUpdatedTimestamp: new Date(state.timestampMs),
    StateTransitionedTimestamp: new Date(situation.transitionedMs),
  };
}
