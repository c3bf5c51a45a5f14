/** How a release would be brought back: a pure function of what can be seen of the environment. */
import { environmentError, usageError } from "../../base/errors.ts";
import type { StableRelease } from "../history.ts";
import { type EnvironmentRecord, Phase, withStable } from "../record.ts";
import type { Deployed } from "../releases.ts";
import { otherSlot, type Slot, type Weights } from "../slot.ts";
import type { Rollback } from "./intent.ts";

export interface RollbackSight {
  readonly record: EnvironmentRecord;
  readonly deployed: Readonly<Record<Slot, Deployed>>;
  readonly weights: Weights;
  readonly healthyTargets: Readonly<Record<Slot, number>>;
}

export type WayBack =
  /** It is the stable slot's release: at most the weights move. */
  | { readonly way: "home" }
  /** It is warm in the idle slot, where it was stable before: the weights move. */
  | { readonly way: "warm" }
  /** It is deployed into the idle slot first. */
  | { readonly way: "deploy"; readonly slot: Slot; readonly entry: StableRelease }
  /** A rollback to it was begun and not finished. */
  | { readonly way: "resume"; readonly rollback: Rollback };

/** The releases that were stable, the one that is so now included, newest first. */
export function knownReleases({
  record,
  deployed,
}: Pick<RollbackSight, "record" | "deployed">): StableRelease[] {
  return withStable(record.history, record.stable, deployed[record.stable]);
}

/**
 * The stable slot's own health is not asked for: it is what is left, and a release that was stable
 * before is a better place than one that a person calls bad.
 *
 * @throws BackoutError `unknown-release`, `bad-release` (the caller's); `rollout-in-progress`,
 *   `weights-drifted`, `release-gone`
 */
export function wayBack(release: string, sight: RollbackSight): WayBack {
  const { record, deployed } = sight;
  const { environment, rollback, stable } = record;
  const slot = otherSlot(stable);
  if (rollback?.release === release) return { way: "resume", rollback };
  if (release === deployed[stable].release) return { way: "home" };
  const entry = entryOf(release, sight);
  refuseMoving(record);
  if (sight.weights[slot] > 0) {
    throw environmentError(
      "weights-drifted",
      `slot ${slot} of environment "${environment}" carries traffic, and nothing may be deployed into it`,
      `\`backout env rollback ${environment}\` brings all traffic to slot ${stable}, as the record says`,
    );
  }
  if (isWarm(release, sight)) return { way: "warm" };
  if (entry.taskDefinition === null) throw releaseGone(environment, release, slot);
  return { way: "deploy", slot, entry };
}

/** As fast as a reversion: nothing has to be started. */
export function isWarm(
  release: string,
  { record, deployed, healthyTargets }: Omit<RollbackSight, "weights">,
): boolean {
  const { previous, latch, rollback, phase } = record;
  return (
    phase === Phase.Idle &&
    previous?.release === release &&
    deployed[previous.slot].release === release &&
    healthyTargets[previous.slot] > 0 &&
    latch === null &&
    rollback === null
  );
}

function entryOf(release: string, sight: RollbackSight): StableRelease {
  const { environment, stable } = sight.record;
  const known = knownReleases(sight);
  const entry = known.find((one) => one.release === release);
  const good = known.filter(({ bad }) => bad === null).map((one) => one.release);
  const allowed = good.length > 0 ? `allowed: ${good.join(", ")}` : "allowed: none so far";
  if (!entry) {
    throw usageError(
      "unknown-release",
      `release "${release}" is none of the last stable ones of environment "${environment}"`,
      allowed,
    );
  }
  if (entry.bad) {
    throw usageError(
      "bad-release",
      `release "${release}" was left at ${entry.bad.at}: ${entry.bad.why}`,
      `${allowed}; or roll it out again, step by step: ` +
        `\`pulumi config set backout:${otherSlot(stable)}Release ${release}\``,
    );
  }
  return entry;
}

function refuseMoving({ phase, candidate, environment, rollback }: EnvironmentRecord): void {
  if (phase === Phase.Idle) return;
  throw environmentError(
    "rollout-in-progress",
    rollback
      ? `the rollback of environment "${environment}" to ${rollback.release} is moving its traffic`
      : `slot ${candidate} of environment "${environment}" is ${phase}`,
    rollback
      ? `finish it with \`backout env rollback ${environment} --to ${rollback.release}\``
      : `bring all traffic home first, which takes seconds: \`backout env rollback ${environment}\``,
  );
}

export function releaseGone(
  environment: string,
  release: string,
  slot: Slot,
  cause?: unknown,
): Error {
  return environmentError(
    "release-gone",
    `the task definition of release "${release}" of environment "${environment}" is gone`,
    `deploy it anew into the idle slot (\`pulumi config set backout:${slot}Release ${release}\`, ` +
      `\`pulumi up\`) and roll it out with \`backout rollout start ${environment}\``,
    cause,
  );
}
