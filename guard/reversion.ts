/** What the guard writes down about one alarm it was called for: the audit trail's entry. */
import { z } from "zod";
import { Slot } from "./slot.ts";

const weights = z.object({ blue: z.int().min(0).max(999), green: z.int().min(0).max(999) });

/**
 * `reverted`: weights moved and read back. `already-home`: nothing was left to move. `notified`:
 * the alarm is not the candidate's, people were told. `refused`: the other side has no healthy
 * target. `failed`: the weights could not be moved.
 */
export const Outcome = {
  Reverted: "reverted",
  AlreadyHome: "already-home",
  Notified: "notified",
  Refused: "refused",
  Failed: "failed",
} as const;
export type Outcome = (typeof Outcome)[keyof typeof Outcome];

/** All times are wall times of the guard's machine, ISO 8601 with milliseconds. */
export const reversionSchema = z.object({
  schemaVersion: z.literal(1),
  id: z.string(),
  environment: z.string(),
  outcome: z.enum(Outcome),
  /** Which way home acted: `primary` is alarm, function, weights. */
  path: z.literal("primary"),
  why: z.string(),
  alarm: z.object({
    name: z.string(),
    slot: z.enum([Slot.Blue, Slot.Green]),
    /** CloudWatch's own stamp of the state, in its clock. */
    stateAt: z.string(),
    reason: z.string(),
  }),
  receivedAt: z.iso.datetime(),
  decidedAt: z.iso.datetime(),
  writtenAt: z.iso.datetime().nullable(),
  verifiedAt: z.iso.datetime().nullable(),
  weightsBefore: weights.nullable(),
  weightsAfter: weights.nullable(),
});
export type Reversion = z.infer<typeof reversionSchema>;
