/** What runs of one kind say of recovery: quantiles, and intervals only where there are runs enough. */
import {
  type SurvivalStep,
  survivalCurve,
  survivalQuantile,
  survivalQuantileInterval,
} from "./kaplanMeier.ts";
import { CONFIDENCE, type Observation } from "./observation.ts";
import { leastForInterval, rankInterval } from "./orderStatistics.ts";

/** Two-sided, distribution-free. */
export interface Interval {
  readonly confidence: number;
  /** Null together with `highMs` when there is none; `highMs` alone is null when it has no upper end. */
  readonly lowMs: number | null;
  readonly highMs: number | null;
  readonly method: "order-statistics" | "kaplan-meier-log-log" | null;
  /** Why there is none, or no upper end, for a person; null when it is whole. */
  readonly whyNot: string | null;
}

export interface RecoveryFigures {
  readonly n: number;
  /** Of those, the ones that did not recover while they were watched. */
  readonly censored: number;
  /** Of what was measured exactly; null without any. */
  readonly minMs: number | null;
  readonly maxMs: number | null;
  /** Null: not reached, because too many did not recover (or n = 0). */
  readonly p50Ms: number | null;
  readonly p90Ms: number | null;
  readonly p50Interval: Interval;
  readonly p90Interval: Interval;
  /** Share not yet recovered after each time. Empty with n = 0. */
  readonly curve: readonly SurvivalStep[];
}

export function recoveryFigures(observations: readonly Observation[]): RecoveryFigures {
  const exact = observations
    .flatMap(({ ms, censored }) => (censored ? [] : [ms]))
    .sort((a, b) => a - b);
  const curve = survivalCurve(observations, CONFIDENCE);
  const n = observations.length;
  const intervalOf = (share: number): Interval =>
    exact.length === n ? fromRanks(exact, share) : fromCurve(curve, { n, share });
  return {
    n,
    censored: n - exact.length,
    minMs: exact[0] ?? null,
    maxMs: exact.at(-1) ?? null,
    p50Ms: survivalQuantile(curve, 0.5),
    p90Ms: survivalQuantile(curve, 0.9),
    p50Interval: intervalOf(0.5),
    p90Interval: intervalOf(0.9),
    curve,
  };
}

function fromRanks(sorted: readonly number[], share: number): Interval {
  const ranks = rankInterval(sorted.length, share, CONFIDENCE);
  if (!ranks) return none(sorted.length, share);
  return {
    confidence: CONFIDENCE,
    lowMs: sorted[ranks.low - 1] ?? null,
    highMs: sorted[ranks.high - 1] ?? null,
    method: "order-statistics",
    whyNot: null,
  };
}

function fromCurve(
  curve: readonly SurvivalStep[],
  { n, share }: { readonly n: number; readonly share: number },
): Interval {
  if (n < leastForInterval(share, CONFIDENCE)) return none(n, share);
  const { lowMs, highMs } = survivalQuantileInterval(curve, share);
  if (lowMs === null) {
    const whyNot = "too many runs did not recover for either end to be reached";
    return { confidence: CONFIDENCE, lowMs, highMs, method: null, whyNot };
  }
  return {
    confidence: CONFIDENCE,
    lowMs,
    highMs,
    method: "kaplan-meier-log-log",
    whyNot: highMs === null ? "no upper end: too many runs did not recover" : null,
  };
}

function none(n: number, share: number): Interval {
  const needs = leastForInterval(share, CONFIDENCE);
  const whyNot = `n = ${n}: a ${100 * CONFIDENCE} % interval needs ${needs}`;
  return { confidence: CONFIDENCE, lowMs: null, highMs: null, method: null, whyNot };
}
