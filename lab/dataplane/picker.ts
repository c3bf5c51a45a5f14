/** Chooses the target of one request among those of a group that may take traffic. */
import type { Clock } from "../../base/clock.ts";
import { Algorithm, type GroupSettings } from "./model.ts";
import { slowShare } from "./slowStart.ts";
import type { Target } from "./target.ts";

export class Picker {
  readonly #clock: Clock;
  readonly #random: () => number;
  #eligible: readonly Target[] = [];
  #algorithm: Algorithm = Algorithm.RoundRobin;
  #slowStartMs = 0;
  /** Whether some target has less than a full share: then a draw takes the place of turns. */
  #uneven = false;
  #turn = 0;

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock;
    this.#random = random;
  }

  /** To be called when targets, their health, shares or the settings changed. */
  refresh(eligible: readonly Target[], settings: GroupSettings): void {
    this.#eligible = eligible;
    this.#algorithm = settings.algorithm;
    this.#slowStartMs = settings.slowStartMs;
    this.#uneven = eligible.some(
      ({ slowSinceMs, mitigatedShare }) => slowSinceMs !== undefined || mitigatedShare < 1,
    );
  }

  /** Undefined when no target is registered. */
  pick(): Target | undefined {
    const eligible = this.#eligible;
    if (eligible.length < 2) return eligible[0];
    if (this.#uneven) return this.#draw();
    switch (this.#algorithm) {
      case Algorithm.LeastOutstandingRequests:
        return leastBusy(eligible, this.#turn++);
      case Algorithm.WeightedRandom:
        return eligible[Math.floor(this.#random() * eligible.length)];
      default:
        return eligible[this.#turn++ % eligible.length];
    }
  }

  /** The target that a stickiness cookie names, if it may take traffic. */
  find(key: string): Target | undefined {
    return this.#eligible.find((target) => target.key === key);
  }

  /** By shares; the draw keeps the shares exact on average, which is all that AWS promises. */
  #draw(): Target | undefined {
    const nowMs = this.#clock.now();
    let total = 0;
    let slow = false;
    for (const target of this.#eligible) {
      target.share = this.#shareOf(target, nowMs);
      total += target.share;
      slow ||= target.share < 1;
    }
    this.#uneven = slow;
    let point = this.#random() * total;
    for (const target of this.#eligible) {
      point -= target.share;
      if (point < 0) return target;
    }
    // Only when every share is 0: all of them have just begun a slow start.
    return this.#eligible[this.#turn++ % this.#eligible.length];
  }

  /** Ends the target's slow start when its time is over. */
  #shareOf(target: Target, nowMs: number): number {
    if (target.slowSinceMs === undefined) return target.mitigatedShare;
    const share = slowShare(target.slowSinceMs, nowMs, this.#slowStartMs);
    if (share === 1) target.slowSinceMs = undefined;
    return share;
  }
}

/** Of equally busy targets the next in turn; AWS does not say which. */
function leastBusy(targets: readonly Target[], turn: number): Target | undefined {
  let best: Target | undefined;
  for (let i = 0; i < targets.length; i++) {
    const target = targets[(turn + i) % targets.length];
    if (target && (!best || target.outstanding < best.outstanding)) best = target;
  }
  return best;
}
