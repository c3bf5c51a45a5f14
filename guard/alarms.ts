/** A slot's alarms as CloudWatch shows them: states, actions, and what sets the floors. */
import {
  type CloudWatchClient,
  DescribeAlarmsCommand,
  type MetricAlarm,
} from "@aws-sdk/client-cloudwatch";
import { environmentError } from "../base/errors.ts";
import type { EnvironmentNames } from "./names.ts";
import { latestValue } from "./reasonData.ts";
import { ALL_SIGNALS, type AnySignal, type FastSignal, type Signal } from "./signals.ts";
import type { SignalPolicy } from "./signalPolicy.ts";
import type { Slot } from "./slot.ts";

/** OK, ALARM or INSUFFICIENT_DATA. */
export type AlarmState = string;

/** The composite alarm whose action is the guard. Times are CloudWatch's: nominal milliseconds. */
export interface GuardAlarm {
  readonly name: string;
  readonly arn: string;
  readonly state: AlarmState;
  /** CloudWatch's own words for the state. */
  readonly reason: string;
  /** When it came into its state; null when CloudWatch does not say. */
  readonly transitionedMs: number | null;
  readonly actionsEnabled: boolean;
  readonly alarmActions: readonly string[];
}

/** A metric alarm of the slot. What it may do beside being told of, the environment's policy says. */
export interface SignalAlarm {
  readonly name: string;
  readonly state: AlarmState;
  /** CloudWatch's own words for the state. */
  readonly reason: string;
  readonly periodSeconds: number;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly threshold: number;
  /** The newest value that its state rests on; null when CloudWatch tells of none. */
  readonly value: number | null;
}

export type SlotAlarms = {
  readonly guard: GuardAlarm;
  /** What the signals may do. @default each reverts alone */
  readonly policy?: SignalPolicy;
} & Readonly<Record<Signal, SignalAlarm>> &
  Readonly<Partial<Record<FastSignal, SignalAlarm>>>;

/** The slot's metric alarms, as many as the environment has, by what they judge. */
export function signalEntries(alarms: SlotAlarms): [AnySignal, SignalAlarm][] {
  return ALL_SIGNALS.flatMap((signal) => {
    const alarm = alarms[signal];
    return alarm ? [[signal, alarm]] : [];
  });
}

export function signalsOf(alarms: SlotAlarms): SignalAlarm[] {
  return signalEntries(alarms).map(([, alarm]) => alarm);
}

/** Those of a slot's alarms that are not OK, as sentences. */
export function notOk(alarms: SlotAlarms): string[] {
  return [alarms.guard, ...signalsOf(alarms)]
    .filter((alarm) => alarm.state !== "OK")
    .map((alarm) => `alarm ${alarm.name} is ${alarm.state}`);
}

/** @throws BackoutError `incomplete-environment` when one of the slot's alarms is missing */
export async function readSlotAlarms(
  client: CloudWatchClient,
  names: EnvironmentNames,
  slot: Slot,
  policy?: SignalPolicy,
): Promise<SlotAlarms> {
  const signalNames: Readonly<Record<Signal, string>> = {
    errors: names.errorAlarm[slot],
    unhealthy: names.unhealthyAlarm[slot],
    latency: names.latencyAlarm[slot],
    latencyRatio: names.latencyRatioAlarm[slot],
  };
  const wanted = [names.guardAlarm[slot], ...Object.values(signalNames)];
  const fastNames: Readonly<Record<FastSignal, string>> = {
    fastErrors: names.fastErrorAlarm[slot],
    fastLatency: names.fastLatencyAlarm[slot],
  };
  const found = await client.send(
    new DescribeAlarmsCommand({
      AlarmNames: [...wanted, ...Object.values(fastNames)],
      // Without this only metric alarms are returned.
      AlarmTypes: ["MetricAlarm", "CompositeAlarm"],
    }),
  );
  const guard = found.CompositeAlarms?.find((alarm) => alarm.AlarmName === wanted[0]);
  const incomplete = (): Error =>
    environmentError(
      "incomplete-environment",
      `slot ${slot} lacks one of its alarms ${wanted.join(", ")}`,
      "finish provisioning with `backout up` (or `pulumi up`)",
    );
  const named = (name: string): SignalAlarm | undefined => {
    const alarm = found.MetricAlarms?.find((one) => one.AlarmName === name);
    return alarm && signalAlarm(alarm);
  };
  const signal = (which: Signal): SignalAlarm => {
    const alarm = named(signalNames[which]);
    if (!alarm) throw incomplete();
    return alarm;
  };
  const fastErrors = named(fastNames.fastErrors);
  const fastLatency = named(fastNames.fastLatency);
  if (!guard) throw incomplete();
  return {
    guard: {
      name: guard.AlarmName ?? "",
      arn: guard.AlarmArn ?? "",
      state: guard.StateValue ?? "INSUFFICIENT_DATA",
      reason: guard.StateReason ?? "",
      transitionedMs: guard.StateTransitionedTimestamp?.getTime() ?? null,
      actionsEnabled: guard.ActionsEnabled ?? true,
      alarmActions: guard.AlarmActions ?? [],
    },
    errors: signal("errors"),
    unhealthy: signal("unhealthy"),
    latency: signal("latency"),
    latencyRatio: signal("latencyRatio"),
    ...(fastErrors && { fastErrors }),
    ...(fastLatency && { fastLatency }),
    ...(policy && { policy }),
  };
}

function signalAlarm(alarm: MetricAlarm): SignalAlarm {
  // All metrics of one math expression have the same period.
  const mathPeriod = alarm.Metrics?.find((query) => query.MetricStat)?.MetricStat?.Period;
  const evaluationPeriods = alarm.EvaluationPeriods ?? 1;
  return {
    name: alarm.AlarmName ?? "",
    state: alarm.StateValue ?? "INSUFFICIENT_DATA",
    reason: alarm.StateReason ?? "",
    periodSeconds: alarm.Period ?? mathPeriod ?? 60,
    evaluationPeriods,
    datapointsToAlarm: alarm.DatapointsToAlarm ?? evaluationPeriods,
    threshold: alarm.Threshold ?? 0,
    value: latestValue(alarm.StateReasonData),
  };
}
