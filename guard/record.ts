/**
 * The environment's record: which slot is stable, which is the candidate, and the latch. One
 * DynamoDB item, written under a condition on its `version`. The transitions are pure.
 */
import { z } from "zod";
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
  };
}

export function shiftBegun(
  record: EnvironmentRecord,
  candidate: Slot,
  { openWriteUntil, armedAt }: Pick<EnvironmentRecord, "openWriteUntil" | "armedAt">,
): EnvironmentRecord {
  return { ...record, candidate, phase: Phase.Shifting, openWriteUntil, armedAt };
}

export function shiftDone(record: EnvironmentRecord): EnvironmentRecord {
  return { ...record, phase: Phase.Baking, openWriteUntil: null };
}

/** After a reversion: no candidate, and the slot it came from stays shut until the latch is cleared. */
export function latched(
  record: EnvironmentRecord,
  from: Slot,
  to: Slot,
  reversion: { readonly id: string; readonly reason: string; readonly at: string },
): EnvironmentRecord {
  return {
    ...record,
    stable: to,
    candidate: null,
    phase: Phase.Idle,
    latch: { slot: from, reason: reversion.reason, reversionId: reversion.id, at: reversion.at },
    // A rollout's write may still be under way: whoever handles the event again must know it too.
    openWriteUntil: record.openWriteUntil,
    armedAt: null,
  };
}

/** A rollout given up without a reversion: all traffic is back on the stable slot. */
export function shiftAbandoned(record: EnvironmentRecord): EnvironmentRecord {
  return { ...record, candidate: null, phase: Phase.Idle, openWriteUntil: null, armedAt: null };
}

export function unlatched(record: EnvironmentRecord): EnvironmentRecord {
  return { ...record, latch: null };
}
