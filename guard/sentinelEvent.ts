/** What a candidate's sentinel calls the guard with: its evidence, and which shift it is about. */
import { z } from "zod";
import type { EnvironmentRecord } from "./record.ts";
import { Slot } from "./slot.ts";

export const SENTINEL_SOURCE = "backout.sentinel";

export const evidenceSchema = z.object({
  /** How much more likely than not that the candidate is worse: a bet's winnings, 1 is nothing. */
  eValue: z.number().min(0),
  /** From here on the sentinel calls. */
  needed: z.number().min(1),
  /** The counts it rests on, as a sentence. */
  why: z.string(),
});

export const sentinelEventSchema = z.object({
  source: z.literal(SENTINEL_SOURCE),
  /** The slot that is judged bad. */
  slot: z.enum(Slot),
  /** As `shiftOf` named it when the evidence was gathered. */
  shift: z.string(),
  evidence: evidenceSchema,
  /** Wall time of the sidecar. */
  at: z.iso.datetime(),
});
export type SentinelEvent = z.infer<typeof sentinelEventSchema>;

/**
 * Names the shift of traffic that a record tells of; null without a candidate. Evidence about one
 * says nothing of another, though it may be in the same slot.
 */
export function shiftOf({ candidate, armedAt, rollout }: EnvironmentRecord): string | null {
  if (candidate === null) return null;
  return `${candidate} ${rollout?.id ?? "at once"} ${armedAt ?? "unarmed"}`;
}
