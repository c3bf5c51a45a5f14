/**
 * Requests as counts: once a second so many of the drill's load and of the users reach each slot by the
 * weights, and so many of them go bad by what the slot does. No request is an object.
 */
import { every } from "../../base/clock.ts";
import type { Clock } from "../../base/clock.ts";
import type { Load } from "../../drills/watch/load.ts";
import type { LoadJudging, LoadSnapshot, SlotCounts } from "../../drills/watch/loadRecorder.ts";
import { type Slot, SLOTS } from "../../guard/slot.ts";
import { binomial, poisson, type Random } from "../judge/random.ts";
import type { Cloud } from "./cloud.ts";
import type { Metrics } from "./metrics.ts";
import type { Scenario } from "./scenario.ts";
import type { Slots } from "./slots.ts";

/** Milliseconds of an answer that nothing holds back. */
export const ANSWER_MS = 20;

interface SlotSecond {
  /** Answered by the slot. */
  readonly requests: number;
  readonly errors: number;
  readonly slow: number;
  /** Answered by the load balancer in its place, or by nobody. */
  readonly unanswered: number;
  readonly slowMs: number;
}

const NOTHING: SlotSecond = { requests: 0, errors: 0, slow: 0, unanswered: 0, slowMs: ANSWER_MS };

export interface DemandParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly scenario: Scenario;
  readonly cloud: Cloud;
  readonly slots: Slots;
  readonly metrics: Metrics;
}

export class Demand {
  readonly #parts: DemandParts;
  #loads: CountedLoad[] = [];

  constructor(parts: DemandParts) {
    this.#parts = parts;
    every(parts.clock, 1_000, () => this.#second(), Math.floor(parts.random() * 1_000));
  }

  get running(): number {
    return this.#loads.length;
  }

  startLoad(judging: LoadJudging): Load {
    const load = new CountedLoad(this.#parts.clock, judging, () => {
      this.#loads = this.#loads.filter((one) => one !== load);
    });
    this.#loads.push(load);
    return load;
  }

  /** The loads of a process that has died. */
  dropLoads(): void {
    this.#loads = [];
  }

  #second(): void {
    const { random, scenario, slots, metrics } = this.#parts;
    const { usersPerSecond, loadPerSecond } = scenario;
    const users = this.#answers(usersPerSecond === 0 ? 0 : poisson(random, usersPerSecond));
    const loads = this.#loads.map((load) => ({ load, seconds: this.#answers(loadPerSecond) }));
    for (const { load, seconds } of loads) load.take(seconds);
    for (const slot of SLOTS) {
      for (const seconds of [users, ...loads.map((one) => one.seconds)]) {
        const { requests, errors, slow, slowMs } = seconds[slot];
        if (requests === 0) continue;
        metrics.count(slot, requests, errors, slow, slowMs);
        slots.answered(slot, { requests, errors, slow: slowMs > 1_000 ? slow : 0 });
      }
    }
  }

  #answers(requests: number): Record<Slot, SlotSecond> {
    const { random, cloud } = this.#parts;
    const { blue, green } = cloud.weights;
    if (requests === 0) return { blue: NOTHING, green: NOTHING };
    if (blue + green === 0) {
      return { blue: { ...NOTHING, unanswered: requests }, green: NOTHING };
    }
    const toGreen = binomial(random, requests, green / (blue + green));
    return {
      blue: this.#answersOf("blue", requests - toGreen),
      green: this.#answersOf("green", toGreen),
    };
  }

  #answersOf(slot: Slot, requests: number): SlotSecond {
    if (requests === 0) return NOTHING;
    const { random, slots } = this.#parts;
    const { isGone, isSilent, errorShare, slowShare, slowMs } = slots.behaviour(slot);
    if (isGone || isSilent) return { ...NOTHING, unanswered: requests };
    const errors = binomial(random, requests, errorShare);
    const slow = binomial(random, requests - errors, slowShare);
    return { requests, errors, slow, unanswered: 0, slowMs: ANSWER_MS + slowMs };
  }
}

interface Second {
  readonly atMs: number;
  readonly slots: Readonly<Record<Slot, SlotSecond>>;
}

const NEWEST_SECONDS = 20;

