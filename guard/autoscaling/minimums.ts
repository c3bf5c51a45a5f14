/**
 * The minimums that the guard changed, as the record keeps them: written before each change, and
 * forgotten only once the person's own was seen to be back. Pure.
 */
import { z } from "zod";
import type { Bounds } from "./scalableTargets.ts";

const held = z
  .object({
    /** The person's minimum. */
    own: z.int().min(0),
    /** What the guard may have put in its place: a crash leaves any of them. */
    ours: z.array(z.int().min(0)),
  })
  .nullable();

export const minimumsSchema = z.object({ blue: held, green: held });
export type Held = z.infer<typeof held>;

export const NOTHING_HELD = { blue: null, green: null } as const;

/** A minimum that is none of the guard's was set by a person meanwhile, and counts from then on. */
export function ownMinimum({ min }: Bounds, before: Held): number {
  return before?.ours.includes(min) ? before.own : min;
}

/** What has to be in the record before the minimum is set to any of `next`. */
export function holding(bounds: Bounds, before: Held, next: readonly number[]): NonNullable<Held> {
  const now = before?.ours.includes(bounds.min) ? [bounds.min] : [];
  return { own: ownMinimum(bounds, before), ours: [...new Set([...now, ...next])] };
}
