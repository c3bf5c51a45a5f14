/** The last stable releases of an environment, as its record keeps them: what can be brought back. */
import { z } from "zod";
import { Slot } from "./slot.ts";

/** So many good releases stay deployable by `env rollback --to`. */
export const KEPT_RELEASES = 5;

export const stableReleaseSchema = z.object({
  release: z.string(),
  /** The slot that it was stable in: its task definition is of that slot's family. */
  slot: z.enum([Slot.Blue, Slot.Green]),
  /** ARN of the task definition's revision; null when ECS did not say. */
  taskDefinition: z.string().nullable(),
  /** Wall time; null for the release that the environment began with. */
  promotedAt: z.iso.datetime().nullable(),
  /** Why it was left again; null while nothing is known to be wrong with it. */
  bad: z.object({ why: z.string(), at: z.iso.datetime() }).nullable().default(null),
});
export type StableRelease = z.infer<typeof stableReleaseSchema>;

/** Newest first. */
export type History = readonly StableRelease[];

/**
 * Puts `entry` first. A release is listed once: promoted again, it counts from then on, with the
 * task definition that it has now. Bad ones take no good one's place.
 */
export function remembered(history: History, entry: StableRelease): StableRelease[] {
  const all = [entry, ...history.filter(({ release }) => release !== entry.release)];
  const lastOf = (bad: boolean): readonly StableRelease[] =>
    all.filter((one) => (one.bad !== null) === bad).slice(0, KEPT_RELEASES);
  const kept = new Set([...lastOf(false), ...lastOf(true)]);
  return all.filter((one) => kept.has(one));
}

/** Says that a release was left because it is bad; nothing changes for one that is not listed. */
export function condemned(
  history: History,
  release: string | null,
  bad: NonNullable<StableRelease["bad"]>,
): StableRelease[] {
  return history.map((one) => (one.release === release ? { ...one, bad } : one));
}
