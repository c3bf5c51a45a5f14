/** The summary of a journal's runs. Pure: the same runs and question give the same model. */
import type { IngestedRecord } from "../../ingest/ingested.ts";
import { Verdict } from "../../verdict/record.ts";
import type { CollectedRun } from "./collect.ts";
import { coverageOf } from "./coverage.ts";
import { freshnessOf } from "./freshness.ts";
import { groupsOf, seriesOf } from "./groups.ts";
import { Measured, type RunPoint, type SummaryModel, type SummaryQuestion } from "./model.ts";

export function summarize(
  collected: readonly CollectedRun[],
  question: SummaryQuestion,
  ingested: readonly IngestedRecord[] = [],
): SummaryModel {
  const chosen = chosenRuns(collected, question);
  const runs = chosen.flatMap(({ point, release }) =>
    point ? [held({ ...point, release }, question)] : [],
  );
  const unfinished = chosen.filter(({ point }) => point === null);
  const groups = groupsOf(runs);
  const clockErrors = chosen.flatMap(({ id, drill, environment, clockErrors: errors }) =>
    errors.map((detail) => ({ runId: id, drill, environment, detail })),
  );
  return {
    question,
    totals: {
      runs: runs.length,
      verdicts: countVerdicts(runs),
      unfinished: unfinished.length,
      clockErrors: runs.filter(({ measured }) => measured === Measured.ClockError).length,
      first: chosen[0]?.startedWallAt ?? null,
      last: chosen.at(-1)?.startedWallAt ?? null,
    },
    runs,
    unfinished: unfinished.map(({ id, startedWallAt, drill, environment, swept }) => ({
      id,
      startedWallAt,
      drill,
      environment,
      swept,
    })),
    groups,
    series: seriesOf(runs, groups),
    coverage: coverageOf(runs, question),
    freshness: freshnessOf(runs, question),
    clockErrors,
    ingested: chosenIngested(ingested, question),
  };
}

/** Newest first. One that does not say when it ran is older than all that do, and is never left out by age. */
function chosenIngested(
  ingested: readonly IngestedRecord[],
  { drill, environment, since }: SummaryQuestion,
): IngestedRecord[] {
  const sinceMs = since === null ? Number.NEGATIVE_INFINITY : Date.parse(since);
  return ingested
    .filter(
      (one) =>
        (drill === null || one.drill === drill) &&
        (environment === null || one.environment === environment) &&
        (one.startedAt === null || beganMs(one) >= sinceMs),
    )
    .toSorted((a, b) => beganMs(b) - beganMs(a));
}

function beganMs({ startedAt }: IngestedRecord): number {
  return Date.parse(startedAt ?? "") || 0;
}

/** What the question lets through, by the wall time at which they began; of equal ones as written. */
export function chosenRuns(
  collected: readonly CollectedRun[],
  { drill, environment, since }: SummaryQuestion,
): CollectedRun[] {
  const sinceMs = since === null ? Number.NEGATIVE_INFINITY : Date.parse(since);
  return collected
    .filter(
      (run) =>
        (drill === null || run.drill === drill) &&
        (environment === null || run.environment === environment) &&
        Date.parse(run.startedWallAt) >= sinceMs,
    )
    .sort((a, b) => Date.parse(a.startedWallAt) - Date.parse(b.startedWallAt));
}

/** Against the question's objective where it has one. */
function held(run: RunPoint, { objectiveMs }: SummaryQuestion): RunPoint {
  if (objectiveMs === null) return run;
  const metObjective = run.totalMs === null ? run.metObjective : run.totalMs <= objectiveMs;
  return { ...run, objectiveMs, metObjective };
}

function countVerdicts(runs: readonly RunPoint[]): Record<Verdict, number> {
  const counts = {
    passed: 0,
    failed: 0,
    inconclusive: 0,
    error: 0,
    "not-run": 0,
    interrupted: 0,
    "stuck-on-removal": 0,
  } satisfies Record<Verdict, number>;
  for (const { verdict } of runs) counts[verdict]++;
  return counts;
}
