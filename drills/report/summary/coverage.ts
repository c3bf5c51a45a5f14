/** Ways home against faults: which are shown to work, which are not, and what nobody has tried. */
import { listFaults } from "../../faults/registry.ts";
import { WAYS_HOME } from "../../faults/guardFault.ts";
import type { ReversionPath } from "../../../guard/reversion.ts";
import { environmentsOf, pathsOf } from "./freshness.ts";
import {
  Coverage,
  type CoverageCell,
  type CoveredFault,
  type EnvironmentCoverage,
  type RunPoint,
  type SummaryQuestion,
} from "./model.ts";
import { age } from "./words.ts";

export function coverageOf(
  runs: readonly RunPoint[],
  question: SummaryQuestion,
): EnvironmentCoverage[] {
  return environmentsOf(runs, question).map((environment) => {
    const own = runs.filter((run) => run.environment === environment);
    return environmentCoverage(environment, own, question);
  });
}

function environmentCoverage(
  environment: string,
  own: readonly RunPoint[],
  question: SummaryQuestion,
): EnvironmentCoverage {
  const paths = [...new Set([...WAYS_HOME, ...pathsOf(own, question)])];
  const known = knownFaults(own);
  const newest = new Map(own.map((run) => [`${run.path} ${run.fault}`, run]));
  const cells = paths.map((path) =>
    known.map(({ fault, homeBy }) => {
      const run = newest.get(`${path} ${fault}`);
      return cellOf(run, homeBy !== null && !homeBy.includes(path), question);
    }),
  );
  const faults = known.map(({ fault, fidelity, breaksLink }, index): CoveredFault => ({
    fault,
    fidelity,
    breaksLink,
    isHole: cells.every((row) => row[index]?.state !== Coverage.Proven),
  }));
  return {
    environment,
    paths,
    faults,
    cells,
    holes: holesOf({ paths, faults, cells }, own, question),
  };
}

interface KnownFault extends Omit<CoveredFault, "isHole"> {
  readonly homeBy: readonly ReversionPath[] | null;
}

/** The catalogue by name, then what definitions and modules of users brought, by name. */
function knownFaults(own: readonly RunPoint[]): KnownFault[] {
  const catalogue = listFaults().map(({ name, fidelity, breaksLink, homeBy }) => ({
    fault: name,
    fidelity,
    breaksLink,
    homeBy,
  }));
  const names = new Set(catalogue.map(({ fault }) => fault));
  const others = new Map(own.map(({ fault, fidelity }) => [fault, fidelity]));
  return [
    ...catalogue,
    ...[...others]
      .filter(([fault]) => !names.has(fault))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([fault, fidelity]) => ({ fault, fidelity, breaksLink: null, homeBy: null })),
  ];
}

function cellOf(
  run: RunPoint | undefined,
  isClosed: boolean,
  { now, maxAgeMs }: SummaryQuestion,
): CoverageCell {
  if (!run) {
    const state = isClosed ? Coverage.Closed : Coverage.Untried;
    return { state, runId: null, verdict: null, totalMs: null, ageMs: null };
  }
  const { id, verdict, totalMs } = run;
  const ageMs = Date.parse(now) - Date.parse(run.startedWallAt);
  const isFresh = ageMs >= 0 && ageMs <= maxAgeMs;
  const passed = isFresh ? Coverage.Proven : Coverage.Stale;
  const state = verdict === "passed" ? passed : Coverage.Failed;
  return { state, runId: id, verdict, totalMs, ageMs };
}

function holesOf(
  { paths, faults, cells }: Pick<EnvironmentCoverage, "paths" | "faults" | "cells">,
  own: readonly RunPoint[],
  { now }: SummaryQuestion,
): string[] {
  const idle = paths.filter((_, row) =>
    (cells[row] ?? []).every(({ state }) => state !== Coverage.Proven),
  );
  const last = new Map(own.map((run) => [run.fault, run]));
  return [
    ...idle.map((path) => `no fresh drill came home by ${path}`),
    ...faults
      .filter(({ isHole }) => isHole)
      .map(({ fault, breaksLink }) => {
        const run = last.get(fault);
        const named = breaksLink === null ? fault : `${fault} (breaks ${breaksLink})`;
        if (!run) return `${named} was never drilled`;
        const ageMs = Date.parse(now) - Date.parse(run.startedWallAt);
        return `${named} was last drilled ${age(ageMs)} ago and ended ${run.verdict}`;
      }),
  ];
}
