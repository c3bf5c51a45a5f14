/** What the guard writes down about one alarm it was called for: the audit trail's entry. */
import { z } from "zod";
import { escalationSchema } from "./escalation.ts";
import { explanationSchema } from "./explanation.ts";
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

/**
 * Which way home acted. `primary`: alarm, function, weights. `sentinel`: the candidate's sidecar,
 * function, weights, with no alarm in between. `reconcile`: the look that the guard takes every
 * minute, when an alarm's event was lost or a late write moved the weights again. `hook`: a hook of
 * the rollout said that the candidate is bad, and the tick that asked it acted. `watchdog`: the
 * second way home, which shares no function, role or schedule with all of these.
 */
export const ReversionPath = {
  Primary: "primary",
  Sentinel: "sentinel",
  Reconcile: "reconcile",
  Hook: "hook",
  Watchdog: "watchdog",
} as const;
export type ReversionPath = (typeof ReversionPath)[keyof typeof ReversionPath];

/** All times are wall times of the guard's machine, ISO 8601 with milliseconds. */
export const reversionSchema = z.object({
  schemaVersion: z.literal(1),
  id: z.string(),
  environment: z.string(),
  outcome: z.enum(Outcome),
  path: z.enum(ReversionPath),
  why: z.string(),
  alarm: z.object({
    name: z.string(),
    slot: z.enum([Slot.Blue, Slot.Green]),
    /** CloudWatch's own stamp of the state, in its clock; a sentinel's in wall time. */
    stateAt: z.string(),
    /** CloudWatch's words for the state, or the sentinel's evidence. */
    reason: z.string(),
  }),
  receivedAt: z.iso.datetime(),
  decidedAt: z.iso.datetime(),
  writtenAt: z.iso.datetime().nullable(),
  verifiedAt: z.iso.datetime().nullable(),
  weightsBefore: weights.nullable(),
  weightsAfter: weights.nullable(),
  /** Of `already-home`: by the listener's own mark it was a reversion that had brought it there. */
  broughtHome: z.boolean().exactOptional(),
  /** Each signal as it was then; null in older entries, and where nobody could be asked. */
  explanation: explanationSchema.nullable().default(null),
  /** Only of what the second way home could not do either. */
  escalation: escalationSchema.optional(),
});
export type Reversion = z.infer<typeof reversionSchema>;
