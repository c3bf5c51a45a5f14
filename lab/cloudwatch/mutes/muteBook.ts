/** The mute rules by name and by the alarms that they target, on the clock. */
import type { Rule } from "@aws-sdk/client-cloudwatch";
import type { Cancel, Clock } from "../../../base/clock.ts";
import { arn } from "../../service.ts";
import type { MuteDetail } from "../ports.ts";
import { nextChange, windowAt } from "./windows.ts";
import type { MuteSchedule } from "./windows.ts";

export interface MuteRule {
  readonly name: string;
  readonly description: string | undefined;
  readonly asPut: Rule;
  readonly schedule: MuteSchedule;
  /** Names; they outlive the alarms. */
  readonly targets: readonly string[];
  readonly startDate: Date | undefined;
  readonly expireDate: Date | undefined;
  /** Nominal milliseconds. */
  readonly updatedMs: number;
  readonly tags: Map<string, string>;
}

export function muteRuleArn(name: string): string {
  return arn("cloudwatch", `alarm-mute-rule:${name}`);
}

export class MuteBook {
  readonly #clock: Clock;
  readonly #ended: (alarmNames: readonly string[]) => void;
  readonly #rules = new Map<string, MuteRule>();
  readonly #byAlarm = new Map<string, Set<MuteRule>>();
  readonly #timers = new Map<MuteRule, Cancel>();

  /** `ended` hears of alarms of which a mute may have ended; others may still hold. */
  constructor(clock: Clock, ended: (alarmNames: readonly string[]) => void) {
    this.#clock = clock;
    this.#ended = ended;
  }

  get(name: string): MuteRule | undefined {
    return this.#rules.get(name);
  }

  get size(): number {
    return this.#rules.size;
  }

  /** In order of their names. */
  all(): readonly MuteRule[] {
    return [...this.#rules.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  put(rule: MuteRule): void {
    const before = this.#rules.get(rule.name);
    if (before) this.#unlink(before);
    this.#rules.set(rule.name, rule);
    for (const target of rule.targets) {
      const rules = this.#byAlarm.get(target) ?? new Set();
      this.#byAlarm.set(target, rules.add(rule));
    }
    this.#arm(rule);
    if (before) this.#ended(before.targets);
  }

  remove(name: string): void {
    const rule = this.#rules.get(name);
    if (!rule) return;
    this.#unlink(rule);
    this.#rules.delete(name);
    this.#ended(rule.targets);
  }

  /** The window that mutes the alarm now; of several the one that lasts longest. */
  mutedBy(alarmName: string): MuteDetail | undefined {
    const nowMs = this.#clock.now();
    let longest: MuteDetail | undefined;
    for (const { name, schedule } of this.#byAlarm.get(alarmName) ?? []) {
      const window = windowAt(schedule, nowMs);
      if (window && window.endMs > (longest?.endMs ?? -Infinity))
        longest = { ruleArn: muteRuleArn(name), ...window };
    }
    return longest;
  }

  stop(): void {
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  #arm(rule: MuteRule): void {
    const at = nextChange(rule.schedule, this.#clock.now());
    if (at === undefined) {
      this.#timers.delete(rule);
      return;
    }
    const cancel = this.#clock.schedule(at, () => {
      this.#arm(rule);
      this.#ended(rule.targets);
    });
    this.#timers.set(rule, cancel);
  }

  #unlink(rule: MuteRule): void {
    this.#timers.get(rule)?.();
    this.#timers.delete(rule);
    for (const target of rule.targets) {
      const rules = this.#byAlarm.get(target);
      rules?.delete(rule);
      if (rules?.size === 0) this.#byAlarm.delete(target);
    }
  }
}
