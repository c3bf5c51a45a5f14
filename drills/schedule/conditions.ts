/** A schedule's low-traffic gate and blocking alarms at the time of a fire: what is not known blocks. */
import {
  type CloudWatchClient,
  DescribeAlarmsCommand,
  GetMetricStatisticsCommand,
} from "@aws-sdk/client-cloudwatch";
import { messageOf } from "../../base/errors.ts";
import type { LowTraffic, Schedule } from "./schedule.ts";
import { MissedReason, type Refusal } from "./upcoming.ts";

export interface ConditionReader {
  /** States by name; an alarm that does not exist has none. */
  alarmStates(names: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** The metric's newest value; null when there is no datapoint. */
  newestValue(gate: LowTraffic, nowMs: number): Promise<number | null>;
}

/** What stands against a start at `nowMs`; null for nothing. A reading that fails stands against it. */
export async function readConditions(
  { blockingAlarms, lowTraffic }: Schedule,
  nowMs: number,
  reader: ConditionReader,
): Promise<Refusal | null> {
  try {
    const states = blockingAlarms.length > 0 ? await reader.alarmStates(blockingAlarms) : new Map();
    const refusal = alarmRefusal(blockingAlarms, states);
    if (refusal) return refusal;
  } catch (error) {
    const detail = `the blocking alarms could not be read: ${messageOf(error)}`;
    return { reason: MissedReason.Alarm, detail };
  }
  if (!lowTraffic) return null;
  try {
    return gateRefusal(lowTraffic, await reader.newestValue(lowTraffic, nowMs));
  } catch (error) {
    const detail = `${lowTraffic.metric} could not be read: ${messageOf(error)}`;
    return { reason: MissedReason.Gate, detail };
  }
}

function alarmRefusal(
  names: readonly string[],
  states: ReadonlyMap<string, string>,
): Refusal | null {
  const notOk = names.filter((name) => states.get(name) !== "OK");
  if (notOk.length === 0) return null;
  const shown = notOk.map((name) => `${name} is ${states.get(name) ?? "missing"}`).join(", ");
  return { reason: MissedReason.Alarm, detail: `blocking alarm ${shown}` };
}

function gateRefusal({ metric, below, noData }: LowTraffic, value: number | null): Refusal | null {
  if (value === null) {
    if (noData === "allow") return null;
    return { reason: MissedReason.Gate, detail: `${metric} has no data (noData: block)` };
  }
  if (value < below) return null;
  return { reason: MissedReason.Gate, detail: `${metric} was ${value}, not below ${below}` };
}

/** DescribeAlarms takes a hundred names. */
const NAMES_AT_ONCE = 100;

export function cloudWatchConditions(client: CloudWatchClient): ConditionReader {
  return {
    async alarmStates(names) {
      const states = new Map<string, string>();
      for (let from = 0; from < names.length; from += NAMES_AT_ONCE) {
        const found = await client.send(
          new DescribeAlarmsCommand({
            AlarmNames: names.slice(from, from + NAMES_AT_ONCE),
            // Without types only metric alarms are answered.
            AlarmTypes: ["MetricAlarm", "CompositeAlarm"],
          }),
        );
        for (const alarm of [...(found.MetricAlarms ?? []), ...(found.CompositeAlarms ?? [])]) {
          if (alarm.AlarmName !== undefined) states.set(alarm.AlarmName, alarm.StateValue ?? "");
        }
      }
      return states;
    },

    async newestValue(gate, nowMs) {
      const periodMs = gate.periodSeconds * 1000;
      const endMs = Math.floor(nowMs / periodMs) * periodMs;
      const { Datapoints = [] } = await client.send(
        new GetMetricStatisticsCommand({
          Namespace: gate.namespace,
          MetricName: gate.metric,
          Dimensions: Object.entries(gate.dimensions).map(([Name, Value]) => ({ Name, Value })),
          // Two whole periods: load balancers publish late, the newest may not be there yet.
          StartTime: new Date(endMs - 2 * periodMs),
          EndTime: new Date(endMs),
          Period: gate.periodSeconds,
          Statistics: [gate.statistic],
        }),
      );
      const [newest] = Datapoints.toSorted(
        (a, b) => (b.Timestamp?.getTime() ?? 0) - (a.Timestamp?.getTime() ?? 0),
      );
      return newest?.[gate.statistic] ?? null;
    },
  };
}
