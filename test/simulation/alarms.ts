/**
 * The slots' alarms: the lab's own evaluation over the counted minutes, the environment's own policy
 * over the signals, and one action per transition.
 */
import type { Clock } from "../../base/clock.ts";
import type { AlarmReader } from "../../drills/alarms.ts";
import type { SignalAlarm, SlotAlarms } from "../../guard/alarms.ts";
import { DEFAULT_POLICY, tally } from "../../guard/signalPolicy.ts";
import { ALL_SIGNALS, type AnySignal, FAST_SIGNALS, SCALES } from "../../guard/signals.ts";
import { type Slot, SLOTS } from "../../guard/slot.ts";
import { type AlarmSettings, decide, evaluationRange } from "../../lab/cloudwatch/alarms/decide.ts";
import type { StateValue } from "../../lab/cloudwatch/ports.ts";
import { fastSlotAlarms, slotAlarms } from "../guard/slotAlarms.ts";
import type { Links } from "./links.ts";
import type { Metrics } from "./metrics.ts";
import type { Watcher } from "./watcher.ts";

export const GUARD_FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:checkout-guard";

interface Signal {
  state: StateValue;
  reason: string;
}

interface Transition {
  readonly slot: Slot;
  readonly signal: AnySignal | "guard";
  readonly state: StateValue;
  readonly reason: string;
  readonly atMs: number;
}

export interface AlarmsParts {
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly watcher: Watcher;
  readonly links: Links;
  readonly fast: boolean;
  readonly startMs: number;
  /** Called once for each transition of a slot's guard alarm to ALARM, if its actions are enabled. */
  readonly act: (slot: Slot, event: object) => void;
}

export class Alarms {
  readonly #parts: AlarmsParts;
  readonly #templates: Readonly<Record<Slot, SlotAlarms>>;
  readonly #signals = new Map<string, Signal>();
  readonly #guards: Record<Slot, { state: StateValue; reason: string; transitionedMs: number }>;
  readonly transitions: Transition[] = [];
  readonly failedActions: { readonly slot: Slot; readonly atMs: number }[] = [];
  actionsEnabled = true;

  constructor(parts: AlarmsParts) {
    this.#parts = parts;
    const template = parts.fast ? fastSlotAlarms : slotAlarms;
    this.#templates = { blue: template("blue"), green: template("green") };
    const ok = () => ({ state: "OK" as StateValue, reason: "", transitionedMs: parts.startMs });
    this.#guards = { blue: ok(), green: ok() };
  }

  /** @param cadence which alarms: those of whole minutes, or the fast ones */
  evaluate(cadence: "minute" | "ten-seconds"): void {
    for (const slot of SLOTS) {
      for (const signal of ALL_SIGNALS) {
        const alarm = this.#templates[slot][signal];
        const isFast = FAST_SIGNALS.some((fast) => fast === signal);
        if (!alarm || isFast !== (cadence === "ten-seconds")) continue;
        const settings = settingsOf(signal, alarm);
        const sight = this.#parts.links.sightOf(slot, signal);
        if (sight === "warming") continue;
        const range = evaluationRange(settings.evaluationPeriods);
        const measured = this.#parts.metrics.datapoints(slot, signal, range);
        const points = sight === "blind" ? measured.map(({ startMs }) => ({ startMs })) : measured;
        const current = this.#signal(slot, signal).state;
        const { state, breaching } = decide(points, settings, current);
        const value = breaching.at(-1)?.value;
        this.set(
          slot,
          signal,
          state,
          value === undefined ? "" : `the newest datapoint is ${value}`,
        );
      }
    }
  }

  set(slot: Slot, signal: AnySignal, state: StateValue, reason: string): void {
    const now = this.#signal(slot, signal);
    if (now.state === state) return;
    Object.assign(now, { state, reason });
    this.transitions.push({ slot, signal, state, reason, atMs: this.#parts.clock.now() });
    this.#followed(slot);
  }

  #followed(slot: Slot): void {
    const { clock, watcher, links, act } = this.#parts;
    const bad = ALL_SIGNALS.filter((signal) => this.#signal(slot, signal).state === "ALARM");
    const state = tally(DEFAULT_POLICY, bad).reverts ? "ALARM" : "OK";
    if (state === this.#guards[slot].state) return;
    const atMs = clock.now();
    const reason = `${bad.join(" and ")} transitioned to ${state}`;
    this.#guards[slot] = { state, reason, transitionedMs: atMs };
    this.transitions.push({ slot, signal: "guard", state, reason, atMs });
    watcher.note(
      `alarm of slot ${slot} is ${state}${bad.length > 0 ? ` by ${bad.join(", ")}` : ""}`,
    );
    if (state !== "ALARM" || !this.#hasActions(slot) || links.isMuted(slot)) return;
    const timestamp = new Date(atMs).toISOString().replace("Z", "+0000");
    const { name, arn } = this.#templates[slot].guard;
    act(slot, {
      source: "aws.cloudwatch",
      alarmArn: arn,
      alarmData: { alarmName: name, state: { value: state, reason, timestamp } },
    });
  }

  #hasActions(slot: Slot): boolean {
    return this.actionsEnabled && this.#parts.links.hasActions(slot);
  }

  #signal(slot: Slot, signal: AnySignal): Signal {
    const key = `${slot} ${signal}`;
    let found = this.#signals.get(key);
    if (!found) this.#signals.set(key, (found = { state: "OK", reason: "" }));
    return found;
  }

  shown(slot: Slot): SlotAlarms {
    const template = this.#templates[slot];
    const shown = (signal: AnySignal): SignalAlarm | undefined => {
      const alarm = template[signal];
      return alarm && { ...alarm, ...this.#signal(slot, signal) };
    };
    const signals = Object.fromEntries(
      ALL_SIGNALS.flatMap((signal) => (template[signal] ? [[signal, shown(signal)]] : [])),
    );
    const guard = {
      ...template.guard,
      ...this.#guards[slot],
      actionsEnabled: this.#hasActions(slot),
      alarmActions: [GUARD_FUNCTION],
    };
    return { ...template, ...signals, guard };
  }

  reader(): AlarmReader {
    return {
      read: async (slot) => this.shown(slot),
      firstAlarmSince: async (slot, sinceMs) => {
        const first = this.transitions.find(
          (one) =>
            one.slot === slot &&
            one.signal === "guard" &&
            one.state === "ALARM" &&
            one.atMs >= sinceMs,
        );
        return first?.atMs ?? null;
      },
      failedActionsSince: async (slot, sinceMs) =>
        this.failedActions
          .filter((one) => one.slot === slot && one.atMs >= sinceMs)
          .map(() => "Failed to execute action"),
    };
  }
}

function settingsOf(signal: AnySignal, alarm: SignalAlarm): AlarmSettings {
  const { evaluationPeriods, datapointsToAlarm, threshold } = alarm;
  return {
    evaluationPeriods,
    datapointsToAlarm,
    threshold,
    comparison: SCALES[signal].breaches === "above" ? "GreaterThanThreshold" : "LessThanThreshold",
    treatMissingData: signal === "unhealthy" ? "breaching" : "notBreaching",
    significantSamples: 0,
  };
}
