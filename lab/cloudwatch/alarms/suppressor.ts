/**
 * Runs the suppressions of composite alarms (suppression.ts) on the clock and on what happens to
 * their suppressors, and shows them in the alarms' states.
 */
import type { Cancel, Clock } from "../../../base/clock.ts";
import type { AlarmEvent, Suppressed } from "../ports.ts";
import { alarmArn } from "./alarm.ts";
import type { CompositeAlarm } from "./alarm.ts";
import type { AlarmBook } from "./book.ts";
import { eventOf, longTime } from "./event.ts";
import type { Triggers } from "./event.ts";
import { nameOf } from "./rule.ts";
import { nextSuppression } from "./suppression.ts";
import type { Suppression, SuppressionInput } from "./suppression.ts";

interface Running {
  readonly suppression: Suppression;
  /** Of the transition whose actions are suppressed. */
  readonly triggers: Triggers;
  readonly cancel: Cancel | undefined;
}

export class Suppressor {
  readonly #clock: Clock;
  readonly #book: AlarmBook;
  readonly #changed: (alarm: CompositeAlarm, event: AlarmEvent) => void;
  readonly #running = new Map<CompositeAlarm, Running>();

  /**
   * `changed` hears of every change of what suppresses an alarm, and of the end, except of the one
   * that a transition brings. AWS's sample of a Lambda event shows one such: from ALARM suppressed
   * by WaitPeriod to ALARM, with the reason of the transition and the time of the change.
   */
  constructor(
    clock: Clock,
    book: AlarmBook,
    changed: (alarm: CompositeAlarm, event: AlarmEvent) => void,
  ) {
    this.#clock = clock;
    this.#book = book;
    this.#changed = changed;
  }

  /** After the alarm's state has changed: marks the state when the suppressor holds its actions. */
  transitioned(alarm: CompositeAlarm, triggers: Triggers): void {
    const kind = "transition";
    const next = this.#next(alarm, { kind, suppressorInAlarm: this.#inAlarm(alarm) });
    this.#run(alarm, next, triggers);
    if (next) alarm.state = { ...alarm.state, suppressed: this.#shown(alarm, next) };
  }

  /** After an alarm that may be a suppressor has changed its state, or was deleted. */
  suppressorChanged(name: string): void {
    for (const alarm of this.#book.suppressedBy(name))
      this.#move(alarm, { kind: "suppressor", suppressorInAlarm: this.#inAlarm(alarm) });
  }

  replaced(alarm: CompositeAlarm): void {
    this.#move(alarm, { kind: "replaced", suppressorInAlarm: this.#inAlarm(alarm) });
  }

  forget(alarm: CompositeAlarm): void {
    this.#running.get(alarm)?.cancel?.();
    this.#running.delete(alarm);
  }

  stop(): void {
    for (const alarm of this.#running.keys()) this.forget(alarm);
  }

  #move(alarm: CompositeAlarm, input: SuppressionInput): void {
    const running = this.#running.get(alarm);
    if (!running) return;
    const next = this.#next(alarm, input);
    // Of a suppressor that stays in ALARM there is nothing new, unless it is another one.
    const same =
      next === running.suppression || (next?.by === "Alarm" && running.suppression.by === "Alarm");
    if (same && input.kind !== "replaced") return;
    const previous = alarm.state;
    this.#run(alarm, next, running.triggers);
    const { suppressed: _, ...state } = previous;
    alarm.state = {
      ...state,
      timestampMs: this.#clock.now(),
      ...(next ? { suppressed: this.#shown(alarm, next) } : {}),
    };
    this.#changed(alarm, eventOf(alarm, previous, running.triggers));
  }

  #next(alarm: CompositeAlarm, input: SuppressionInput): Suppression | undefined {
    const settings = alarm.definition.suppressor ?? { waitSeconds: 0, extensionSeconds: 0 };
    const current = this.#running.get(alarm)?.suppression;
    return nextSuppression(current, input, settings, this.#clock.now());
  }

  #run(alarm: CompositeAlarm, suppression: Suppression | undefined, triggers: Triggers): void {
    this.forget(alarm);
    if (!suppression) return;
    const cancel =
      suppression.by === "Alarm"
        ? undefined
        : this.#clock.schedule(suppression.untilMs, () => this.#move(alarm, { kind: "clock" }));
    this.#running.set(alarm, { suppression, triggers, cancel });
  }

  /** A suppressor that was deleted is not in ALARM. */
  #inAlarm({ definition }: CompositeAlarm): boolean {
    const { suppressor } = definition;
    return !!suppressor && this.#book.get(nameOf(suppressor.alarm))?.state.value === "ALARM";
  }

  #shown({ definition }: CompositeAlarm, { by }: Suppression): Suppressed {
    const name = nameOf(definition.suppressor?.alarm ?? "");
    const since = this.#book.get(name)?.transitionedMs ?? this.#clock.now();
    return {
      by,
      reason:
        by === "Alarm"
          ? `Actions suppressed by ${alarmArn(name)} that transitioned to ALARM at ${longTime(since)}`
          : `Actions suppressed by ${by}`,
    };
  }
}
