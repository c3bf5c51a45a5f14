/** How fast a slot's alarms can see a fault: the floors that a record shows beside what was measured. */
import { environmentError } from "../base/errors.ts";
import type { FastSignal, Signal, SlotAlarms } from "../guard/alarms.ts";
import type { ChosenFault } from "./faults/fault.ts";
import { type DetectionFloor, detectionFloor, evaluationCadenceMs } from "../judge/detection.ts";

/** Nominal milliseconds. */
export interface FaultTiming {
  readonly deliveryDelayMs: number;
  /** From the fault's first act until a response shows it. */
  readonly onsetMs: number;
  /** The sidecars judge the candidate themselves: as soon as responses show it. @default false */
  readonly hasSentinel?: boolean;
}

/**
 * The fast alarm over the same signal. Crashes have none: the sidecars that would publish what it
 * sees die with the app.
 */
const FAST_TWIN: Readonly<Partial<Record<Signal, FastSignal>>> = {
  errors: "fastErrors",
  latency: "fastLatency",
};

/**
 * The longest detection follows from the alarm that is sure to see the fault, the shortest from
 * whichever alarm may see it first. A fast alarm only ever may: it judges nothing with less traffic
 * in ten seconds than the slower one asks for in a minute.
 *
 * @throws BackoutError `undetectable-fault` when the alarm it should trip never sees it
 */
export function faultFloors(
  fault: Pick<ChosenFault, "name" | "parameters" | "breaks" | "mayBreak" | "timeToBreachSeconds">,
  alarms: SlotAlarms,
  timing: FaultTiming,
): DetectionFloor {
  const sure = floorOf(fault, fault.breaks, alarms, timing);
  if (!Number.isFinite(sure.detect)) {
    const { name, threshold } = alarms[fault.breaks];
    throw environmentError(
      "undetectable-fault",
      `${fault.name} with ${JSON.stringify(fault.parameters)} never trips alarm ${name}, ` +
        `whose threshold is ${threshold}`,
      "choose a stronger fault, or a lower threshold",
    );
  }
  const others = fault.mayBreak.map((signal) => floorOf(fault, signal, alarms, timing).detect);
  const fast = fastLeast(FAST_TWIN[fault.breaks], alarms, timing);
  // A sentinel dies with the app, as what publishes the fast signals does.
  const sentinel = timing.hasSentinel && FAST_TWIN[fault.breaks] ? timing.onsetMs : Infinity;
  const detect = Math.min(sure.detect, fast, sentinel, ...others);
  return { detect, detectWorst: sure.detectWorst };
}

/**
 * Periods of ten seconds hold few requests, so that chance alone may let the first one breach at
 * once; what is published is there at once too. Nominal milliseconds.
 */
function fastLeast(
  signal: FastSignal | undefined,
  alarms: SlotAlarms,
  { onsetMs }: FaultTiming,
): number {
  const alarm = signal && alarms[signal];
  if (!alarm) return Infinity;
  return onsetMs + (alarm.datapointsToAlarm - 1) * alarm.periodSeconds * 1000;
}

function floorOf(
  fault: Pick<ChosenFault, "timeToBreachSeconds">,
  signal: Signal,
  alarms: SlotAlarms,
  { deliveryDelayMs, onsetMs }: FaultTiming,
): DetectionFloor {
  const { periodSeconds, datapointsToAlarm, threshold } = alarms[signal];
  const bounds = { signal, periodSeconds, threshold, onsetSeconds: onsetMs / 1000 };
  return detectionFloor({
    periodSeconds,
    datapointsToAlarm,
    deliveryDelayMs,
    onsetMs,
    timeToBreachMs: fault.timeToBreachSeconds(bounds) * 1000,
    cadenceMs: evaluationCadenceMs(periodSeconds),
  });
}
