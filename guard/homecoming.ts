/**
 * The mark that a homecoming leaves in the listener itself: all traffic on one slot with weight 999, or
 * 998, in place of 100. Weights are relative to their sum, so that it moves nothing (ELBv2 takes 0 to 999).
 *
 * It is for a guard that cannot read the record. Then a candidate at 100 % beside a stable slot at rest,
 * and a stable slot beside a latched one at rest, look the same: weights, healthy targets, and two
 * alarms of which the one at rest is OK for want of requests, which says nothing. Neither a longer
 * look at targets nor the alarms' own reasons can tell them apart; the first must be left and the
 * second must not. The mark does: it is written by the very call that moves the weights, so that it
 * costs a reversion nothing, and the next weight that a candidate gets replaces it.
 *
 * Which of the two says who moved it: a reversion, or anybody else of ours, an operator for one. A guard
 * that dies with its write can tell nobody, and whoever comes next may only credit it with what is
 * surely its own.
 *
 * What is left: all traffic on a slot without the mark, which is a candidate, a promoted release, a
 * restored one, or the environment's first. Its alarm moves the traffic without the record, to a side
 * that has healthy targets and no alarm; should the record say afterwards that this was wrong, the
 * guard takes it back.
 */
import { allOn, type Slot, SLOTS, type Weights } from "./slot.ts";

/** Who brings traffic home: a reversion, or anybody else of ours. */
export type Homecoming = "reversion" | "hand";

const MARKS = { reversion: 999, hand: 998 } as const satisfies Record<Homecoming, number>;

/** What the listener is told. Only all traffic on one slot can be marked. */
export function listenerWeights(weights: Weights, homecoming: Homecoming | null): Weights {
  const home = homecoming ? SLOTS.find((slot) => isAllOn(weights, slot, 100)) : undefined;
  return home && homecoming ? { ...weights, [home]: MARKS[homecoming] } : weights;
}

/** What the listener says, in percent as everybody writes it, and whose mark is there. */
export function broughtHomeBy(shown: Weights): {
  readonly weights: Weights;
  readonly broughtHome: Homecoming | null;
} {
  for (const homecoming of ["reversion", "hand"] as const) {
    const home = SLOTS.find((slot) => isAllOn(shown, slot, MARKS[homecoming]));
    if (home) return { weights: allOn(home), broughtHome: homecoming };
  }
  return { weights: shown, broughtHome: null };
}

function isAllOn(weights: Weights, slot: Slot, weight: number): boolean {
  return weights[slot] === weight && weights.blue + weights.green === weight;
}
