/**
 * What happened to alarms: configuration updates, state updates and actions, as
 * DescribeAlarmHistory tells them. It outlives the alarms. AWS keeps 30 days; the lab keeps the
 * newest 20,000 items.
 */
import { HistoryItemType } from "@aws-sdk/client-cloudwatch";
import type {
  AlarmHistoryItem,
  DescribeAlarmHistoryInput,
  DescribeAlarmHistoryOutput,
} from "@aws-sdk/client-cloudwatch";
import { pageOf } from "../paging.ts";
import { timestamp } from "../payloads.ts";
import type { ActionOutcome, AlarmEvent, AlarmState } from "../ports.ts";
import { notImplemented, requireInteger, requireOneOf } from "../validation.ts";
import { describeComposite, describeMetric } from "./alarm.ts";
import type { Alarm } from "./alarm.ts";

const MOST_ITEMS = 20_000;

export const ALARM_TYPES = { metric: "MetricAlarm", composite: "CompositeAlarm" } as const;

interface Item {
  readonly name: string;
  readonly kind: Alarm["kind"];
  readonly atMs: number;
  readonly type: "ConfigurationUpdate" | "StateUpdate" | "Action";
  readonly summary: string;
  readonly data: object;
}

export class AlarmHistory {
  /** In order of time. */
  #items: Item[] = [];

  configured(alarm: Alarm, change: "Create" | "Update" | "Delete", atMs: number): void {
    const word = { Create: "created", Update: "updated", Delete: "deleted" }[change];
    const described = alarm.kind === "metric" ? describeMetric(alarm) : describeComposite(alarm);
    this.#push(alarm, {
      atMs,
      type: "ConfigurationUpdate",
      summary: `Alarm "${alarm.definition.name}" ${word}`,
      data: { version: "1.0", type: change, [`${word}Alarm`]: lowerCamel(described) },
    });
  }

  updated(alarm: Alarm, previous: AlarmState, state: AlarmState): void {
    this.#push(alarm, {
      atMs: state.timestampMs,
      type: "StateUpdate",
      summary: `Alarm updated from ${previous.value} to ${state.value}`,
      data: { version: "1.0", oldState: stateData(previous), newState: stateData(state) },
    });
  }

  acted(
    alarm: Alarm,
    event: AlarmEvent,
    actionArn: string,
    outcome: ActionOutcome,
    atMs: number,
  ): void {
    this.#push(alarm, {
      atMs,
      type: "Action",
      summary: outcome.ok
        ? `Successfully executed action ${actionArn}`
        : `Failed to execute action ${actionArn}. Received error: "${outcome.error}"`,
      data: {
        actionState: outcome.ok ? "Succeeded" : "Failed",
        stateUpdateTimestamp: event.state.timestampMs,
        notificationResource: actionArn,
        ...(outcome.ok ? {} : { error: outcome.error }),
      },
    });
  }

  describe(input: DescribeAlarmHistoryInput): DescribeAlarmHistoryOutput {
    if (input.AlarmContributorId !== undefined) throw notImplemented("AlarmContributorId");
    const size = requireInteger("maxRecords", input.MaxRecords ?? 100, 1, 100);
    const scanBy = requireOneOf("scanBy", input.ScanBy ?? "TimestampDescending", [
      "TimestampDescending",
      "TimestampAscending",
    ]);
    const types: readonly string[] = input.AlarmTypes?.length ? input.AlarmTypes : ["MetricAlarm"];
    for (const type of types) requireOneOf("alarmTypes", type, Object.values(ALARM_TYPES));
    if (input.HistoryItemType !== undefined)
      requireOneOf("historyItemType", input.HistoryItemType, Object.values(HistoryItemType));
    const from = input.StartDate?.getTime() ?? -Infinity;
    const to = input.EndDate?.getTime() ?? Infinity;
    const found = this.#items.filter(
      (item) =>
        (input.AlarmName === undefined || item.name === input.AlarmName) &&
        types.includes(ALARM_TYPES[item.kind]) &&
        (input.HistoryItemType === undefined || item.type === input.HistoryItemType) &&
        item.atMs >= from &&
        item.atMs <= to,
    );
    const ordered = scanBy === "TimestampAscending" ? found : found.toReversed();
    const page = pageOf(ordered, input.NextToken, size);
    return {
      AlarmHistoryItems: page.items.map(shown),
      ...(page.nextToken === undefined ? {} : { NextToken: page.nextToken }),
    };
  }

  #push(alarm: Alarm, item: Omit<Item, "name" | "kind">): void {
    this.#items.push({ name: alarm.definition.name, kind: alarm.kind, ...item });
    // Cut in large steps: cutting one item at a time would move all the others each time.
    if (this.#items.length > MOST_ITEMS * 1.25) this.#items = this.#items.slice(-MOST_ITEMS);
  }
}

function shown({ name, kind, atMs, type, summary, data }: Item): AlarmHistoryItem {
  return {
    AlarmName: name,
    AlarmType: ALARM_TYPES[kind],
    Timestamp: new Date(atMs),
    HistoryItemType: type,
    HistorySummary: summary,
    HistoryData: JSON.stringify(data),
  };
}

function stateData({ value, reason, reasonData }: AlarmState): object {
  return {
    stateValue: value,
    stateReason: reason,
    ...(reasonData === undefined ? {} : { stateReasonData: parsed(reasonData) }),
  };
}

/** SetAlarmState has checked that it is JSON. */
function parsed(json: string): unknown {
  return JSON.parse(json) as unknown;
}

/** `AlarmName` -> `alarmName`, `OKActions` -> `okActions`, dates as CloudWatch writes them. */
function lowerCamel(value: unknown): unknown {
  if (value instanceof Date) return timestamp(value.getTime());
  if (Array.isArray(value)) return value.map(lowerCamel);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key.replace(/^[A-Z]+(?=[A-Z])|^[A-Z]/, (head) => head.toLowerCase()),
      lowerCamel(member),
    ]),
  );
}
