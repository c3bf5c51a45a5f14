/** Runs that may be compared, and what they say: distribution, objective, trend, regression. */
import { rateAtMost } from "../../../judge/recovery/binomial.ts";
import { recoveryFigures } from "../../../judge/recovery/figures.ts";
import { CONFIDENCE, LEVEL, type Observation } from "../../../judge/recovery/observation.ts";
import { detectableChange } from "../../../judge/recovery/power.ts";
import { medianShift } from "../../../judge/recovery/shift.ts";
import { medianSlope, rankCorrelation } from "../../../judge/recovery/trend.ts";
import { compareSamples } from "../../../judge/recovery/twoSamples.ts";
import { percent } from "./words.ts";
import type { ObjectiveBound, Regression, RunGroup, RunPoint, RunSeries, Trend } from "./model.ts";

/** A test of fewer could not come out against chance, whatever they are. */
const LEAST_FOR_TREND = 5;
const DAY_MS = 86_400_000;

/** By environment, drill and speed, then in the order in which releases were first seen. */
export function groupsOf(runs: readonly RunPoint[]): RunGroup[] {
  const members = partition(runs, ({ environment, drill, speed, fault, release }) =>
    JSON.stringify([environment, drill, speed, fault, release]),
  );
  return members
    .map((indices) => groupOf(runs, indices))
    .sort((a, b) => inOrder(a, b) || (a.runs[0] ?? 0) - (b.runs[0] ?? 0));
}

export function seriesOf(runs: readonly RunPoint[], groups: readonly RunGroup[]): RunSeries[] {
  const members = partition(runs, ({ environment, drill, speed }) =>
    JSON.stringify([environment, drill, speed]),
  );
  return members
    .flatMap((indices) => {
      const first = runs[indices[0] ?? -1];
      if (!first) return [];
      const { drill, environment, speed } = first;
      const all = groups.flatMap((group, index) => (inOrder(group, first) === 0 ? [index] : []));
      const said = all.filter((index) => !saysNothing(groups[index]));
      const own = said.length > 0 ? said : all;
      const releases = own.flatMap((index) => groups[index] ?? []);
      return {
        drill,
        environment,
        speed,
        runs: indices,
        groups: own,
        trend: trendOf(indices.flatMap((index) => runs[index] ?? [])),
        regressions: releases
          .slice(1)
          .flatMap((group, index) => regressionOf(runs, releases[index], group) ?? []),
      };
    })
    .sort(inOrder);
}

/** Runs that ended before they knew which release they met: to stand between two releases they are none. */
function saysNothing(group: RunGroup | undefined): boolean {
  return group?.release === null && group.recovery.n === 0;
}

type Key = Pick<RunGroup, "environment" | "drill" | "speed">;

function inOrder(a: Key, b: Key): number {
  return compare(a.environment, b.environment) || compare(a.drill, b.drill) || a.speed - b.speed;
}

/** By code unit: the same everywhere, whatever the locale. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function partition(runs: readonly RunPoint[], keyOf: (run: RunPoint) => string): number[][] {
  const found = new Map<string, number[]>();
  for (const [index, run] of runs.entries()) {
    const key = keyOf(run);
    const own = found.get(key);
    if (own) own.push(index);
    else found.set(key, [index]);
  }
  return [...found.values()];
}

function groupOf(runs: readonly RunPoint[], indices: readonly number[]): RunGroup {
  const own = indices.flatMap((index) => runs[index] ?? []);
  const [first] = own;
  const observations = own.flatMap((run) => observationOf(run) ?? []);
  const paths = new Map<RunPoint["path"], number>();
  for (const { path } of own) paths.set(path, (paths.get(path) ?? 0) + 1);
  return {
    drill: first?.drill ?? "",
    fault: first?.fault ?? "",
    environment: first?.environment ?? "",
    release: first?.release ?? null,
    speed: first?.speed ?? 1,
    runs: indices,
    recovery: {
      ...recoveryFigures(observations),
      notMeasured: own.length - observations.length,
    },
    objective: objectiveBound(own),
    paths: [...paths].map(([path, count]) => ({ path, runs: count })),
  };
}

/** Undefined for a run that says nothing of recovery. */
export function observationOf({ totalMs, censoredMs }: RunPoint): Observation | undefined {
  if (totalMs !== null) return { ms: totalMs, censored: false };
  return censoredMs === null ? undefined : { ms: censoredMs, censored: true };
}

export function objectiveBound(runs: readonly RunPoint[]): ObjectiveBound {
  const known = runs.filter(({ metObjective }) => metObjective !== null);
  const missed = known.filter(({ metObjective }) => metObjective === false).length;
  const n = known.length;
  const missRateAtMost = rateAtMost(missed, n, CONFIDENCE);
  const says =
    missRateAtMost === null
      ? "no run was measured: nothing is known of the objective"
      : `${missed} of ${n} missed it: at most ${percent(missRateAtMost)} do (${percent(CONFIDENCE)})`;
  return { n, missed, missRateAtMost, confidence: CONFIDENCE, says };
}

function trendOf(own: readonly RunPoint[]): Trend {
  const measured = own.flatMap((run) => {
    const seen = observationOf(run);
    if (!seen) return [];
    const value = seen.censored ? Number.POSITIVE_INFINITY : seen.ms;
    return [{ seen, at: Date.parse(run.startedWallAt) / DAY_MS, value }];
  });
  const n = measured.length;
  const { tau, pValue } = rankCorrelation(measured);
  const half = Math.floor(n / 2);
  const seen = measured.map((point) => point.seen);
  return {
    n,
    direction: n < LEAST_FOR_TREND ? "too-few" : directionOf(tau ?? 0, pValue),
    tau,
    pValue,
    slopeMsPerDay: medianSlope(measured),
    power: detectableChange(half, n - half, seen),
  };
}

function regressionOf(
  runs: readonly RunPoint[],
  before: RunGroup | undefined,
  after: RunGroup,
): Regression | undefined {
  if (!before || before.release === after.release) return undefined;
  const observed = ({ runs: indices }: RunGroup): Observation[] =>
    indices.flatMap((index) => {
      const run = runs[index];
      return (run && observationOf(run)) ?? [];
    });
  const [from, to] = [observed(before), observed(after)];
  const { pValue, slowerShare } = compareSamples(from, to);
  const power = detectableChange(from.length, to.length, from);
  const canShow = power.detectableShare !== null || (pValue !== null && pValue <= LEVEL);
  return {
    from: before.release,
    to: after.release,
    nFrom: from.length,
    nTo: to.length,
    direction: canShow ? directionOf((slowerShare ?? 0.5) - 0.5, pValue) : "too-few",
    pValue,
    shiftMs: medianShift(from, to),
    power,
  };
}

function directionOf(sign: number, pValue: number | null): "slower" | "faster" | "none-shown" {
  if (pValue === null || pValue > LEVEL || sign === 0) return "none-shown";
  return sign > 0 ? "slower" : "faster";
}
