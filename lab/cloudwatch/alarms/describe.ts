/** DescribeAlarms. */
import type { DescribeAlarmsInput, DescribeAlarmsOutput } from "@aws-sdk/client-cloudwatch";
import { pageOf } from "../paging.ts";
import {
  constraintError,
  notImplemented,
  requireInteger,
  requireOneOf,
  validationError,
} from "../validation.ts";
import { describeComposite, describeMetric } from "./alarm.ts";
import { ALARM_TYPES } from "./history.ts";
import { MOST_NAMES, STATES } from "./room.ts";
import type { AlarmRoom } from "./room.ts";

/** AWS documents 1 to 100 for MaxRecords and no default. */
const DEFAULT_RECORDS = 50;

export function describeAlarms(
  { book }: AlarmRoom,
  input: DescribeAlarmsInput,
): DescribeAlarmsOutput {
  for (const parameter of ["ChildrenOfAlarmName", "ParentsOfAlarmName"] as const)
    if (input[parameter] !== undefined) throw notImplemented(`the parameter ${parameter}`);
  const { AlarmNamePrefix, StateValue, ActionPrefix } = input;
  const names = input.AlarmNames?.length ? new Set(input.AlarmNames) : undefined;
  if (names && AlarmNamePrefix !== undefined)
    throw validationError("AlarmNames and AlarmNamePrefix cannot be specified together.");
  if (names && names.size > MOST_NAMES)
    throw constraintError(
      "alarmNames",
      `${names.size} names`,
      "have length less than or equal to 100",
    );
  if (StateValue !== undefined) requireOneOf("stateValue", StateValue, STATES);
  const size = requireInteger("maxRecords", input.MaxRecords ?? DEFAULT_RECORDS, 1, 100);
  // "If you omit this parameter, only metric alarms are returned." Log alarms there are none.
  const types = input.AlarmTypes?.length ? input.AlarmTypes : ["MetricAlarm"];
  for (const type of types)
    requireOneOf("alarmTypes", type, ["MetricAlarm", "CompositeAlarm", "LogAlarm"]);

  const candidates = names
    ? [...names].map((name) => book.get(name)).filter((alarm) => alarm !== undefined)
    : [...book.all()];
  const found = candidates
    .filter(
      ({ kind, state, definition }) =>
        types.includes(ALARM_TYPES[kind]) &&
        definition.name.startsWith(AlarmNamePrefix ?? "") &&
        (StateValue === undefined || state.value === StateValue) &&
        (ActionPrefix === undefined ||
          Object.values(definition.actions).some((arns) =>
            arns.some((action) => action.startsWith(ActionPrefix)),
          )),
    )
    .sort((a, b) => (a.definition.name < b.definition.name ? -1 : 1));
  const page = pageOf(found, input.NextToken, size);
  return {
    CompositeAlarms: page.items
      .filter((alarm) => alarm.kind === "composite")
      .map(describeComposite),
    MetricAlarms: page.items.filter((alarm) => alarm.kind === "metric").map(describeMetric),
    ...(page.nextToken === undefined ? {} : { NextToken: page.nextToken }),
  };
}
