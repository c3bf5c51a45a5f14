/**
 * Moves alarms from state to state: metric alarms at their cadence, composite alarms as soon as a
 * child changes. A transition performs the actions of the new state, once.
 */
import type { Clock } from "../../../base/clock.ts";
import { messageOf } from "../../../base/errors.ts";
import type { MetricStore } from "../metrics/store.ts";
import { timestamp } from "../payloads.ts";
import type {
  ActionOutcome,
  AlarmActions,
  AlarmEvent,
  AlarmState,
  CompositeAlarmConfiguration,
  StateValue,
} from "../ports.ts";
import { alarmArn } from "./alarm.ts";
import type { Alarm, CompositeAlarm, MetricAlarm } from "./alarm.ts";
import type { AlarmBook } from "./book.ts";
import { decide } from "./decide.ts";
import type { AlarmHistory } from "./history.ts";
import { stateOf } from "./reason.ts";
import { holds } from "./rule.ts";
import { datapointsOf } from "./watch.ts";

type Triggers = CompositeAlarmConfiguration["triggeringChildren"];

export class AlarmEngine {
  readonly #clock: Clock;
  readonly #book: AlarmBook;
  readonly #history: AlarmHistory;
  readonly #store: MetricStore;
  readonly #actions: AlarmActions;
  #performing = new Set<Promise<void>>();

  constructor(
    clock: Clock,
    book: AlarmBook,
    history: AlarmHistory,
    store: MetricStore,
    actions: AlarmActions,
  ) {
    this.#clock = clock;
    this.#book = book;
    this.#history = history;
    this.#store = store;
    this.#actions = actions;
  }

  /** Evaluates the metric alarms of one cadence at a whole minute, or ten seconds. */
  evaluateAll(cadence: "minute" | "ten-seconds", atMs: number): void {
    this.#store.settle(this.#clock.now());
    const highResolution = cadence === "ten-seconds";
    for (const alarm of this.#book.all())
      if (alarm.kind === "metric" && alarm.definition.periodSeconds < 60 === highResolution)
        this.#evaluateMetric(alarm, atMs);
  }

  #evaluateMetric(alarm: MetricAlarm, atMs: number): void {
    const { definition, state } = alarm;
    const datapoints = datapointsOf(definition, this.#store, atMs);
    const decision = decide(datapoints, definition.settings, state.value);
    // CloudWatch keeps the reason of the last transition; nothing else is to be written.
    if (decision.state === state.value) return;
    const { watched, periodSeconds, settings } = definition;
    const context = {
      nowMs: this.#clock.now(),
      periodSeconds,
      ...("key" in watched ? { statistic: watched.statisticName, unit: watched.unit } : {}),
    };
    this.setState(alarm, stateOf(decision, settings, state.value, context));
  }

  /** Evaluates a composite alarm that was just created or given another rule. */
  evaluateNew(alarm: CompositeAlarm, change: "created" | "updated"): void {
    const triggers = alarm.definition.children.flatMap((name) => this.#triggerOf(name));
    const reason = (value: StateValue): string =>
      `${alarm.arn} was ${change} and its alarm rule evaluates to ${value}`;
    this.#evaluateComposite(alarm, triggers, reason, []);
  }

  #evaluateComposite(
    alarm: CompositeAlarm,
    triggers: Triggers,
    reason: (value: StateValue) => string,
    path: readonly string[],
  ): void {
    const { rule } = alarm.definition;
    const value = holds(rule, (name) => this.#book.get(name)?.state.value) ? "ALARM" : "OK";
    if (value === alarm.state.value) return;
    const reasonData = JSON.stringify({
      triggeringAlarms: triggers.map(({ arn, value: child, timestampMs }) => ({
        arn,
        state: { value: child, timestamp: timestamp(timestampMs) },
      })),
    });
    const timestampMs = this.#clock.now();
    this.setState(alarm, { value, reason: reason(value), reasonData, timestampMs }, triggers, path);
  }

  /**
   * Gives an alarm a state. To another value: history, actions, parents. To the same one only the
   * reason and the update's time change. `path`: the alarms whose change led here.
   */
  setState(
    alarm: Alarm,
    state: AlarmState,
    triggers: Triggers = [],
    path: readonly string[] = [],
  ): void {
    const previous = alarm.state;
    alarm.state = state;
    if (previous.value === state.value) return;
    alarm.transitionedMs = state.timestampMs;
    this.#history.updated(alarm, previous, state);
    this.#act(alarm, eventOf(alarm, previous, triggers));
    this.#tellParents(alarm, path);
  }

  /** "The evaluation of composite alarms stops if CloudWatch detects a cycle in the evaluation path." */
  #tellParents(child: Alarm, before: readonly string[]): void {
    const { name } = child.definition;
    const path = [...before, name];
    const { value, timestampMs } = child.state;
    for (const parent of this.#book.parentsOf(name)) {
      if (path.includes(parent.definition.name)) continue;
      const reason = (): string =>
        `${child.arn} transitioned to ${value} at ${longTime(timestampMs)}`;
      this.#evaluateComposite(parent, [{ arn: child.arn, value, timestampMs }], reason, path);
    }
  }

  #triggerOf(name: string): Triggers {
    const child = this.#book.get(name);
    if (!child) return [];
    const { value, timestampMs } = child.state;
    return [{ arn: alarmArn(name), value, timestampMs }];
  }

  #act(alarm: Alarm, event: AlarmEvent): void {
    const { actionsEnabled, actions } = alarm.definition;
    if (!actionsEnabled) return;
    for (const actionArn of actions[event.state.value]) {
      const done = this.#perform(actionArn, event).then((outcome) =>
        this.#history.acted(alarm, event, actionArn, outcome, this.#clock.now()),
      );
      // Not awaited: an action must not hold up the evaluation of other alarms.
      this.#performing.add(done);
      void done.finally(() => this.#performing.delete(done));
    }
  }

  async #perform(actionArn: string, event: AlarmEvent): Promise<ActionOutcome> {
    try {
      return await this.#actions.perform(actionArn, event);
    } catch (error) {
      return { ok: false, error: messageOf(error) };
    }
  }

  /** Resolves when every action begun so far has its outcome in the history. */
  async settled(): Promise<void> {
    await Promise.all(this.#performing);
  }
}

function eventOf(alarm: Alarm, previousState: AlarmState, triggers: Triggers): AlarmEvent {
  const { definition } = alarm;
  return {
    alarmName: definition.name,
    alarmArn: alarm.arn,
    ...(definition.description === undefined ? {} : { description: definition.description }),
    state: alarm.state,
    previousState,
    configuration:
      definition.kind === "metric"
        ? definition.configuration
        : { kind: "composite", alarmRule: definition.ruleText, triggeringChildren: triggers },
    configurationUpdatedMs: alarm.configurationUpdatedMs,
    okActions: definition.actions.OK,
    alarmActions: definition.actions.ALARM,
    insufficientDataActions: definition.actions.INSUFFICIENT_DATA,
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

/** `Friday 04 August, 2023 12:54:46 UTC` */
function longTime(ms: number): string {
  const part = Object.fromEntries(
    LONG_DATE.formatToParts(ms).map(({ type, value }) => [type, value]),
  );
  return (
    `${part["weekday"]} ${part["day"]} ${part["month"]}, ${part["year"]} ` +
    `${part["hour"]}:${part["minute"]}:${part["second"]} UTC`
  );
}
