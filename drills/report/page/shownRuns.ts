/** Which runs a page shows one by one: a page must open, however long the journal is. Pure. */
import { Verdict } from "../../verdict/record.ts";
import type { SummaryModel } from "../summary/model.ts";

/** With no more runs than this all are shown. */
const ALL = 12;
/** Of each drill in each environment: the newest, and the newest of those that did not pass. */
const NEWEST = 3;
const NOT_PASSED = 5;
/** On the whole page. */
const MOST = 40;

export interface RunToShow {
  readonly id: string;
  readonly drill: string;
  readonly environment: string;
  readonly startedWallAt: string;
  readonly passed: boolean;
}

/** Every run that a summary speaks of, newest first. */
export function runsToShow({ runs, unfinished }: SummaryModel): RunToShow[] {
  const pick = (
    { id, drill, environment, startedWallAt }: Omit<RunToShow, "passed">,
    passed: boolean,
  ): RunToShow => ({ id, drill, environment, startedWallAt, passed });
  return [
    ...runs.map((run) => pick(run, run.verdict === Verdict.Passed)),
    ...unfinished.map((run) => pick(run, false)),
  ].toSorted((a, b) => Date.parse(b.startedWallAt) - Date.parse(a.startedWallAt));
}

/** Of `runs`, newest first, the ones that are shown. */
export function shownRuns(runs: readonly RunToShow[]): RunToShow[] {
  if (runs.length <= ALL) return [...runs];
  const seen = new Map<string, { all: number; notPassed: number }>();
  const chosen = runs.filter(({ environment, drill, passed }) => {
    const key = JSON.stringify([environment, drill]);
    const count = seen.get(key) ?? { all: 0, notPassed: 0 };
    seen.set(key, count);
    count.all++;
    if (!passed) count.notPassed++;
    return count.all <= NEWEST || (!passed && count.notPassed <= NOT_PASSED);
  });
  return chosen.slice(0, MOST);
}
