/** What a policy wants and what becomes of it: pure. Sources of the rules are in FIDELITY.md. */
import type {
  StepAdjustment,
  StepScalingPolicyConfiguration,
} from "@aws-sdk/client-application-auto-scaling";
import type { ScalableTarget } from "./store.ts";

/** Which way an alarm asks for. */
export type Way = "out" | "in";

type Bounds = Pick<ScalableTarget, "min" | "max">;

/** After a target is registered or changed: inside its bounds, at once. */
export function insideBounds(desired: number, { min, max }: Bounds): number {
  return Math.min(Math.max(desired, min), max);
}

/**
 * Capacity that brings the metric to its target value. Rounded up both ways: neither too little is
 * added nor too much removed.
 */
export function trackedCapacity(capacity: number, value: number, targetValue: number): number {
  return Math.ceil((capacity * value) / targetValue);
}

/**
 * Capacity after the step that the breach falls into; undefined when it falls into none.
 *
 * @param breach the metric's value less the alarm's threshold
 */
export function steppedCapacity(
  capacity: number,
  breach: number,
  step: StepScalingPolicyConfiguration,
): number | undefined {
  const found = (step.StepAdjustments ?? []).find((one) => fallsInto(breach, one));
  if (found?.ScalingAdjustment === undefined) return undefined;
  const adjustment = found.ScalingAdjustment;
  switch (step.AdjustmentType) {
    case "ExactCapacity":
      return adjustment;
    case "PercentChangeInCapacity": {
      const change = wholeChange((capacity * adjustment) / 100);
      const least = step.MinAdjustmentMagnitude ?? 0;
      return capacity + Math.sign(change) * Math.max(Math.abs(change), least);
    }
    default:
      return capacity + adjustment;
  }
}

/** Above the threshold a lower bound is inclusive and an upper one not; below it the other way. */
function fallsInto(
  breach: number,
  { MetricIntervalLowerBound: lower, MetricIntervalUpperBound: upper }: StepAdjustment,
): boolean {
  const low = lower ?? -Infinity;
  const high = upper ?? Infinity;
  return breach >= 0 ? breach >= low && breach < high : breach > low && breach <= high;
}

/** Towards zero, but never to it. */
function wholeChange(change: number): number {
  if (change === 0) return 0;
  return Math.sign(change) * Math.max(1, Math.floor(Math.abs(change)));
}

export interface Standing extends Pick<ScalableTarget, "min" | "max" | "suspended"> {
  readonly desired: number;
  readonly deploying: boolean;
}

/** The capacity that a policy's wish leads to; undefined when it leads to no change. */
export function scaledTo(wanted: number, standing: Standing): number | undefined {
  const { desired, min, max, suspended, deploying } = standing;
  if (wanted > desired) {
    if (suspended.out) return undefined;
    const capacity = insideBounds(wanted, standing);
    return capacity > desired ? capacity : undefined;
  }
  if (suspended.in || deploying || wanted === desired) return undefined;
  // Below the minimum already, a scale-in adjusts nothing.
  const capacity = Math.min(Math.max(wanted, min), max);
  return capacity < desired ? capacity : undefined;
}
