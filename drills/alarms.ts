/** A slot's alarms as CloudWatch shows them: states, transitions, actions, and what sets the floors. */
import {
  type AlarmHistoryItem,
  type CloudWatchClient,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  type MetricAlarm,
} from "@aws-sdk/client-cloudwatch";
import { z } from "zod";
import { environmentError } from "../base/errors.ts";
import type { EnvironmentNames } from "../guard/names.ts";
import type { Slot } from "../guard/slot.ts";

/** OK, ALARM or INSUFFICIENT_DATA. */
export type AlarmState = string;

/** The composite alarm whose action is the guard. Times are CloudWatch's: nominal milliseconds. */
export interface GuardAlarm {
  readonly name: string;
  readonly arn: string;
  readonly state: AlarmState;
  /** When it came into its state; null when CloudWatch does not say. */
  readonly transitionedMs: number | null;
  readonly actionsEnabled: boolean;
  readonly alarmActions: readonly string[];
}

/** A metric alarm below it. */
export interface SignalAlarm {
  readonly name: string;
  readonly state: AlarmState;
  readonly periodSeconds: number;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly threshold: number;
}

/** What a guard alarm listens to: share of failures, no healthy host, p99, p99 against the other slot. */
export const SIGNALS = ["errors", "unhealthy", "latency", "latencyRatio"] as const;
export type Signal = (typeof SIGNALS)[number];

export type SlotAlarms = { readonly guard: GuardAlarm } & Readonly<Record<Signal, SignalAlarm>>;

/** Those of a slot's alarms that are not OK, as sentences. */
export function notOk(alarms: SlotAlarms): string[] {
  return [alarms.guard, ...SIGNALS.map((signal) => alarms[signal])]
    .filter((alarm) => alarm.state !== "OK")
    .map((alarm) => `alarm ${alarm.name} is ${alarm.state}`);
}

export interface AlarmReader {
  read(slot: Slot): Promise<SlotAlarms>;
  /** Nominal time of the guard alarm's first transition to ALARM at or after `sinceMs`. */
  firstAlarmSince(slot: Slot, sinceMs: number): Promise<number | null>;
  /** What CloudWatch wrote of actions of the guard alarm that failed at or after `sinceMs`. */
  failedActionsSince(slot: Slot, sinceMs: number): Promise<string[]>;
}

export function cloudWatchAlarms(client: CloudWatchClient, names: EnvironmentNames): AlarmReader {
  const history = async (
    slot: Slot,
    type: "StateUpdate" | "Action",
    sinceMs: number,
  ): Promise<AlarmHistoryItem[]> => {
    const items: AlarmHistoryItem[] = [];
    let NextToken: string | undefined;
    do {
      const page = await client.send(
        new DescribeAlarmHistoryCommand({
          AlarmName: names.guardAlarm[slot],
          AlarmTypes: ["CompositeAlarm"],
          HistoryItemType: type,
          // Start dates have whole seconds on the wire of some protocols: ask for one more.
          StartDate: new Date(sinceMs - 1000),
          ScanBy: "TimestampAscending",
          ...(NextToken ? { NextToken } : {}),
        }),
      );
      items.push(...(page.AlarmHistoryItems ?? []));
      NextToken = page.NextToken;
    } while (NextToken);
    return items.filter((item) => (item.Timestamp?.getTime() ?? 0) >= sinceMs);
  };

  return {
    async read(slot) {
      const signalNames: Readonly<Record<Signal, string>> = {
        errors: names.errorAlarm[slot],
        unhealthy: names.unhealthyAlarm[slot],
        latency: names.latencyAlarm[slot],
        latencyRatio: names.latencyRatioAlarm[slot],
      };
      const wanted = [names.guardAlarm[slot], ...Object.values(signalNames)];
      const found = await client.send(
        new DescribeAlarmsCommand({
          AlarmNames: wanted,
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
      const signal = (which: Signal): SignalAlarm => {
        const alarm = found.MetricAlarms?.find((one) => one.AlarmName === signalNames[which]);
        if (!alarm) throw incomplete();
        return signalAlarm(alarm);
      };
      if (!guard) throw incomplete();
      return {
        guard: {
          name: guard.AlarmName ?? "",
          arn: guard.AlarmArn ?? "",
          state: guard.StateValue ?? "INSUFFICIENT_DATA",
          transitionedMs: guard.StateTransitionedTimestamp?.getTime() ?? null,
          actionsEnabled: guard.ActionsEnabled ?? true,
          alarmActions: guard.AlarmActions ?? [],
        },
        errors: signal("errors"),
        unhealthy: signal("unhealthy"),
        latency: signal("latency"),
        latencyRatio: signal("latencyRatio"),
      };
    },

    async firstAlarmSince(slot, sinceMs) {
      const items = await history(slot, "StateUpdate", sinceMs);
      const first = items.find((item) => newStateOf(item) === "ALARM");
      return first?.Timestamp?.getTime() ?? null;
    },

    async failedActionsSince(slot, sinceMs) {
      const items = await history(slot, "Action", sinceMs);
      return items.filter(actionFailed).map((item) => item.HistorySummary ?? "an action failed");
    },
  };
}

function signalAlarm(alarm: MetricAlarm): SignalAlarm {
  // All metrics of one math expression have the same period.
  const mathPeriod = alarm.Metrics?.find((query) => query.MetricStat)?.MetricStat?.Period;
  const evaluationPeriods = alarm.EvaluationPeriods ?? 1;
  return {
    name: alarm.AlarmName ?? "",
    state: alarm.StateValue ?? "INSUFFICIENT_DATA",
    periodSeconds: alarm.Period ?? mathPeriod ?? 60,
    evaluationPeriods,
    datapointsToAlarm: alarm.DatapointsToAlarm ?? evaluationPeriods,
    threshold: alarm.Threshold ?? 0,
  };
}

function newStateOf(item: AlarmHistoryItem): string | undefined {
  // The summary says it too: "Alarm updated from OK to ALARM".
  return (
    historyDataOf(item).newState?.stateValue ?? / to (\w+)$/.exec(item.HistorySummary ?? "")?.[1]
  );
}

function actionFailed(item: AlarmHistoryItem): boolean {
  const failed = historyDataOf(item).actionState === "Failed";
  return failed || /^Failed to execute/i.test(item.HistorySummary ?? "");
}

/** History data is JSON in a string; what is not, or lacks a member, says nothing. */
const historyDataSchema = z.object({
  newState: z.object({ stateValue: z.string().optional() }).optional(),
  actionState: z.string().optional(),
});

function historyDataOf(item: AlarmHistoryItem): z.infer<typeof historyDataSchema> {
  try {
    return historyDataSchema.catch({}).parse(JSON.parse(item.HistoryData ?? "{}"));
  } catch {
    return {};
  }
}
