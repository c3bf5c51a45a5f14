/** A slot's alarms as an environment with default settings has them, all OK. */
import type { SignalAlarm, SlotAlarms } from "../../guard/alarms.ts";
import type { FastSignal, Signal } from "../../guard/signals.ts";
import type { Slot } from "../../guard/slot.ts";

const BOUNDS: Readonly<Record<Signal, { datapointsToAlarm: number; threshold: number }>> = {
  errors: { datapointsToAlarm: 1, threshold: 5 },
  unhealthy: { datapointsToAlarm: 2, threshold: 1 },
  latency: { datapointsToAlarm: 1, threshold: 1 },
  latencyRatio: { datapointsToAlarm: 2, threshold: 2 },
};

export function slotAlarms(slot: Slot, guard: Partial<SlotAlarms["guard"]> = {}): SlotAlarms {
  const signal = (which: Signal): SignalAlarm => ({
    name: `checkout-${slot}-${which}`,
    state: "OK",
    reason: "",
    periodSeconds: 60,
    evaluationPeriods: BOUNDS[which].datapointsToAlarm,
    ...BOUNDS[which],
    value: null,
  });
  return {
    guard: {
      name: `checkout-${slot}`,
      arn: `arn:aws:cloudwatch:us-east-1:000000000000:alarm:checkout-${slot}`,
      state: "OK",
      reason: "",
      transitionedMs: null,
      actionsEnabled: true,
      alarmActions: [],
      ...guard,
    },
    errors: signal("errors"),
    unhealthy: signal("unhealthy"),
    latency: signal("latency"),
    latencyRatio: signal("latencyRatio"),
  };
}

/** The same with fast signals. */
export function fastSlotAlarms(slot: Slot): SlotAlarms {
  const alarms = slotAlarms(slot);
  const fast = (which: FastSignal, of: Signal): SignalAlarm => ({
    ...alarms[of],
    name: `checkout-${slot}-${which}`,
    periodSeconds: 10,
    evaluationPeriods: 3,
    datapointsToAlarm: 2,
  });
  return {
    ...alarms,
    fastErrors: fast("fastErrors", "errors"),
    fastLatency: fast("fastLatency", "latency"),
  };
}
