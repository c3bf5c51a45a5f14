/** What the schedule's daemon writes down, one line each, before it acts on it. */
import { z } from "zod";
import { MissedReason } from "./upcoming.ts";

const instant = z.iso.datetime();
const lane = z.string().min(1);
/** When it was written, nominal time. */
const at = instant;

export const stateEntrySchema = z.discriminatedUnion("type", [
  /** A lane is followed: what it names after `from` is owed. */
  z.strictObject({ type: z.literal("lane"), lane, at, timing: z.string(), from: instant }),
  /** Written before the first drill of the fire is begun; a fire that has one never starts again. */
  z.strictObject({ type: z.literal("started"), lane, at, due: instant }),
  /** `lost`: the daemon died while it ran. */
  z.strictObject({
    type: z.literal("ended"),
    lane,
    at,
    due: instant,
    outcome: z.string(),
    runs: z.array(z.string()),
  }),
  /** `count` fires from `first` to `last` that will not start. */
  z.strictObject({
    type: z.literal("missed"),
    lane,
    at,
    first: instant,
    last: instant,
    count: z.int().min(1),
    reason: z.enum(MissedReason),
    detail: z.string(),
  }),
  /**
   * The clock went back behind fires that were missed because it had gone forward, or while the
   * daemon was down: those after `after` are owed again.
   */
  z.strictObject({ type: z.literal("reinstated"), lane, at, after: instant }),
]);
export type StateEntry = z.infer<typeof stateEntrySchema>;
