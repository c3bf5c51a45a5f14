/**
 * Performs the actions that a transition calls for, unless they are disabled or muted. What a mute
 * held back is performed when it ends and the alarm is still in the state that it was muted in.
 */
import type { Clock } from "../../../base/clock.ts";
import { messageOf } from "../../../base/errors.ts";
import type { ActionOutcome, AlarmActions, AlarmEvent, MuteDetail } from "../ports.ts";
import type { Alarm } from "./alarm.ts";
import { eventOf } from "./event.ts";
import type { AlarmHistory } from "./history.ts";

export class ActionRunner {
  readonly #clock: Clock;
  readonly #history: AlarmHistory;
  readonly #actions: AlarmActions;
  readonly #mutedBy: (alarmName: string) => MuteDetail | undefined;
  /** The last transition of an alarm that was muted. */
  readonly #held = new WeakMap<Alarm, AlarmEvent>();
  readonly #performing = new Set<Promise<void>>();

  /** `mutedBy` tells what mutes an alarm now. */
  constructor(
    clock: Clock,
    history: AlarmHistory,
    actions: AlarmActions,
    mutedBy: (alarmName: string) => MuteDetail | undefined,
  ) {
    this.#clock = clock;
    this.#history = history;
    this.#actions = actions;
    this.#mutedBy = mutedBy;
  }

  /** Performs the actions of the event's state, once each, or keeps the event for a mute's end. */
  act(alarm: Alarm, event: AlarmEvent): void {
    this.#held.delete(alarm);
    if (this.#mutedBy(event.alarmName)) {
      this.#held.set(alarm, event);
      return;
    }
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

  /** A transition whose actions are not to run, now or later. */
  forget(alarm: Alarm): void {
    this.#held.delete(alarm);
  }

  /** A mute of this alarm has ended: another may still hold. The alarm's actions are today's. */
  unmuted(alarm: Alarm): void {
    const held = this.#held.get(alarm);
    if (!held) return;
    const { configuration, previousState } = held;
    const triggers = configuration.kind === "composite" ? configuration.triggeringChildren : [];
    this.act(alarm, eventOf(alarm, previousState, triggers));
  }

  /** Resolves when every action begun so far has its outcome in the history. */
  async settled(): Promise<void> {
    await Promise.all(this.#performing);
  }

  async #perform(actionArn: string, event: AlarmEvent): Promise<ActionOutcome> {
    try {
      return await this.#actions.perform(actionArn, event);
    } catch (error) {
      return { ok: false, error: messageOf(error) };
    }
  }
}
