/**
 * The slots whose alarms a fault may have set off: the candidate's, and those that its steps, as the
 * journal holds them, reach beside it. The stable slot's, for one, that was made unfit to go home to.
 */
import { z } from "zod";
import { Slot } from "../../guard/slot.ts";

const reaching = z.looseObject({ slot: z.enum(Slot) });

/** @param steps data of the fault's steps */
export function touchedSlots(candidate: Slot, steps: readonly unknown[]): Slot[] {
  const reached = steps.flatMap((step) => reaching.safeParse(step).data?.slot ?? []);
  return [...new Set([candidate, ...reached])];
}
