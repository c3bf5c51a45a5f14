/** The delay that the information allows: log(1/alpha) nats (Wald; Lorden), of two samples. */
import { type Flow, twoSampleInformation } from "../../judge/information.ts";

/**
 * Mean seconds that no test can beat by much; Infinity when a control sample of the stable slot,
 * which is all there is of it where it has no traffic, is too small to ever prove the difference.
 */
export function delayFloor(facts: {
  readonly candidate: Flow;
  readonly stable: Flow;
  readonly controlRequests: number;
  readonly tolerance: number;
  readonly alpha: number;
}): number {
  const { candidate, stable, controlRequests, tolerance } = facts;
  const needed = Math.log(1 / facts.alpha);
  if (stable.requestsPerSecond > 0) {
    return needed / twoSampleInformation(candidate, stable, tolerance);
  }
  const natsAfter = (seconds: number): number =>
    twoSampleInformation(
      { ...candidate, requestsPerSecond: candidate.requestsPerSecond * seconds },
      { ...stable, requestsPerSecond: controlRequests },
      tolerance,
    );
  let [low, high] = [0, 1e9];
  if (natsAfter(high) < needed) return Infinity;
  for (let halving = 0; halving < 60; halving += 1) {
    const middle = (low + high) / 2;
    if (natsAfter(middle) < needed) low = middle;
    else high = middle;
  }
  return high;
}
