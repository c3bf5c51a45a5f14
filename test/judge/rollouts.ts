/** Simulated rollouts, second by second: what a sidecar would count, and what detectors make of it. */
import {
  type Batch,
  Decision,
  initialSentinel,
  observe,
  type SentinelSettings,
  verdictOf,
} from "../../judge/sentinel.ts";
import { binomial, poisson, type Random } from "./random.ts";

export interface Traffic {
  /** Poisson means, requests per second. */
  readonly candidatePerSecond: number;
  readonly stablePerSecond: number;
  readonly stableRate: number;
  /** Failures per request in that second of the rollout. */
  candidateRateAt(second: number): number;
}

export function secondOf(random: Random, traffic: Traffic, second: number): Batch {
  const count = (perSecond: number, rate: number) => {
    const requests = perSecond === 0 ? 0 : poisson(random, perSecond);
    return { requests, errors: binomial(random, requests, rate), slow: 0 };
  };
  return {
    candidate: count(traffic.candidatePerSecond, traffic.candidateRateAt(second)),
    stable: count(traffic.stablePerSecond, traffic.stableRate),
  };
}

/** Judges errors only, which is all that these rollouts have. */
export const ERRORS_ONLY: Partial<SentinelSettings> = { latency: null };

/** The second after which the detector reverts; null when it does not within `seconds`. */
export interface Detections {
  readonly sentinel: number | null;
  readonly oneOfOne: number | null;
  readonly threeOfThree: number | null;
}

/**
 * One rollout seen by the sentinel and by two threshold alarms on the load balancer's minutes
 * (above 5 % of at least 20 requests), whose periods began `phaseSeconds` before it. Ends when all
 * have fired, or those in `until` have.
 */
export function detect(
  random: Random,
  traffic: Traffic,
  run: {
    readonly seconds: number;
    readonly phaseSeconds: number;
    readonly settings: Partial<SentinelSettings>;
    readonly until?: keyof Detections;
  },
): Detections {
  let state = initialSentinel(run.settings);
  const found: { -readonly [name in keyof Detections]: Detections[name] } = {
    sentinel: null,
    oneOfOne: null,
    threeOfThree: null,
  };
  const minute = { requests: 0, errors: 0, breaches: 0 };
  for (let second = 0; second < run.seconds; second += 1) {
    const batch = secondOf(random, traffic, second);
    if (found.sentinel === null) {
      state = observe(state, batch);
      if (verdictDecision(state) === Decision.Revert) found.sentinel = second + 1;
    }
    minute.requests += batch.candidate.requests;
    minute.errors += batch.candidate.errors;
    if ((second + 1 + run.phaseSeconds) % 60 === 0) {
      const breach = minute.requests >= 20 && minute.errors > 0.05 * minute.requests;
      minute.breaches = breach ? minute.breaches + 1 : 0;
      if (minute.breaches >= 1) found.oneOfOne ??= second + 1;
      if (minute.breaches >= 3) found.threeOfThree ??= second + 1;
      minute.requests = 0;
      minute.errors = 0;
    }
    if (run.until ? found[run.until] !== null : Object.values(found).every((at) => at !== null)) {
      break;
    }
  }
  return found;
}

/** Without the sentence, which a simulation of millions of looks cannot afford. */
function verdictDecision(state: ReturnType<typeof initialSentinel>): Decision {
  const { sidecars, falseReversions } = state.settings;
  return state.peakLogEValue >= Math.log(sidecars / falseReversions)
    ? verdictOf(state).decision
    : Decision.Watch;
}

/** A level at which a broken test shows in few runs; the default is judged by many. */
export const COARSE: Partial<SentinelSettings> = { ...ERRORS_ONLY, falseReversions: 0.05 };

/** Rates that stay as they are. */
export function steady(
  candidatePerSecond: number,
  stablePerSecond: number,
  stable: number,
  lift: number,
) {
  const candidateRateAt = () => stable + lift;
  return { candidatePerSecond, stablePerSecond, stableRate: stable, candidateRateAt };
}

/** How many of `runs` ever have this much evidence, where `start` makes each run's evidence. */
export function ever(
  runs: number,
  seconds: number,
  level: number,
  start: () => () => number,
): number {
  let count = 0;
  for (let run = 0; run < runs; run += 1) {
    const logEValueAfterASecond = start();
    for (let second = 0; second < seconds; second += 1) {
      if (logEValueAfterASecond() >= Math.log(1 / level)) {
        count += 1;
        break;
      }
    }
  }
  return count;
}
