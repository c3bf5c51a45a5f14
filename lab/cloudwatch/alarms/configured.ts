/** An alarm that was created, updated or deleted: its history and the announcement. */
import type { AlarmChange, AlarmSnapshot } from "../ports.ts";
import type { Alarm } from "./alarm.ts";
import { snapshotOf } from "./event.ts";
import type { AlarmRoom } from "./room.ts";

const WORDS = { create: "Create", update: "Update", delete: "Delete" } as const;

/** `previous`: what an update replaced. */
export function configured(
  { history, announcements, clock }: AlarmRoom,
  alarm: Alarm,
  operation: AlarmChange["operation"],
  previous?: AlarmSnapshot,
): void {
  const atMs = clock.now();
  history.configured(alarm, WORDS[operation], atMs);
  announcements?.configurationChanged?.({
    operation,
    alarmName: alarm.definition.name,
    alarmArn: alarm.arn,
    state: alarm.state,
    configuration: snapshotOf(alarm),
    ...(previous ? { previousConfiguration: previous } : {}),
    atMs,
  });
}
