/** The last reversion, whether it was verified, and the way back, as `env status` shows them. */
import type { EnvironmentRecord } from "../guard/record.ts";
import type { Slot } from "../guard/slot.ts";
import { VerificationOutcome } from "../guard/verification/check.ts";
import { type Homecoming, homecomingOf } from "../guard/verification/homecoming.ts";
import type { VerificationStore } from "../guard/verification/store.ts";
import { type Verification, VERIFY_WITHIN_MS } from "../guard/verification/verification.ts";
import { briefly, stamp, withoutArns } from "./words.ts";
import { Fitness, homeOf, NOTE_LASTS_MS, type WayBackNote } from "../guard/verification/wayBack.ts";

/** As `env status --json` prints it. */
export interface VerificationStatus {
  /** Null before any. */
  readonly lastReversion:
    | (Homecoming & {
        /** Null while the guard has not looked. */
        readonly verification: Omit<Verification, keyof Homecoming | "version"> | null;
      })
    | null;
  /** What the guard last saw of it; null while there is nowhere to go back to, or nobody looked. */
  readonly wayBack: Omit<WayBackNote, "schemaVersion"> | null;
}

/** @param nowMs the environment's clock */
export async function verificationStatus(
  store: VerificationStore,
  record: EnvironmentRecord,
  nowMs: number,
): Promise<VerificationStatus> {
  const [current, note] = await Promise.all([store.current(), store.wayBack()]);
  return {
    lastReversion: lastReversion(current, homecomingOf(record)),
    wayBack: lastSeen(note, homeOf(record, nowMs), nowMs),
  };
}

function lastSeen(
  note: WayBackNote | undefined,
  wayHome: Slot | null,
  nowMs: number,
): VerificationStatus["wayBack"] {
  if (!note || note.home !== wayHome || nowMs - Date.parse(note.at) > NOTE_LASTS_MS) return null;
  const { home, fitness, why, at, checks } = note;
  return { home, fitness, why, at, checks };
}

function lastReversion(
  current: Verification | undefined,
  homecoming: Homecoming | null,
): VerificationStatus["lastReversion"] {
  if (homecoming && homecoming.id !== current?.id) return { ...homecoming, verification: null };
  if (!current) return null;
  const { id, kind, left, home, why, at, version: _, ...verification } = current;
  return { id, kind, left, home, why, at, verification };
}

/**
 * @param latch whose reason is shown already
 * @param nowMs the environment's clock, which in a lab may be far from the wall's
 */
export function renderVerificationStatus(
  status: VerificationStatus,
  latch: EnvironmentRecord["latch"],
  nowMs: number,
): string[] {
  const { lastReversion: last, wayBack } = status;
  const lines: string[] = [];
  if (wayBack) {
    const fit = { fit: "fit", unfit: "NOT fit", unknown: "not known to be fit" }[wayBack.fitness];
    const why = wayBack.fitness === Fitness.Fit ? "" : `: ${wayBack.why}`;
    lines.push(`  way back: slot ${wayBack.home} is ${fit} (seen ${ago(wayBack.at, nowMs)})${why}`);
  }
  if (!last) return lines;
  const what =
    last.kind === "reversion"
      ? `last reversion: slot ${last.left} to slot ${last.home}`
      : `last return to slot ${last.home}`;
  const said = latch !== null && last.why === latch.reason;
  lines.push(withoutArns(`  ${what} at ${stamp(last.at)}${said ? "" : `: ${last.why}`}`));
  if (!last.verification) return [...lines, "    not verified: the guard has not looked yet"];
  return [...lines, ...renderVerification(last.verification, nowMs)];
}

function renderVerification(
  verification: Pick<Verification, "outcome" | "final" | "since" | "lookedAt" | "checks">,
  nowMs: number,
): string[] {
  const { outcome, final, since, lookedAt, checks } = verification;
  const seen = ago(lookedAt, nowMs);
  const leftMs = Math.max(0, Date.parse(since) + VERIFY_WITHIN_MS - nowMs);
  const verdict =
    outcome === VerificationOutcome.Good
      ? `verified (seen ${seen})`
      : final
        ? `NOT verified: ${outcome} (last seen ${seen})`
        : `not verified yet: ${outcome} (seen ${seen}, looked at for ${briefly(leftMs)} more)`;
  const width = Math.max(0, ...checks.map(({ name }) => name.length));
  return [
    `    ${verdict}`,
    ...checks.map(
      ({ name, outcome: each, says }) => `      ${name.padEnd(width)}  ${each.padEnd(12)}  ${says}`,
    ),
  ];
}

function ago(iso: string, nowMs: number): string {
  return `${briefly(Math.max(0, nowMs - Date.parse(iso)))} ago`;
}
