/** How fast a slot's alarms can see a fault: the floors that a record shows beside what was measured. */
import { environmentError } from "../base/errors.ts";
import type { Signal, SlotAlarms } from "./alarms.ts";
import type { ChosenFault } from "./faults/fault.ts";
import { type DetectionFloor, detectionFloor, evaluationCadenceMs } from "./floors.ts";

/** Nominal milliseconds. */
export interface FaultTiming {
  readonly deliveryDelayMs: number;
  /** From the fault's first act until a response shows it. */
  readonly onsetMs: number;
}

/**
 * The longest detection follows from the alarm that is sure to see the fault, the shortest from
 * whichever alarm may see it first.
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
  return { detect: Math.min(sure.detect, ...others), detectWorst: sure.detectWorst };
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
