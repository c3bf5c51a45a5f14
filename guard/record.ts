/**
 * The environment's record: which slot is stable, which is the candidate, and the latch. One
 * DynamoDB item, written under a condition on its `version`. The transitions are pure.
 */
import { z } from "zod";
import { minimumsSchema, NOTHING_HELD } from "./autoscaling/minimums.ts";
import { condemned, type History, remembered, stableReleaseSchema } from "./history.ts";
import type { Deployed } from "./releases.ts";
import { rollbackSchema } from "./rollback/intent.ts";
import { type Explanation, explanationSchema } from "./explanation.ts";
import { hookRunSchema } from "./rollout/hooks.ts";
import { hooksAskedAgain } from "./rollout/hookState.ts";
import { completed, rolloutSchema } from "./rollout/rollout.ts";
import { Slot } from "./slot.ts";

const slot = z.enum([Slot.Blue, Slot.Green]);

/** `idle`: no candidate. `shifting`: weights are being moved. `baking`: moved, under watch. */
export const Phase = { Idle: "idle", Shifting: "shifting", Baking: "baking" } as const;
export type Phase = (typeof Phase)[keyof typeof Phase];

const latch = z.object({
  /** The slot that must get no traffic. */
  slot,
  reason: z.string(),
  reversionId: z.string(),
  /** Wall time, ISO 8601. */
  at: z.iso.datetime(),
  /** Signal by signal; null until it is written after the reversion, and when a person latched. */
  explanation: explanationSchema.nullable().default(null),
});

export const environmentRecordSchema = z.object({
  schemaVersion: z.literal(1),
  environment: z.string(),
  /** Rises by one with every write; 0 for a record that was never written. */
  version: z.int().min(0),
  stable: slot,
  candidate: slot.nullable(),
  phase: z.enum([Phase.Idle, Phase.Shifting, Phase.Baking]),
  latch: latch.nullable(),
  /**
   * Until then (wall time) a weight write by whoever set it may still land: ELBv2 has no
   * conditional write, so a reversion looks again after this.
   */
  openWriteUntil: z.iso.datetime().nullable(),
  /**
   * Since when the candidate's guard alarm had been OK as the shift began, in CloudWatch's clock:
   * what that alarm said before speaks of an earlier time. Null without a candidate, in records
   * written before this member was, and where CloudWatch did not say.
   */
  armedAt: z.iso.datetime().nullable().default(null),
  /** What brings the candidate's weight up step by step; null for a shift of everything at once. */
  rollout: rolloutSchema.nullable().default(null),
  /** How the last rollout ended, and why. */
  lastRollout: z
    .object({
      id: z.string(),
      release: z.string().nullable(),
      ended: z.enum(["promoted", "reverted", "aborted"]),
      why: z.string(),
      at: z.iso.datetime(),
      /** As the latch's. */
      explanation: explanationSchema.nullable().default(null),
      /** What its hooks answered. */
      hooks: z.array(hookRunSchema).default([]),
    })
    .nullable()
    .default(null),
  /** After a promotion: the slot that was stable before, and until when it stays warm. */
  previous: z
    .object({ slot, release: z.string().nullable(), warmUntil: z.iso.datetime() })
    .nullable()
    .default(null),
  /** The last releases that were stable, newest first; empty before the first promotion. */
  history: z.array(stableReleaseSchema).default([]),
  /** An older release on its way back; no rollout begins meanwhile. */
  rollback: rollbackSchema.nullable().default(null),
  /** The idle slot is being scaled up for a rollout, and stays up until then (environment's clock). */
  preparing: z.object({ slot, until: z.iso.datetime() }).nullable().default(null),
  /** Minimum capacities that are held for a rollout or for rest, and the person's own. */
  minimums: minimumsSchema.default(NOTHING_HELD),
});
export type EnvironmentRecord = z.infer<typeof environmentRecordSchema>;

