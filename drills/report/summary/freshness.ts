/** Whether each way home has been shown to work lately, and fast enough: what the gate asks. */
import { formatDuration } from "../../../base/duration.ts";
import { ReversionPath } from "../../../guard/reversion.ts";
import type { PathFreshness, RunPoint, SummaryQuestion } from "./model.ts";
import { age } from "./words.ts";

const PATH_ORDER: readonly ReversionPath[] = Object.values(ReversionPath);

/** Runs are in time order. An environment owes what the question names and what its own runs do. */
export function freshnessOf(runs: readonly RunPoint[], question: SummaryQuestion): PathFreshness[] {
  return environmentsOf(runs, question).flatMap((environment) => {
    const own = runs.filter((run) => run.environment === environment);
    return pathsOf(own, question).map((path) =>
      pathFreshness(
        { environment, path },
        own.filter((run) => run.path === path),
        question,
      ),
    );
  });
}

/** By name; one that was asked for is there without a run as well. */
export function environmentsOf(
  runs: readonly RunPoint[],
  { environment }: SummaryQuestion,
): string[] {
  const seen = runs.map((run) => run.environment);
  return [...new Set(environment === null ? seen : [environment])].sort();
}

export function pathsOf(own: readonly RunPoint[], { paths }: SummaryQuestion): ReversionPath[] {
  const owed = new Set([...paths, ...own.map(({ path }) => path)]);
  return PATH_ORDER.filter((path) => owed.has(path));
}

type Named = Pick<PathFreshness, "environment" | "path">;

function pathFreshness(
  named: Named,
  own: readonly RunPoint[],
  question: SummaryQuestion,
): PathFreshness {
  const nowMs = Date.parse(question.now);
  const ageOf = (run: RunPoint): number => nowMs - Date.parse(run.startedWallAt);
  const passed = own.filter((run) => run.verdict === "passed");
  const inTime = passed.findLast((run) => isFastEnough(run, question) && ageOf(run) >= 0);
  const newest = own.at(-1);
  const whyNot = reason({ ...named, own, passed, inTime }, question, ageOf);
  return {
    ...named,
    isFresh: whyNot === null,
    lastPass: inTime
      ? {
          runId: inTime.id,
          drill: inTime.drill,
          at: inTime.startedWallAt,
          ageMs: ageOf(inTime),
          totalMs: inTime.totalMs,
        }
      : null,
    last: newest
      ? {
          runId: newest.id,
          verdict: newest.verdict,
          at: newest.startedWallAt,
          ageMs: ageOf(newest),
        }
      : null,
    whyNot,
  };
}

function isFastEnough({ totalMs }: RunPoint, { objectiveMs }: SummaryQuestion): boolean {
  return objectiveMs === null || (totalMs !== null && totalMs <= objectiveMs);
}

interface Judged extends Named {
  readonly own: readonly RunPoint[];
  readonly passed: readonly RunPoint[];
  readonly inTime: RunPoint | undefined;
}

function reason(
  { path, environment, own, passed, inTime }: Judged,
  { maxAgeMs, objectiveMs, now }: SummaryQuestion,
  ageOf: (run: RunPoint) => number,
): string | null {
  const what = `${environment}: rollback path ${path}`;
  if (inTime && ageOf(inTime) <= maxAgeMs) return null;
  if (inTime) {
    return `${what} was last shown to work ${age(ageOf(inTime))} ago (${inTime.drill}); at most ${age(maxAgeMs)} is asked for`;
  }
  const future = own.find((run) => ageOf(run) < 0);
  if (future) {
    return `${what} has a drill stamped ${future.startedWallAt}, after ${now}: a clock error proves nothing`;
  }
  const slow = passed.at(-1);
  if (slow && objectiveMs !== null) {
    return `${what} last passed in ${slow.totalMs === null ? "an unknown time" : formatDuration(slow.totalMs)} (${slow.drill}); at most ${formatDuration(objectiveMs)} is asked for`;
  }
  const last = own.at(-1);
  return last
    ? `${what} has no passing drill; the last one (${last.drill}) ended ${last.verdict}`
    : `${what} has never been drilled`;
}
