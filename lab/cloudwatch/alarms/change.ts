/** DeleteAlarms, SetAlarmState, EnableAlarmActions and DisableAlarmActions. */
import type {
  DeleteAlarmsInput,
  DisableAlarmActionsInput,
  SetAlarmStateInput,
} from "@aws-sdk/client-cloudwatch";
import { AwsError } from "../../service.ts";
import { constraintError, requireLength, requireOneOf, validationError } from "../validation.ts";
import { configured } from "./configured.ts";
import { snapshotOf } from "./event.ts";
import { MOST_NAMES, STATES } from "./room.ts";
import type { AlarmRoom } from "./room.ts";

/**
 * "If you specify any incorrect alarm names, the alarms you specify with correct names are still
 * deleted": then `ResourceNotFound`. None is deleted while a composite alarm depends on one of
 * them, not even when that one is in the same call.
 */
export function deleteAlarms(room: AlarmRoom, input: DeleteAlarmsInput): void {
  const { book, engine } = room;
  const names = [...new Set(requireNames(input.AlarmNames))];
  const known = names.map((name) => book.get(name)).filter((alarm) => alarm !== undefined);
  if (known.filter(({ kind }) => kind === "composite").length > 1)
    throw validationError("Cannot delete more than one composite alarm in one operation.");
  const needed = known
    .map(({ definition }) => definition.name)
    .filter((name) => book.parentsOf(name).length > 0);
  if (needed.length > 0)
    throw validationError(
      `Cannot delete ${needed.join(",")} as there are composite alarm(s) depending on ` +
        `${needed.length === 1 ? "it" : "them"}.`,
    );
  for (const alarm of known) {
    book.remove(alarm);
    configured(room, alarm, "delete");
    engine.deleted(alarm);
  }
  const unknown = names.filter((name) => !known.some(({ definition }) => definition.name === name));
  if (unknown.length > 0)
    throw new AwsError("ResourceNotFound", `Alarms ${unknown.join(", ")} do not exist`, 404);
}

/** Lasts until the next evaluation, or for a composite alarm until a child changes. */
export function setAlarmState({ book, engine, clock }: AlarmRoom, input: SetAlarmStateInput): void {
  const name = requireLength("alarmName", input.AlarmName, 1, 255);
  const value = requireOneOf("stateValue", input.StateValue, STATES);
  const reason = requireLength("stateReason", input.StateReason, 0, 1023);
  const reasonData = input.StateReasonData;
  if (reasonData !== undefined) {
    requireLength("stateReasonData", reasonData, 0, 4000);
    if (!isJson(reasonData))
      throw new AwsError("InvalidFormatFault", "StateReasonData was not syntactically valid JSON.");
  }
  engine.setState(book.require(name), {
    value,
    reason,
    ...(reasonData === undefined ? {} : { reasonData }),
    timestampMs: clock.now(),
  });
}

/** AWS names no error for unknown alarms here and ignores them. */
export function setActionsEnabled(
  room: AlarmRoom,
  input: DisableAlarmActionsInput,
  actionsEnabled: boolean,
): void {
  for (const name of requireNames(input.AlarmNames)) {
    const alarm = room.book.get(name);
    if (!alarm || alarm.definition.actionsEnabled === actionsEnabled) continue;
    const before = snapshotOf(alarm);
    if (alarm.kind === "metric") alarm.definition = { ...alarm.definition, actionsEnabled };
    else alarm.definition = { ...alarm.definition, actionsEnabled };
    alarm.configurationUpdatedMs = room.clock.now();
    configured(room, alarm, "update", before);
  }
}

function requireNames(names: readonly string[] | undefined): readonly string[] {
  if (names === undefined) throw constraintError("alarmNames", names, "not be null");
  if (names.length > MOST_NAMES)
    throw constraintError(
      "alarmNames",
      `${names.length} names`,
      "have length less than or equal to 100",
    );
  for (const name of names) requireLength("alarmNames.member", name, 1, 255);
  return names;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
