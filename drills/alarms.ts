/** A slot's alarms and what CloudWatch remembers of them: transitions, and actions that failed. */
import {
  type AlarmHistoryItem,
  type CloudWatchClient,
  DescribeAlarmHistoryCommand,
} from "@aws-sdk/client-cloudwatch";
import { z } from "zod";
import { readSlotAlarms, type SlotAlarms } from "../guard/alarms.ts";
import type { EnvironmentNames } from "../guard/names.ts";
import type { SignalPolicy } from "../guard/signalPolicy.ts";
import type { Slot } from "../guard/slot.ts";

export interface AlarmReader {
  read(slot: Slot): Promise<SlotAlarms>;
  /** Nominal time of the guard alarm's first transition to ALARM at or after `sinceMs`. */
  firstAlarmSince(slot: Slot, sinceMs: number): Promise<number | null>;
  /** What CloudWatch wrote of actions of the guard alarm that failed at or after `sinceMs`. */
  failedActionsSince(slot: Slot, sinceMs: number): Promise<string[]>;
}

export function cloudWatchAlarms(
  client: CloudWatchClient,
  names: EnvironmentNames,
  policy?: SignalPolicy,
): AlarmReader {
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
    read: (slot) => readSlotAlarms(client, names, slot, policy),

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