/** The drill's load as the runner sees it, from counts. */
class CountedLoad implements Load {
  readonly #clock: Clock;
  readonly #judging: LoadJudging;
  readonly #stop: () => void;
  readonly #newest: Second[] = [];
  readonly #bad: number[] = [];
  #snapshot: LoadSnapshot = {
    requests: 0,
    errors: 0,
    slow: 0,
    bad: 0,
    inFlight: 0,
    notSent: 0,
    bySlot: { blue: noAnswers(), green: noAnswers(), unknown: noAnswers() },
    lastBadWallMs: null,
    lastGoodWallMs: null,
    lastBadWas: null,
  };

  constructor(clock: Clock, judging: LoadJudging, stop: () => void) {
    this.#clock = clock;
    this.#judging = judging;
    this.#stop = stop;
  }

  take(slots: Readonly<Record<Slot, SlotSecond>>): void {
    const { slowAfterMs, slowsByMs } = this.#judging;
    const atMs = this.#clock.wall();
    const { blue, green } = slots;
    const late = (second: SlotSecond): number => (second.slowMs > slowAfterMs ? second.slow : 0);
    const unanswered = blue.unanswered + green.unanswered;
    const requests = blue.requests + green.requests + unanswered;
    const errors = blue.errors + green.errors + unanswered;
    const slow = late(blue) + late(green);
    const bad = errors + (slowsByMs > 0 ? slow : 0);
    const last = this.#snapshot;
    const { bySlot } = last;
    this.#snapshot = {
      ...last,
      requests: last.requests + requests,
      errors: last.errors + errors,
      slow: last.slow + slow,
      bad: last.bad + bad,
      bySlot: {
        blue: plus(bySlot.blue, blue.requests, blue.errors, atMs),
        green: plus(bySlot.green, green.requests, green.errors, atMs),
        unknown: plus(bySlot.unknown, unanswered, unanswered, atMs),
      },
      lastBadWallMs: bad > 0 ? atMs : last.lastBadWallMs,
      lastGoodWallMs: bad < requests ? atMs : last.lastGoodWallMs,
      lastBadWas: bad > 0 ? (unanswered > 0 ? "503" : "500") : last.lastBadWas,
    };
    if (bad > 0) this.#bad.push(atMs);
    this.#newest.push({ atMs, slots });
    if (this.#newest.length > NEWEST_SECONDS) this.#newest.shift();
  }

  snapshot(): LoadSnapshot {
    return this.#snapshot;
  }

  recent(wallMs: number): ReturnType<Load["recent"]> {
    const sinceMs = this.#clock.wall() - wallMs;
    const split = { blue: 0, green: 0, unknown: 0 };
    let errors = 0;
    for (const { atMs, slots } of this.#newest) {
      if (atMs < sinceMs) continue;
      for (const slot of SLOTS) {
        split[slot] += slots[slot].requests;
        split.unknown += slots[slot].unanswered;
        errors += slots[slot].errors + slots[slot].unanswered;
      }
    }
    return { requests: split.blue + split.green + split.unknown, errors, split };
  }

  p99(wallMs: number): Record<Slot, number | null> {
    const sinceMs = this.#clock.wall() - wallMs;
    const of = (slot: Slot): number | null => {
      const seconds = this.#newest.filter(
        ({ atMs, slots }) => atMs >= sinceMs && slots[slot].requests,
      );
      const last = seconds.at(-1);
      return last ? (last.slots[slot].slow > 0 ? last.slots[slot].slowMs : ANSWER_MS) : null;
    };
    return { blue: of("blue"), green: of("green") };
  }

  firstBadSince(wallMs: number): number | null {
    return this.#bad.find((atMs) => atMs >= wallMs) ?? null;
  }

  async stop(): Promise<void> {
    this.#stop();
  }
}

function noAnswers(): SlotCounts {
  return { requests: 0, errors: 0, lastWallMs: null };
}

function plus(counts: SlotCounts, requests: number, errors: number, atMs: number): SlotCounts {
  if (requests === 0) return counts;
  return {
    requests: counts.requests + requests,
    errors: counts.errors + errors,
    lastWallMs: atMs,
  };
}
