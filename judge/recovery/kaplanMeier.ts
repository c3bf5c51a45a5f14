/**
 * How many have not recovered after a time, with runs that were given up before they did: E. L. Kaplan,
 * P. Meier, JASA 53 (1958). Bounds by Greenwood's variance on the log-log scale (J. D. Kalbfleisch,
 * R. L. Prentice, The Statistical Analysis of Failure Time Data), which keeps them between 0 and 1.
 */
import { normalQuantile } from "./normal.ts";
import type { Observation } from "./observation.ts";

export interface SurvivalStep {
  readonly atMs: number;
  /** Not yet recovered right after it, 0 to 1. */
  readonly share: number;
  readonly low: number;
  readonly high: number;
  readonly recovered: number;
  readonly censored: number;
}

/** A product of shares misses the share that it stands for by this much. */
const ROUNDING = 1e-9;

/** One step per time at which a run recovered or was given up; of equal times recoveries come first. */
export function survivalCurve(
  observations: readonly Observation[],
  confidence: number,
): SurvivalStep[] {
  const z = normalQuantile((1 - confidence) / 2);
  const sorted = observations.toSorted((a, b) => a.ms - b.ms);
  const steps: SurvivalStep[] = [];
  let share = 1;
  let variance = 0;
  for (let index = 0; index < sorted.length;) {
    const atMs = sorted[index]?.ms ?? 0;
    const atRisk = sorted.length - index;
    let recovered = 0;
    let censored = 0;
    for (; sorted[index]?.ms === atMs; index++) {
      if (sorted[index]?.censored) censored++;
      else recovered++;
    }
    share = recovered === atRisk ? 0 : share * (1 - recovered / atRisk);
    if (recovered < atRisk) variance += recovered / (atRisk * (atRisk - recovered));
    steps.push({ atMs, share, ...boundsOf(share, variance, z), recovered, censored });
  }
  return steps;
}

function boundsOf(share: number, variance: number, z: number): { low: number; high: number } {
  if (share >= 1) return { low: 1, high: 1 };
  // The scale has no point for nobody left: the bounds are the point itself.
  if (share <= 0) return { low: 0, high: 0 };
  const centre = Math.log(-Math.log(share));
  const reach = (z * Math.sqrt(variance)) / Math.abs(Math.log(share));
  return {
    low: Math.exp(-Math.exp(centre + reach)),
    high: Math.exp(-Math.exp(centre - reach)),
  };
}

/** The first time after which at most 1 - `share` have not recovered; null: not reached. */
export function survivalQuantile(curve: readonly SurvivalStep[], share: number): number | null {
  return crossing(curve, ({ share: left }) => left, share);
}

/**
 * Where the bounds of the curve cross: R. Brookmeyer, J. Crowley, Biometrics 38 (1982). An end that is
 * not reached is null.
 */
export function survivalQuantileInterval(
  curve: readonly SurvivalStep[],
  share: number,
): { readonly lowMs: number | null; readonly highMs: number | null } {
  return {
    lowMs: crossing(curve, ({ low }) => low, share),
    highMs: crossing(curve, ({ high }) => high, share),
  };
}

function crossing(
  curve: readonly SurvivalStep[],
  left: (step: SurvivalStep) => number,
  share: number,
): number | null {
  return curve.find((step) => left(step) <= 1 - share + ROUNDING)?.atMs ?? null;
}
