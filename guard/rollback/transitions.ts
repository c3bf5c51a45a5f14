/** What a rollback to an older release makes of the environment's record. Pure. */
import { condemned, remembered } from "../history.ts";
import { type EnvironmentRecord, Phase, withStable } from "../record.ts";
import type { Deployed } from "../releases.ts";
import type { Rollback } from "./intent.ts";

/**
 * Written before anything is deployed: from here on the idle slot is no way back, for its release is
 * being replaced, and no rollout begins there.
 *
 * @param stable what the stable slot runs
 */
export function rollbackBegun(
  record: EnvironmentRecord,
  rollback: Rollback,
  stable: Deployed,
): EnvironmentRecord {
  const history = withStable(record.history, record.stable, stable);
  return { ...record, rollback, history, previous: null };
}

/**
 * The release is healthy in its slot, which becomes the candidate. A latch there was about the
 * release that is gone; one that came since (another reversion) stays, and stops the rollback.
 */
export function rollbackShifting(
  record: EnvironmentRecord,
  { openWriteUntil, armedAt }: Pick<EnvironmentRecord, "openWriteUntil" | "armedAt">,
): EnvironmentRecord {
  const { rollback } = record;
  if (!rollback) throw new Error("there is no rollback to go on with");
  return {
    ...record,
    candidate: rollback.slot,
    phase: Phase.Shifting,
    latch: null,
    openWriteUntil,
    armedAt,
    rollout: null,
  };
}

/** Whether a latch forbids to go on: any but the one that the rollback began with. */
export function latchedSince({ latch, rollback }: EnvironmentRecord): boolean {
  return latch !== null && latch.reversionId !== rollback?.latch?.reversionId;
}

/**
 * All traffic is on the release: it is stable, and the one that was left is known to be bad. It is not
 * latched but called the previous one, as after a promotion: a guard that decided to revert before
 * this was written must still win, and a latch on the slot that it brings the traffic to would stop it.
 *
 * @param at wall time
 * @param keptUntil the environment's clock: so long the slot that was left keeps its tasks
 */
export function rolledBack(
  record: EnvironmentRecord,
  at: string,
  keptUntil: string,
): EnvironmentRecord {
  const { rollback, stable, history } = record;
  if (!rollback) throw new Error("there is no rollback to end");
  const { why, slot, release, taskDefinition } = rollback;
  const left = history.find((one) => one.slot === stable && one.bad === null)?.release ?? null;
  const entry = { release, slot, taskDefinition, promotedAt: at, bad: null };
  return {
    ...record,
    stable: slot,
    candidate: null,
    phase: Phase.Idle,
    armedAt: null,
    rollback: null,
    previous: { slot: stable, release: left, warmUntil: keptUntil },
    history: remembered(condemned(history, left, { why, at }), entry),
  };
}

/** The rollback that `before` knows of came to its end since. */
export function endedSince(current: EnvironmentRecord, before: EnvironmentRecord): boolean {
  const { rollback } = before;
  if (!rollback || current.phase !== Phase.Idle || current.rollback) return false;
  return current.stable === rollback.slot && before.stable !== rollback.slot;
}

/** A person took the traffic home while a rollback ended: who gives it up, wins. */
export function rollbackUndone(
  record: EnvironmentRecord,
  before: EnvironmentRecord,
): EnvironmentRecord {
  const { stable, history } = before;
  return { ...record, stable, history, previous: null };
}
