/** Which target group a request goes to, and which targets of it may take traffic. Pure. */
import type { Share } from "./model.ts";

interface Sticky {
  /** What the stickiness cookie names a group by. */
  readonly stickyId: string;
}

/**
 * The group for one request; undefined when no group has any weight (the load balancer then
 * answers 503). `random` is uniform in [0, 1). AWS documents the shares ("distributed based on
 * their weights") but not the algorithm between groups: an independent draw per request is ours.
 *
 * A cookie that names a group of this action wins over the weights, also over weight 0: AWS does
 * not say what happens then, and this is the case that a reversion has to survive.
 */
export function chooseGroup<Group extends Sticky>(
  shares: readonly Share<Group>[],
  stickyId: string | undefined,
  random: number,
): Group | undefined {
  if (stickyId !== undefined) {
    for (const share of shares) if (share.group.stickyId === stickyId) return share.group;
  }
  let total = 0;
  for (const share of shares) total += share.weight;
  if (total === 0) return undefined;
  let point = random * total;
  for (const share of shares) {
    point -= share.weight;
    if (point < 0) return share.group;
  }
  return undefined;
}

interface Candidate {
  readonly draining: boolean;
  readonly healthy: boolean;
}

/**
 * The targets that get traffic: the healthy ones, or all registered ones when fewer are healthy
 * than the group's minimum (fail-open; both bounds count, the first that is missed decides).
 * Targets still in their first checks count as not healthy; AWS does not say what they are.
 */
export function eligibleTargets<T extends Candidate>(
  targets: readonly T[],
  minimumHealthyCount: number,
  minimumHealthyPercent: number,
): readonly T[] {
  const registered = targets.filter((target) => !target.draining);
  const healthy = registered.filter((target) => target.healthy);
  const share = registered.length === 0 ? 0 : (100 * healthy.length) / registered.length;
  const enough = healthy.length >= minimumHealthyCount && share >= minimumHealthyPercent;
  return enough ? healthy : registered;
}
