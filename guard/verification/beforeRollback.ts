/** Before a person's rollback: is the side that the traffic would go to fit to take it? */
import { environmentError, messageOf } from "../../base/errors.ts";
import { withDeadline } from "../attempts.ts";
import { allOn, sameWeights, type Slot } from "../slot.ts";
import type { Traffic } from "../traffic.ts";
import type { WayBackLook } from "./lookBack.ts";
import { Fitness, type WayBack } from "./wayBack.ts";

export interface BeforePorts {
  readonly environment: string;
  readonly traffic: Traffic;
  readonly lookBack?: WayBackLook;
}

/** Wall milliseconds for all that is asked: who rolls back is in a hurry. */
export const BEFORE_MS = 2_000;

/**
 * What is known to be bad stops it, for a person can say `--force`; what is not known does not, for
 * nobody's monitor may keep them from moving.
 *
 * @returns what the person is to know beside; empty when all is well, or no traffic would move
 * @throws BackoutError `way-back-unfit`, unless `force`
 */
export async function checkBeforeRollback(
  ports: BeforePorts,
  home: Slot,
  force: boolean,
): Promise<string[]> {
  const wayBack = await withDeadline(lookAt(home, ports), BEFORE_MS).catch(
    (error: unknown): WayBack => ({ fitness: Fitness.Unknown, why: messageOf(error) }),
  );
  if (!wayBack || wayBack.fitness === Fitness.Fit) return [];
  if (wayBack.fitness === Fitness.Unknown) {
    return [`whether slot ${home} is fit is not known: ${wayBack.why}`];
  }
  if (force) return [`slot ${home} is not fit, and gets the traffic all the same: ${wayBack.why}`];
  const { environment } = ports;
  throw environmentError(
    "way-back-unfit",
    `nothing was moved, for slot ${home} of environment "${environment}" is not fit: ${wayBack.why}`,
    `mend it, or move all the same with \`backout env rollback ${environment} --force\``,
  );
}

/** Null when the traffic is there already. */
async function lookAt(home: Slot, { traffic, lookBack }: BeforePorts): Promise<WayBack | null> {
  const [live, healthyTargets] = await Promise.all([traffic.read(), traffic.healthyTargets(home)]);
  if (sameWeights(live.weights, allOn(home)) && !live.sticky) return null;
  return lookBack ? lookBack(home, healthyTargets) : null;
}
