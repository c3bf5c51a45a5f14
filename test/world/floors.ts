/** How soon a fault can be seen in a situation, by the facts of what watches it: pure. */
import { detectionFloor, evaluationCadenceMs } from "../../judge/detection.ts";
import { METRIC_DELAY_MS } from "../../lab/lab.ts";
import { delayFloor } from "../judge/delayFloor.ts";
import { BASELINE_MS, DEFAULTS, type Situation } from "./recovery.ts";
import type { Signals } from "./world.ts";

/** Nominal milliseconds. */
export interface Floor {
  readonly leastMs: number;
  /** Infinity where chance sets no end. */
  readonly mostMs: number;
}

/** The components' own alarms: of the share of errors, in a minute, and in ten seconds. */
const ALB = { periodSeconds: 60, datapointsToAlarm: 1 };
const FAST = { periodSeconds: 10, datapointsToAlarm: 2 };
const THRESHOLD = 0.05;
const MINIMUM_REQUESTS = 20;
/** The sentinel's defaults. */
const ALPHA = 0.001;
const TOLERANCE = 0.01;

export function floorOf(situation: Situation, signals: Signals): Floor {
  const alb = albFloor(situation);
  const fast = fastFloor(situation);
  const sentinel = { leastMs: sentinelLeastMs(situation), mostMs: Infinity };
  if (signals === "alb") return alb;
  // The alarms of the load balancer's metrics stand beside in every set.
  if (signals === "fast") return least([alb, fast]);
  if (signals === "sentinel") return least([alb, sentinel]);
  return least([alb, fast, sentinel]);
}

function least(all: readonly Floor[]): Floor {
  return {
    leastMs: Math.min(...all.map(({ leastMs }) => leastMs)),
    mostMs: Math.min(...all.map(({ mostMs }) => mostMs)),
  };
}

function albFloor(situation: Situation): Floor {
  const { detect, detectWorst } = detectionFloor({
    ...ALB,
    deliveryDelayMs: METRIC_DELAY_MS,
    timeToBreachMs: 1_000 * secondsToBreach(situation),
    onsetMs: 0,
    cadenceMs: evaluationCadenceMs(ALB.periodSeconds),
  });
  return { leastMs: detect, mostMs: detectWorst };
}

/** In ten seconds chance alone may let the first period breach at once. */
function fastFloor({ weight }: Situation): Floor {
  const { detect, detectWorst } = detectionFloor({
    ...FAST,
    deliveryDelayMs: 0,
    timeToBreachMs: 0,
    onsetMs: 0,
    cadenceMs: evaluationCadenceMs(FAST.periodSeconds),
  });
  const inPeriod = (DEFAULTS.requestsPerSecond * weight * FAST.periodSeconds) / 100;
  // With few requests in ten seconds, every other period may judge nothing.
  return { leastMs: detect, mostMs: inPeriod >= 2 * MINIMUM_REQUESTS ? detectWorst : Infinity };
}

/**
 * Seconds at the end of a minute in which a fault lifts the whole minute over the threshold, in the
 * mean: the minute's other answers are the candidate's good ones.
 */
export function secondsToBreach({ weight, weightBefore, afterSeconds }: Situation): number {
  const { requestsPerSecond, errors, baseline } = DEFAULTS;
  // A fault later in a step finds a minute full of good answers at the step's own weight.
  const before = afterSeconds[1] > 0 ? weight : weightBefore;
  const perSecond = (requestsPerSecond * weight) / 100;
  const perSecondBefore = (requestsPerSecond * before) / 100;
  for (let seconds = 0; seconds < ALB.periodSeconds; seconds += 0.1) {
    const bad = perSecond * seconds;
    const good = perSecondBefore * (ALB.periodSeconds - seconds);
    const failed = bad * errors + good * baseline;
    if (bad + good >= MINIMUM_REQUESTS && failed > THRESHOLD * (bad + good)) return seconds;
  }
  return ALB.periodSeconds;
}

/** What the information allows in the mean: no test with the same guarantee is much faster. */
function sentinelLeastMs({ weight }: Situation): number {
  const { requestsPerSecond, errors, baseline } = DEFAULTS;
  const candidate = (requestsPerSecond * weight) / 100;
  const seconds = delayFloor({
    candidate: { rate: errors, requestsPerSecond: candidate },
    stable: { rate: baseline, requestsPerSecond: requestsPerSecond - candidate },
    controlRequests: (requestsPerSecond * BASELINE_MS) / 1_000,
    tolerance: TOLERANCE,
    alpha: ALPHA,
  });
  return Math.round(1_000 * seconds);
}
