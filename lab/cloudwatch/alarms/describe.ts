/** DescribeAlarms. */
import type { DescribeAlarmsInput, DescribeAlarmsOutput } from "@aws-sdk/client-cloudwatch";
import { pageOf } from "../paging.ts";
import { constraintError, requireInteger, requireOneOf, validationError } from "../validation.ts";
import { describeComposite, describeMetric } from "./alarm.ts";
import type { Alarm } from "./alarm.ts";
import { ALARM_TYPES } from "./history.ts";
import { MOST_NAMES, STATES } from "./room.ts";
import type { AlarmRoom } from "./room.ts";

/** AWS documents 1 to 100 for MaxRecords and no default. */
const DEFAULT_RECORDS = 50;

export function describeAlarms(
  { book }: AlarmRoom,
  input: DescribeAlarmsInput,
): DescribeAlarmsOutput {
  const { ChildrenOfAlarmName, ParentsOfAlarmName } = input;
  if (ChildrenOfAlarmName !== undefined)
    return describeRelatives(input, "ChildrenOfAlarmName", () => {
      const alarm = book.get(ChildrenOfAlarmName);
      const names = alarm?.kind === "composite" ? alarm.definition.children : [];
      return names.map((name) => book.get(name)).filter((child) => child !== undefined);
    });
  if (ParentsOfAlarmName !== undefined)
    return describeRelatives(input, "ParentsOfAlarmName", () => book.parentsOf(ParentsOfAlarmName));
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

/**
 * The children or parents of an alarm, without most of their members: "Only the Alarm Name, ARN,
 * StateValue and StateUpdatedTimestamp information are returned" of children, "only the Alarm Name
 * and ARN" of parents. None for an alarm that does not exist: the operation has no error for it.
 */
function describeRelatives(
  input: DescribeAlarmsInput,
  asked: "ChildrenOfAlarmName" | "ParentsOfAlarmName",
  relatives: () => readonly Alarm[],
): DescribeAlarmsOutput {
  const others = Object.entries(input)
    .filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0))
    .map(([member]) => member)
    .filter((member) => ![asked, "MaxRecords", "NextToken"].includes(member));
  if (others.length > 0)
    throw validationError(`${asked} cannot be specified together with ${others.join(", ")}.`);
  const size = requireInteger("maxRecords", input.MaxRecords ?? DEFAULT_RECORDS, 1, 100);
  const shown = ({ definition, arn, state }: Alarm): object => ({
    AlarmName: definition.name,
    AlarmArn: arn,
    ...(asked === "ParentsOfAlarmName"
      ? {}
      : { StateValue: state.value, StateUpdatedTimestamp: new Date(state.timestampMs) }),
  });
  const found = relatives().toSorted((a, b) => (a.definition.name < b.definition.name ? -1 : 1));
  const page = pageOf(found, input.NextToken, size);
  return {
    CompositeAlarms: page.items.filter(({ kind }) => kind === "composite").map(shown),
    MetricAlarms: page.items.filter(({ kind }) => kind === "metric").map(shown),
    ...(page.nextToken === undefined ? {} : { NextToken: page.nextToken }),
  };
}
