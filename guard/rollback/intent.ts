/** A rollback to an older release that is under way, as the environment's record keeps it. */
import { z } from "zod";
import { Slot } from "../slot.ts";

export const rollbackSchema = z.object({
  id: z.string(),
  release: z.string(),
  /** The slot that takes the release: it has no traffic until the release is healthy there. */
  slot: z.enum([Slot.Blue, Slot.Green]),
  /** ARN of the task definition that brings the release into that slot. */
  taskDefinition: z.string(),
  /** The latch of that slot as it was then: it goes together with the release that it is about. */
  latch: z.object({ reversionId: z.string() }).nullable(),
  why: z.string(),
  /** Wall time. */
  startedAt: z.iso.datetime(),
});
export type Rollback = z.infer<typeof rollbackSchema>;
