/** Scheduled rules: each has one timer, for its next time. */
import { randomUUID } from "node:crypto";
import type { Cancel, Clock } from "../../base/clock.ts";
import { makeEvent } from "./event.ts";
import type { BusEvent } from "./event.ts";
import { nextDue } from "./schedule/expression.ts";
import { UTC } from "../../base/zone.ts";
import type { Rule } from "./store.ts";

export class Timetable {
  readonly #clock: Clock;
  readonly #trigger: (rule: Rule, event: BusEvent) => void;
  readonly #timers = new Map<Rule, Cancel>();

  constructor(clock: Clock, trigger: (rule: Rule, event: BusEvent) => void) {
    this.#clock = clock;
    this.#trigger = trigger;
  }

  /** Looks at a rule anew; one that is disabled or has left its bus is no longer waited for. */
  arrange(rule: Rule): void {
    this.#timers.get(rule)?.();
    this.#timers.delete(rule);
    const there = rule.bus.rules.get(rule.name) === rule;
    if (there && rule.enabled) this.#await(rule, this.#clock.now());
  }

  stop(): void {
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  /**
   * Deviation: AWS runs a rule "within that minute, but not on the precise 0th second"; the lab
   * does it on the second.
   */
  #await(rule: Rule, afterMs: number): void {
    if (!rule.schedule) return;
    const { expression, anchorMs } = rule.schedule;
    // The anchor is when the schedule was put: its first time is one period later.
    const dueMs = nextDue(expression, afterMs, { anchorMs, zone: UTC });
    if (dueMs === undefined) return;
    const cancel = this.#clock.schedule(dueMs, () => {
      this.#await(rule, dueMs);
      this.#trigger(rule, scheduledEvent(rule, dueMs));
    });
    this.#timers.set(rule, cancel);
  }
}

function scheduledEvent(rule: Rule, dueMs: number): BusEvent {
  return makeEvent(randomUUID(), dueMs, {
    "detail-type": "Scheduled Event",
    source: "aws.events",
    resources: [rule.arn],
    detail: {},
  });
}
