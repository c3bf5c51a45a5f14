/** How fast a slot's alarms can see a fault: the floors that a record shows beside what was measured. */
import { environmentError } from "../../base/errors.ts";
import type { SlotAlarms } from "../../guard/alarms.ts";
import { DEFAULT_POLICY, revertsAlone } from "../../guard/signalPolicy.ts";
import { type AnySignal, FAST_SIGNALS, type FastSignal } from "../../guard/signals.ts";
import { trippedSignal } from "./carried.ts";
import type { ChosenFault } from "../faults/fault.ts";
import { type DetectionFloor, detectionFloor, evaluationCadenceMs } from "../../judge/detection.ts";

/** Nominal milliseconds. */
export interface FaultTiming {
  readonly deliveryDelayMs: number;
  /** From the fault's first act until a response, or a failed health check, shows it for sure. */
  readonly onsetMs: number;
  /** The same at the earliest. @default onsetMs */
  readonly leastOnsetMs?: number;
  /** Of the candidate, running. @default 1 */
  readonly tasks?: number;
  /** The sidecars judge the candidate themselves: as soon as responses show it. @default false */
  readonly hasSentinel?: boolean;
}

/**
 * The fast alarm over the same signal. Crashes have none: the sidecars that would publish what it
 * sees die with the app.
 */
const FAST_TWIN: Readonly<Partial<Record<AnySignal, FastSignal>>> = {
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
  fault: Pick<
    ChosenFault,
    "name" | "parameters" | "breaks" | "mayBreak" | "timeToBreachSeconds" | "floors"
  >,
  alarms: SlotAlarms,
  timing: FaultTiming,
): DetectionFloor {
  const breaks = trippedSignal(fault, alarms);
  if (fault.floors) return fault.floors(alarms);
  const sure = floorOf(fault, breaks, alarms, timing);
  if (!Number.isFinite(sure.detect)) {
    const { name, threshold } = alarms[breaks] ?? { name: breaks, threshold: NaN };
    throw environmentError(
      "undetectable-fault",
      `${fault.name} with ${JSON.stringify(fault.parameters)} never trips alarm ${name}, ` +
        `whose threshold is ${threshold}`,
      "choose a stronger fault, or a lower threshold: no alarm sees this one however long it is held",
    );
  }
  const policy = alarms.policy ?? DEFAULT_POLICY;
  // What only votes, or is only investigated, is no detection.
  const alone = fault.mayBreak.filter((signal) => revertsAlone(policy, signal));
  const others = alone.map((signal) => floorOf(fault, signal, alarms, timing).detect);
  const twin = FAST_TWIN[breaks];
  const fast = fastLeast(twin && revertsAlone(policy, twin) ? twin : undefined, alarms, timing);
  // A sentinel dies with the app, as what publishes the fast signals does.
  const sentinel = timing.hasSentinel && FAST_TWIN[breaks] ? timing.onsetMs : Infinity;
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
  signal: AnySignal,
  alarms: SlotAlarms,
  timing: FaultTiming,
): DetectionFloor {
  const { onsetMs, leastOnsetMs = onsetMs, tasks = 1 } = timing;
  const alarm = alarms[signal];
  if (!alarm) return { detect: Infinity, detectWorst: Infinity };
  const { periodSeconds, datapointsToAlarm, threshold } = alarm;
  const onsetSeconds = leastOnsetMs / 1000;
  const bounds = { signal, periodSeconds, threshold, onsetSeconds, datapointsToAlarm, tasks };
  // What sidecars publish is there at once: only the load balancer's metrics come late.
  const isFast = FAST_SIGNALS.some((fast) => fast === signal);
  return detectionFloor({
    periodSeconds,
    datapointsToAlarm,
    deliveryDelayMs: isFast ? 0 : timing.deliveryDelayMs,
    onsetMs,
    timeToBreachMs: fault.timeToBreachSeconds(bounds) * 1000,
    cadenceMs: evaluationCadenceMs(periodSeconds),
  });
}
