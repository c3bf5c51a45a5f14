/** Whether traffic could be taken home now: looked at in advance, so that a reversion need not ask. */
import { z } from "zod";
import { type EnvironmentRecord, Phase } from "../record.ts";
import { Slot } from "../slot.ts";
import { type Check, checkSchema, CheckOutcome, notGood } from "./check.ts";

/** `unknown` is never green: a rollout rises on it as little as on `unfit`. */
export const Fitness = { Fit: "fit", Unfit: "unfit", Unknown: "unknown" } as const;
export type Fitness = (typeof Fitness)[keyof typeof Fitness];

export const wayBackNoteSchema = z.object({
  schemaVersion: z.literal(1),
  /** The slot that traffic would go to. */
  home: z.enum([Slot.Blue, Slot.Green]),
  fitness: z.enum(Fitness),
  why: z.string(),
  /** The environment's clock. */
  at: z.iso.datetime(),
  /** What the stack's own checks said of dependencies and data. */
  checks: z.array(checkSchema),
});
export type WayBackNote = z.infer<typeof wayBackNoteSchema>;
export type WayBack = Pick<WayBackNote, "fitness" | "why">;

/**
 * Where a reversion, or a person's rollback, would take the traffic: the stable slot in a rollout,
 * the slot before after a promotion, as long as it is warm. Null when there is nowhere to go.
 *
 * @param nowMs the environment's clock
 */
export function homeOf({ phase, stable, previous }: EnvironmentRecord, nowMs: number): Slot | null {
  if (phase !== Phase.Idle) return stable;
  return previous && nowMs < Date.parse(previous.warmUntil) ? previous.slot : null;
}

/** @param alarm state of the home slot's guard alarm; null when it could not be read */
export function wayBackOf(
  home: Slot,
  healthyTargets: number | null,
  alarm: string | null,
  checks: readonly Check[],
): WayBack {
  const unfit: string[] = [];
  const unknown: string[] = [];
  if (healthyTargets === 0) unfit.push(`slot ${home} has no healthy target`);
  if (healthyTargets === null) unknown.push(`the targets of slot ${home} cannot be read`);
  if (alarm === "ALARM") unfit.push(`the guard alarm of slot ${home} is in ALARM`);
  if (alarm === null) unknown.push(`the guard alarm of slot ${home} cannot be read`);
  unfit.push(...notGood(checks.filter(({ outcome }) => outcome === CheckOutcome.Bad)));
  unknown.push(...notGood(checks.filter(({ outcome }) => outcome !== CheckOutcome.Bad)));
  if (unfit.length > 0) return { fitness: Fitness.Unfit, why: [...unfit, ...unknown].join("; ") };
  if (unknown.length > 0) return { fitness: Fitness.Unknown, why: unknown.join("; ") };
  const asked =
    checks.length === 0 ? "" : `, and ${checks.map(({ name }) => name).join(", ")} good`;
  return { fitness: Fitness.Fit, why: `slot ${home} is healthy and not in ALARM${asked}` };
}

/** Nominal: two looks of the guard may fail to come before what it saw is too old. */
export const NOTE_LASTS_MS = 3 * 60_000;

/** What the guard's function was last told by the stack's own checks, for who cannot ask them. */
export function notedChecks(
  note: WayBackNote | undefined,
  home: Slot,
  expects: boolean,
  nowMs: number,
): readonly Check[] {
  if (!expects) return [];
  const fresh = note?.home === home && nowMs - Date.parse(note.at) <= NOTE_LASTS_MS;
  if (fresh && note.checks.length > 0) return note.checks;
  const says = `the guard has not asked them for slot ${home} in the last ${NOTE_LASTS_MS / 60_000} minutes`;
  return [{ name: "checks of the way back", outcome: CheckOutcome.Error, says }];
}

/** Why a rollout must not rise now; null when it may, or when nobody looked. */
export function wayBackDoubt(wayBack: WayBack | undefined): string | null {
  if (!wayBack || wayBack.fitness === Fitness.Fit) return null;
  return wayBack.fitness === Fitness.Unfit
    ? `the way back is not fit: ${wayBack.why}`
    : `nobody knows whether the way back is fit: ${wayBack.why}`;
}