/** What a record says before anybody wrote it: all on the slot that Pulumi gave the traffic to. */
export function initialRecord(environment: string, stable: Slot = Slot.Blue): EnvironmentRecord {
  return {
    schemaVersion: 1,
    environment,
    version: 0,
    stable,
    candidate: null,
    phase: Phase.Idle,
    latch: null,
    openWriteUntil: null,
    armedAt: null,
    rollout: null,
    lastRollout: null,
    previous: null,
    history: [],
    rollback: null,
    preparing: null,
    minimums: NOTHING_HELD,
  };
}

/** Begins to move traffic to `candidate`, by a rollout's first step or, without one, all at once. */
export function shiftBegun(
  record: EnvironmentRecord,
  candidate: Slot,
  {
    openWriteUntil,
    armedAt,
    rollout = null,
  }: Pick<EnvironmentRecord, "openWriteUntil" | "armedAt"> &
    Partial<Pick<EnvironmentRecord, "rollout">>,
): EnvironmentRecord {
  return {
    ...record,
    candidate,
    phase: Phase.Shifting,
    openWriteUntil,
    armedAt,
    rollout,
    previous: null,
  };
}

/** Begins to set the weight of a later step, or of the same one again. */
export function stepBegun(
  record: EnvironmentRecord,
  step: number,
  openWriteUntil: string,
): EnvironmentRecord {
  const { rollout } = record;
  if (!rollout) throw new Error("there is no rollout to go on with");
  return {
    ...record,
    phase: Phase.Shifting,
    openWriteUntil,
    rollout: {
      ...rollout,
      step,
      stepAt: null,
      approved: step === rollout.step && rollout.approved,
    },
  };
}

/** @param at the environment's clock */
export function rolloutPaused(
  record: EnvironmentRecord,
  why: string,
  at: string,
): EnvironmentRecord {
  if (!record.rollout) throw new Error("there is no rollout to pause");
  return { ...record, rollout: { ...record.rollout, paused: { why, at } } };
}

export function rolloutResumed(record: EnvironmentRecord): EnvironmentRecord {
  const { rollout } = record;
  if (!rollout) throw new Error("there is no rollout to go on with");
  return { ...record, rollout: { ...rollout, paused: null, hooks: hooksAskedAgain(rollout) } };
}

/** A person ends the step that it is in; `full` also leaves out all steps between it and 100 %. */
export function rolloutApproved(record: EnvironmentRecord, full: boolean): EnvironmentRecord {
  const { rollout } = record;
  if (!rollout) throw new Error("there is no rollout to promote");
  const steps = full ? completed(rollout.steps.slice(0, rollout.step + 1)) : rollout.steps;
  const hooks = hooksAskedAgain(rollout);
  return { ...record, rollout: { ...rollout, steps, approved: true, paused: null, hooks } };
}

/** @param at the environment's clock: from then on the step bakes */
export function shiftDone(record: EnvironmentRecord, at: string | null = null): EnvironmentRecord {
  const rollout = record.rollout && { ...record.rollout, stepAt: at };
  return { ...record, phase: Phase.Baking, openWriteUntil: null, rollout };
}

/** After a reversion: no candidate, and the slot it came from stays shut until the latch is cleared. */
export function latched(
  record: EnvironmentRecord,
  from: Slot,
  to: Slot,
  reversion: { readonly id: string; readonly reason: string; readonly at: string },
): EnvironmentRecord {
  const { at, reason: why } = reversion;
  return {
    ...ended(record, "reverted", reversion.reason, reversion.at),
    history: condemned(record.history, releaseLeft(record, from), { why, at }),
    stable: to,
    latch: {
      slot: from,
      reason: reversion.reason,
      reversionId: reversion.id,
      at: reversion.at,
      explanation: null,
    },
    previous: null,
  };
}

/** Why, signal by signal, to the latch of a reversion and to the rollout that it ended. */
export function explained(
  record: EnvironmentRecord,
  reversionId: string,
  explanation: Explanation,
): EnvironmentRecord {
  const { latch: current, lastRollout } = record;
  if (current?.reversionId !== reversionId) return record;
  const isItsRollout = lastRollout?.ended === "reverted" && lastRollout.at === current.at;
  return {
    ...record,
    latch: { ...current, explanation },
    lastRollout: isItsRollout ? { ...lastRollout, explanation } : lastRollout,
  };
}

