/** Which slots the watchdog has reason to look at, and why: a pure reading of record and weights. */
import type { SlotAlarms } from "../alarms.ts";
import { type EnvironmentRecord, Phase } from "../record.ts";
import { shiftOf } from "../sentinelEvent.ts";
import { type Slot, SLOTS, type Weights } from "../slot.ts";

export interface Suspect {
  readonly slot: Slot;
  /** Names the shift that evidence is about; undefined when the record could not be read. */
  readonly shift?: string;
  /** Why it must be left without any further look; null when it is to be probed. */
  readonly known: string | null;
}

/** By then (nominal milliseconds) the first way home has acted on an alarm, or it has failed. */
export const FIRST_WAY_MS = 90_000;

/**
 * A latched slot with traffic, or the candidate with traffic. Without the record every slot with
 * traffic; without the weights what the record calls the candidate.
 */
export function suspectsOf(
  record: EnvironmentRecord | "unreachable",
  weights: Weights | null,
): Suspect[] {
  const mayHaveTraffic = (slot: Slot): boolean => !weights || weights[slot] > 0;
  if (record === "unreachable") {
    if (!weights) return [];
    return SLOTS.filter(mayHaveTraffic).map((slot) => ({ slot, known: null }));
  }
  const { latch, candidate, phase } = record;
  if (latch && weights && weights[latch.slot] > 0) {
    // No candidate's shift is called so: if it has become one meanwhile, this says nothing of it.
    return [{ slot: latch.slot, shift: "latched", known: "it is latched, and it has traffic" }];
  }
  if (candidate && phase !== Phase.Idle && mayHaveTraffic(candidate)) {
    return [{ slot: candidate, shift: shiftOf(record) ?? "", known: null }];
  }
  return [];
}

/**
 * Whether the first way home has failed: the slot's guard alarm has been in ALARM for so long, and the
 * slot still has its traffic.
 *
 * @param nowMs the environment's clock, which is CloudWatch's
 */
export function firstWayFailed(
  { state, transitionedMs }: SlotAlarms["guard"],
  nowMs: number,
): boolean {
  return state === "ALARM" && transitionedMs !== null && nowMs - transitionedMs > FIRST_WAY_MS;
}
