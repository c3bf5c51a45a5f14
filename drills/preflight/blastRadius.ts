/** How far a drill may reach, checked before anything is injected: all that is too much at once. */
import type { Problem } from "../../base/errors.ts";
import { otherSlot, type Slot } from "../../guard/slot.ts";
import type { ChosenFault } from "../faults/fault.ts";
import { stoppedOf } from "../steps/stopTasks.ts";

export interface Caps {
  /** Fraction of the drill's requests that may go bad, above 0 up to 1. @default 1 */
  readonly share?: number | undefined;
  /** Tasks of the candidate that may be touched, from 1. @default all */
  readonly tasks?: number | undefined;
}

export interface Extent {
  readonly candidate: Slot;
  readonly healthyTargets: Readonly<Record<Slot, number>>;
  /** Of the candidate, running. */
  readonly tasks: number;
}

/** The share that a fault may reach, as an option; independent of any environment. */
export function capProblems(fault: Pick<ChosenFault, "name" | "reach">, caps: Caps): Problem[] {
  const problems: Problem[] = [];
  const { share, tasks } = caps;
  if (share !== undefined && !(share > 0 && share <= 1)) {
    problems.push({ field: "caps.share", value: share, allowed: "above 0, up to 1" });
  } else if (share !== undefined && fault.reach.share > share) {
    problems.push({
      field: "caps.share",
      value: share,
      allowed: `at least ${fault.reach.share}, which ${fault.name} reaches with these parameters`,
      fix: "choose a weaker fault, or raise the cap",
    });
  }
  if (tasks !== undefined && !(Number.isInteger(tasks) && tasks >= 1)) {
    problems.push({ field: "caps.tasks", value: tasks, allowed: "a whole number from 1" });
  }
  return problems;
}

/**
 * What stands against the fault as the environment is now, in words. Faults act on the candidate alone;
 * the way home must be open before it is needed.
 */
export function blastRadius(
  fault: Pick<ChosenFault, "name" | "reach">,
  caps: Caps,
  { candidate, healthyTargets, tasks }: Extent,
): string[] {
  const problems: string[] = [];
  const home = otherSlot(candidate);
  if (healthyTargets[home] === 0) {
    problems.push(`slot ${home}, to which the traffic is to come back, has no healthy target`);
  }
  const touched = touchedOf(fault.reach.tasks, tasks);
  if (caps.tasks !== undefined && touched > caps.tasks) {
    problems.push(
      `${fault.name} touches ${touched} of ${tasks} tasks of slot ${candidate}, ` +
        `and the cap is ${caps.tasks}`,
    );
  }
  return problems;
}

function touchedOf(reach: ChosenFault["reach"]["tasks"], tasks: number): number {
  if (reach === "none") return 0;
  return reach === "all" ? tasks : stoppedOf(tasks, reach);
}
