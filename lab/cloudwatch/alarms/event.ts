/** One alarm's transition, and its configuration, as those outside are told of them. Pure. */
import type {
  AlarmEvent,
  AlarmSnapshot,
  AlarmState,
  CompositeAlarmConfiguration,
} from "../ports.ts";
import type { Alarm } from "./alarm.ts";

/** The children whose change brought a transition. */
export type Triggers = CompositeAlarmConfiguration["triggeringChildren"];

export function eventOf(alarm: Alarm, previousState: AlarmState, triggers: Triggers): AlarmEvent {
  const { alarmName, updatedMs, ...configured } = snapshotOf(alarm, triggers);
  return {
    alarmName,
    alarmArn: alarm.arn,
    ...(configured.description === undefined ? {} : { description: configured.description }),
    state: alarm.state,
    previousState,
    configuration: configured.configuration,
    configurationUpdatedMs: updatedMs,
    okActions: configured.okActions,
    alarmActions: configured.alarmActions,
    insufficientDataActions: configured.insufficientDataActions,
  };
}

export function snapshotOf(
  { definition, configurationUpdatedMs }: Alarm,
  triggers: Triggers = [],
): AlarmSnapshot {
  return {
    alarmName: definition.name,
    ...(definition.description === undefined ? {} : { description: definition.description }),
    configuration:
      definition.kind === "metric"
        ? definition.configuration
        : {
            kind: "composite",
            alarmRule: definition.ruleText,
            ...(definition.suppressor ? { suppressor: definition.suppressor } : {}),
            triggeringChildren: triggers,
          },
    actionsEnabled: definition.actionsEnabled,
    okActions: definition.actions.OK,
    alarmActions: definition.actions.ALARM,
    insufficientDataActions: definition.actions.INSUFFICIENT_DATA,
    updatedMs: configurationUpdatedMs,
  };
}

const LONG_DATE = new Intl.DateTimeFormat("en-GB", {
  weekday: "long",
  day: "2-digit",
  month: "long",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
  timeZone: "UTC",
});

/** `Friday 04 August, 2023 12:54:46 UTC`, as in the reasons of composite alarms. */
export function longTime(ms: number): string {
  const part = Object.fromEntries(
    LONG_DATE.formatToParts(ms).map(({ type, value }) => [type, value]),
  );
  return (
    `${part["weekday"]} ${part["day"]} ${part["month"]}, ${part["year"]} ` +
    `${part["hour"]}:${part["minute"]}:${part["second"]} UTC`
  );
}
