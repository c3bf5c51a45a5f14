/** The verification of one homecoming as the record store keeps it, and its transitions. */
import { z } from "zod";
import { Slot } from "../slot.ts";
import { type Check, checkSchema, CheckOutcome, overall, VerificationOutcome } from "./check.ts";
import type { Homecoming } from "./homecoming.ts";

const slot = z.enum([Slot.Blue, Slot.Green]);

/** Nominal. Enough for late metrics, and for alarms that are slow to be OK again. */
export const VERIFY_WITHIN_MS = 15 * 60_000;

export const verificationSchema = z.object({
  schemaVersion: z.literal(1),
  /** Rises by one with every write. */
  version: z.int().min(1),
  /** Of the reversion; of the rollout, where one was given up without a reversion. */
  id: z.string(),
  kind: z.enum(["reversion", "return"]),
  left: slot,
  home: slot,
  why: z.string(),
  /** When the traffic was taken home, wall time. */
  at: z.iso.datetime(),
  /** The first look at it, and the last one; the environment's clock. */
  since: z.iso.datetime(),
  lookedAt: z.iso.datetime(),
  /** Of the last look. */
  outcome: z.enum(VerificationOutcome),
  checks: z.array(checkSchema),
  /** No look follows. */
  final: z.boolean(),
  /**
   * People are told once it is final. Whoever is about to tell says so first, so that two do not;
   * `at` is missing while nobody knows whether it was told. Wall times.
   */
  told: z.object({ claimedAt: z.iso.datetime(), at: z.iso.datetime().nullable() }).nullable(),
});
export type Verification = z.infer<typeof verificationSchema>;

/** @param nowMs the environment's clock */
export function begun(homecoming: Homecoming, nowMs: number, version: number): Verification {
  const now = iso(nowMs);
  return {
    schemaVersion: 1,
    version,
    ...homecoming,
    since: now,
    lookedAt: now,
    outcome: VerificationOutcome.Inconclusive,
    checks: [],
    final: false,
    told: null,
  };
}

/** Final as soon as it is good, or when its time is up. */
export function looked(
  verification: Verification,
  checks: readonly Check[],
  nowMs: number,
): Verification {
  const outcome = overall(checks);
  const isLate = nowMs - Date.parse(verification.since) >= VERIFY_WITHIN_MS;
  return {
    ...verification,
    lookedAt: iso(nowMs),
    outcome,
    checks: [...checks],
    final: outcome === VerificationOutcome.Good || isLate,
  };
}

/** The environment went on before it could be verified; what was seen of it stays. */
export function overtaken(verification: Verification, why: string, nowMs: number): Verification {
  const checks = [
    ...verification.checks,
    { name: "time", outcome: CheckOutcome.Inconclusive, says: why },
  ];
  const outcome = overall(checks);
  return { ...verification, lookedAt: iso(nowMs), outcome, checks, final: true };
}

/** Wall milliseconds after which somebody who began to tell is taken to have died. */
export const CLAIM_MS = 2 * 60_000;

/** Whether people are still to be told; not while somebody is just telling them. */
export function isUntold({ final, told }: Verification, wallMs: number): boolean {
  if (!final) return false;
  return told === null || (told.at === null && wallMs - Date.parse(told.claimedAt) >= CLAIM_MS);
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
