/**
 * Sees a reversion that moved the traffic and could not write down that it did, while a promotion or
 * the end of a rollback called the slot that it left the stable one: no alarm and no latch tells of it
 * any more. Weights and record disagree, and the weights win: whoever of ours moves them away from a
 * slot means that it is bad. Pure.
 */
import { type EnvironmentRecord, Phase } from "../record.ts";
import type { Slot, Weights } from "../slot.ts";

/**
 * The slot that the record calls stable and that has lost all its traffic to the one that was stable
 * before; null when it has not. Traffic on any other slot, or a part of it, is somebody else's doing.
 */
export function leftUnwritten(
  { phase, latch, rollback, stable, previous }: EnvironmentRecord,
  weights: Weights,
): Slot | null {
  if (phase !== Phase.Idle || latch || rollback || !previous || previous.slot === stable)
    return null;
  return weights[stable] === 0 && weights[previous.slot] > 0 ? stable : null;
}