/**
 * A rollout given up without a reversion: all traffic is back on the stable slot.
 *
 * @param at wall time
 */
export function shiftAbandoned(
  record: EnvironmentRecord,
  why: string,
  at: string,
): EnvironmentRecord {
  return ended(record, "aborted", why, at);
}

/**
 * The candidate is the stable slot from now on, and the one before it stays warm.
 *
 * @param at wall time
 * @param deployed what the slots run, for the history; null when nobody could say
 */
export function promoted(
  record: EnvironmentRecord,
  previousRelease: string | null,
  warmUntil: string,
  at: string,
  deployed: Readonly<Record<Slot, Deployed>> | null = null,
): EnvironmentRecord {
  const { candidate, stable } = record;
  if (!candidate) throw new Error("there is no candidate to promote");
  return {
    ...ended(record, "promoted", "every step was good", at),
    history: historyAfter(record, candidate, at, deployed),
    stable: candidate,
    previous: { slot: stable, release: previousRelease, warmUntil },
  };
}

/**
 * A person took the traffic home while the rollout was promoted: who aborts, wins.
 *
 * @param before the record that the person saw
 * @param at wall time
 */
export function promotionUndone(
  record: EnvironmentRecord,
  before: EnvironmentRecord,
  why: string,
  at: string,
): EnvironmentRecord {
  const { lastRollout } = record;
  return {
    ...record,
    stable: before.stable,
    previous: null,
    history: before.history,
    lastRollout: lastRollout && { ...lastRollout, ended: "aborted", why, at },
  };
}

/** Keeps `openWriteUntil`: whoever brings traffic home must know of a write that is under way. */
function ended(
  record: EnvironmentRecord,
  how: NonNullable<EnvironmentRecord["lastRollout"]>["ended"],
  why: string,
  at: string,
): EnvironmentRecord {
  const { rollout } = record;
  return {
    ...record,
    candidate: null,
    phase: Phase.Idle,
    armedAt: null,
    rollout: null,
    rollback: null,
    preparing: null,
    lastRollout: rollout
      ? {
          id: rollout.id,
          release: rollout.release,
          ended: how,
          why,
          at,
          explanation: null,
          hooks: rollout.hooks.runs,
        }
      : record.lastRollout,
  };
}

export function unlatched(record: EnvironmentRecord): EnvironmentRecord {
  return { ...record, latch: null };
}

/** The history with the release that is stable, should it be missing, and the one that becomes so. */
function historyAfter(
  record: EnvironmentRecord,
  candidate: Slot,
  at: string,
  deployed: Readonly<Record<Slot, Deployed>> | null,
): EnvironmentRecord["history"] {
  const { stable, rollout } = record;
  const history = deployed ? withStable(record.history, stable, deployed[stable]) : record.history;
  const release = deployed?.[candidate].release ?? rollout?.release ?? null;
  if (release === null) return history;
  const taskDefinition = deployed?.[candidate].taskDefinition ?? null;
  return remembered(history, {
    release,
    slot: candidate,
    taskDefinition,
    promotedAt: at,
    bad: null,
  });
}

/** Knows the release that the environment began with, and the task definition of today. */
export function withStable(
  history: History,
  stable: Slot,
  { release, taskDefinition }: Deployed,
): EnvironmentRecord["history"] {
  if (release === null) return [...history];
  const known = history.some((one) => one.release === release);
  if (!known) {
    return remembered(history, {
      release,
      slot: stable,
      taskDefinition,
      promotedAt: null,
      bad: null,
    });
  }
  return history.map((one) =>
    one.release === release && taskDefinition !== null
      ? { ...one, slot: stable, taskDefinition }
      : one,
  );
}

/** What ran in a slot that is left because it is bad, as far as the record knows it. */
function releaseLeft(record: EnvironmentRecord, from: Slot): string | null {
  const { candidate, rollback, rollout, stable, history } = record;
  if (from === candidate) return rollback?.release ?? rollout?.release ?? null;
  if (from !== stable) return null;
  return history.find((one) => one.slot === from && one.bad === null)?.release ?? null;
}
