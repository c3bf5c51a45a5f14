/**
 * Moves alarms from state to state: metric alarms at their cadence, composite alarms as soon as a
 * child changes. A transition is announced, and calls for the actions of the new state, once.
 */
import type { Clock } from "../../../base/clock.ts";
import type { MetricStore } from "../metrics/store.ts";
import { timestamp } from "../payloads.ts";
import type {
  AlarmAnnouncements,
  AlarmEvent,
  AlarmState,
  MuteDetail,
  StateValue,
} from "../ports.ts";
import type { ActionRunner } from "./actionRunner.ts";
import { alarmArn } from "./alarm.ts";
import type { Alarm, CompositeAlarm, MetricAlarm } from "./alarm.ts";
import type { AlarmBook } from "./book.ts";
import { decide } from "./decide.ts";
import { eventOf, longTime } from "./event.ts";
import type { Triggers } from "./event.ts";
import type { AlarmHistory } from "./history.ts";
import { stateOf } from "./reason.ts";
import { holds } from "./rule.ts";
import { Suppressor } from "./suppressor.ts";
import { endWarmUp, isWarming } from "./warmUp.ts";
import { datapointsOf } from "./watch.ts";
import { windowEnd } from "./window.ts";

export interface EngineParts {
  readonly clock: Clock;
  readonly book: AlarmBook;
  readonly history: AlarmHistory;
  readonly store: MetricStore;
  readonly runner: ActionRunner;
  readonly announcements: AlarmAnnouncements | undefined;
  /** What mutes an alarm now. */
  readonly mutedBy: (alarmName: string) => MuteDetail | undefined;
}

export class AlarmEngine {
  readonly #parts: EngineParts;
  readonly #suppressor: Suppressor;

  constructor(parts: EngineParts) {
    this.#parts = parts;
    this.#suppressor = new Suppressor(parts.clock, parts.book, (alarm, event) => {
      this.#announce(event);
      if (!event.state.suppressed) parts.runner.act(alarm, event);
    });
  }

  /** Evaluates the metric alarms of one cadence at a whole minute, or ten seconds. */
  evaluateAll(cadence: "minute" | "ten-seconds", atMs: number): void {
    this.#parts.store.settle(this.#parts.clock.now());
    const highResolution = cadence === "ten-seconds";
    for (const alarm of this.#parts.book.all())
      if (alarm.kind === "metric" && alarm.definition.periodSeconds < 60 === highResolution)
        this.#evaluateMetric(alarm, atMs);
  }

  #evaluateMetric(alarm: MetricAlarm, atMs: number): void {
    const { definition } = alarm;
    const endMs = windowEnd(definition, atMs);
    const datapoints = datapointsOf(definition, this.#parts.store, endMs);
    if (isWarming(alarm, datapoints, atMs)) return;
    endWarmUp(alarm, atMs);
    const { state } = alarm;
    const decision = decide(datapoints, definition.settings, state.value);
    // CloudWatch keeps the reason of the last transition; nothing else is to be written.
    if (decision.state === state.value) return;
    const { watched, periodSeconds, settings } = definition;
    const context = {
      nowMs: this.#parts.clock.now(),
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
    const value = holds(rule, (name) => this.#parts.book.get(name)?.state.value) ? "ALARM" : "OK";
    if (value === alarm.state.value) return;
    const reasonData = JSON.stringify({
      triggeringAlarms: triggers.map(({ arn, value: child, timestampMs }) => ({
        arn,
        state: { value: child, timestamp: timestamp(timestampMs) },
      })),
    });
    const timestampMs = this.#parts.clock.now();
    this.setState(alarm, { value, reason: reason(value), reasonData, timestampMs }, triggers, path);
  }

  /**
   * Gives an alarm a state. To another value: history, announcement, actions, parents. To the same
   * one only the reason and the update's time change. `path`: the alarms whose change led here.
   */
  setState(
    alarm: Alarm,
    state: AlarmState,
    triggers: Triggers = [],
    path: readonly string[] = [],
  ): void {
    const previous = alarm.state;
    const { suppressed, evaluationState } = previous;
    const warming = evaluationState === undefined ? {} : { evaluationState };
    if (previous.value === state.value) {
      alarm.state = { ...state, ...warming, ...(suppressed ? { suppressed } : {}) };
      return;
    }
    alarm.state = { ...state, ...warming };
    alarm.transitionedMs = state.timestampMs;
    if (alarm.kind === "composite") this.#suppressor.transitioned(alarm, triggers);
    const event = eventOf(alarm, previous, triggers);
    this.#parts.history.updated(alarm, previous, alarm.state);
    this.#announce(event);
    if (alarm.state.suppressed || alarm.state.evaluationState) this.#parts.runner.forget(alarm);
    else this.#parts.runner.act(alarm, event);
    this.#tellParents(alarm, path);
    this.#suppressor.suppressorChanged(alarm.definition.name);
  }

  /** After a composite alarm was put with another suppressor, or none. */
  suppressorReplaced(alarm: CompositeAlarm): void {
    this.#suppressor.replaced(alarm);
  }

  /** After the alarm has left the book. */
  deleted(alarm: Alarm): void {
    if (alarm.kind === "composite") this.#suppressor.forget(alarm);
    this.#suppressor.suppressorChanged(alarm.definition.name);
  }

  /** After mutes of these alarms have ended: others may still hold. */
  unmuted(names: Iterable<string>): void {
    for (const name of names) {
      const alarm = this.#parts.book.get(name);
      if (alarm) this.#parts.runner.unmuted(alarm);
    }
  }

  /** Ends the periods of suppression and waits for the actions under way. */
  async stop(): Promise<void> {
    this.#suppressor.stop();
    await this.#parts.runner.settled();
  }

  #announce(event: AlarmEvent): void {
    const muted = this.#parts.mutedBy(event.alarmName);
    this.#parts.announcements?.stateChanged(muted ? { ...event, muted } : event);
  }

  /** "The evaluation of composite alarms stops if CloudWatch detects a cycle in the evaluation path." */
  #tellParents(child: Alarm, before: readonly string[]): void {
    const { name } = child.definition;
    const path = [...before, name];
    const { value, timestampMs } = child.state;
    for (const parent of this.#parts.book.parentsOf(name)) {
      if (path.includes(parent.definition.name)) continue;
      const reason = (): string =>
        `${child.arn} transitioned to ${value} at ${longTime(timestampMs)}`;
      this.#evaluateComposite(parent, [{ arn: child.arn, value, timestampMs }], reason, path);
    }
  }

  #triggerOf(name: string): Triggers {
    const child = this.#parts.book.get(name);
    if (!child) return [];
    const { value, timestampMs } = child.state;
    return [{ arn: alarmArn(name), value, timestampMs }];
  }
}
