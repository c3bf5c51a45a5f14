/** Whether a drill can be run at all, here: by its target, and by the signals that the environment has. */
import { environmentError } from "../../base/errors.ts";
import type { SlotAlarms } from "../../guard/alarms.ts";
import { type AnySignal } from "../../guard/signals.ts";
import type { ChosenFault, FaultTarget } from "../faults/fault.ts";

/**
 * Why no environment of this target can carry the drill, whatever it is made of; null when one can.
 * What no signal sees is not carried: breaking it would break it for people, and prove nothing.
 */
export function outOfReach(
  fault: Pick<ChosenFault, "name" | "targets" | "elsewhere" | "lacks" | "breaks">,
  target: FaultTarget,
): string | null {
  if (!fault.targets.includes(target)) {
    const why = fault.elsewhere ?? `it acts on ${fault.targets.join(" and ")} only`;
    return `${fault.name} does not run on ${target}: ${why}`;
  }
  if (fault.lacks !== null) return `${fault.name} cannot run like this: ${fault.lacks}`;
  if (fault.breaks === "content") return contentUnseen(fault.name);
  return null;
}

function contentUnseen(name: string): string {
  return (
    `${name} changes what responses say and nothing else, and no signal here reads that: alarms and ` +
    "sentinel see status, time and health, so nothing would revert"
  );
}

/** Why this environment cannot carry it; null when it can. */
export function notCarried(
  fault: Pick<ChosenFault, "name" | "targets" | "elsewhere" | "lacks" | "breaks">,
  target: FaultTarget,
  alarms: SlotAlarms,
): string | null {
  const { name, breaks } = fault;
  const beyond = outOfReach(fault, target);
  if (beyond !== null || breaks === "content") return beyond;
  if (alarms[breaks]) return null;
  return (
    `${name} trips the signal ${breaks}, which this environment does not have: ` +
    "turn fast signals on (backout:fastSignals)"
  );
}

/** @throws BackoutError `undetectable-fault` for what no alarm of the slot is over */
export function trippedSignal(
  { name, breaks }: Pick<ChosenFault, "name" | "breaks">,
  alarms: SlotAlarms,
): AnySignal {
  if (breaks === "content") throw environmentError("undetectable-fault", contentUnseen(name));
  if (alarms[breaks]) return breaks;
  throw environmentError("undetectable-fault", `${name} trips ${breaks}, and no alarm is over it`);
}
