/** The values of queries over a stretch of time. */
import { evaluate } from "./math/evaluate.ts";
import { idsOf, MathError } from "./math/syntax.ts";
import type { Value } from "./math/values.ts";
import { valueOf } from "./metrics/statistic.ts";
import type { MetricStore } from "./metrics/store.ts";
import { expressionError } from "./queries.ts";
import type { Query, Source } from "./queries.ts";
import { notImplemented, validationError } from "./validation.ts";

/** A stretch of `count` periods from `startMs`. */
export interface Grid {
  readonly startMs: number;
  readonly periodSeconds: number;
  readonly count: number;
}

/** The period of what `id` reads, directly or through other expressions; several are refused. */
export function periodOf(queries: readonly Query[], id: string): number {
  const periods = new Set<number>();
  const visit = (current: string, path: readonly string[]): void => {
    if (path.includes(current))
      throw expressionError(current, `it reads itself through ${[...path, current].join(" -> ")}`);
    const query = queries.find((candidate) => candidate.id === current);
    if (!query) return;
    if (query.periodSeconds !== undefined) periods.add(query.periodSeconds);
    if ("expression" in query.computed)
      for (const next of idsOf(query.computed.expression)) visit(next, [...path, current]);
  };
  visit(id, []);
  if (periods.size > 1)
    throw notImplemented(`metrics of different periods in one expression (${id})`);
  const [period] = periods;
  if (period === undefined)
    throw validationError(`Error in expression '${id}' [Period is required]`);
  return period;
}

/**
 * The value of `id` over the grid. Throws `ValidationError` when a function has the wrong
 * arguments.
 */
export function computeQuery(
  queries: readonly Query[],
  id: string,
  store: MetricStore,
  grid: Grid,
): Value {
  const known = new Map<string, Value>();
  const read = (wanted: string): Value => {
    const before = known.get(wanted);
    if (before) return before;
    const query = queries.find((candidate) => candidate.id === wanted);
    if (!query) throw new MathError(`unknown id "${wanted}"`);
    const value =
      "source" in query.computed
        ? readSource(query.computed.source, store, grid)
        : evaluate(query.computed.expression, read);
    known.set(wanted, value);
    return value;
  };
  try {
    return read(id);
  } catch (error) {
    if (error instanceof MathError) throw expressionError(id, error.message);
    throw error;
  }
}

function readSource(source: Source, store: MetricStore, grid: Grid): Value {
  const { startMs, periodSeconds, count } = grid;
  const samples = store.periods(source.key, source.unit, startMs, periodSeconds * 1000, count);
  return {
    kind: "series",
    periodSeconds,
    points: samples.map((found) => found && valueOf(source.statistic, found)),
  };
}
