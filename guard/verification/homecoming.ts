/**
 * What there is to verify: the last time that traffic was taken home, as the record tells it. It goes
 * home at once, never in steps: each step would leave users on a release that is known to be bad. The
 * requests that it is answering end there: a weight only decides where the next one goes.
 */
import { type EnvironmentRecord, Phase } from "../record.ts";
import { otherSlot, type Slot } from "../slot.ts";

export interface Homecoming {
  /** The reversion's, or that of the rollout that was given up. */
  readonly id: string;
  /** `reversion`: the slot that was left is latched. `return`: a rollout was given up, no latch. */
  readonly kind: "reversion" | "return";
  readonly left: Slot;
  readonly home: Slot;
  readonly why: string;
  /** Wall time, ISO 8601. */
  readonly at: string;
}

/** Null while a candidate has traffic, and when nothing was taken home since the last promotion. */
export function homecomingOf(record: EnvironmentRecord): Homecoming | null {
  const { latch, lastRollout, stable, phase } = record;
  if (phase !== Phase.Idle) return null;
  if (latch) {
    const { slot: left, reversionId: id, reason: why, at } = latch;
    return { id, kind: "reversion", left, home: otherSlot(left), why, at };
  }
  if (lastRollout?.ended !== "aborted") return null;
  const { id, why, at } = lastRollout;
  return { id, kind: "return", left: otherSlot(stable), home: stable, why, at };
}
