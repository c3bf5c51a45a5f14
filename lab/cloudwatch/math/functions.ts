/** The functions of metric math that the lab's alarms may use. */
import { MathError } from "./syntax.ts";
import { aggregate, each, finite, onPoints } from "./values.ts";
import type { Points, TimeSeries, Value } from "./values.ts";

type MathFunction = (args: readonly Value[], fill?: string) => Value;

export const FUNCTIONS: Readonly<Record<string, MathFunction>> = {
  SUM: (args) => aggregate((ns) => ns.reduce((a, b) => a + b, 0), only("SUM", args)),
  AVG: (args) => aggregate((ns) => ns.reduce((a, b) => a + b, 0) / ns.length, only("AVG", args)),
  MIN: (args) => aggregate((ns) => ns.reduce((a, b) => Math.min(a, b)), only("MIN", args)),
  MAX: (args) => aggregate((ns) => ns.reduce((a, b) => Math.max(a, b)), only("MAX", args)),
  IF: condition,
  FILL: fill,
  RATE: (args) => onSeries("RATE", only("RATE", args), rate),
  PERIOD: (args) => {
    const value = only("PERIOD", args);
    if (value.kind !== "series") throw new MathError("PERIOD takes one metric");
    return { kind: "scalar", value: value.periodSeconds };
  },
};

/** Functions of AWS that the lab lacks: refused as such, not as a mistake of the caller. */
export const UNSUPPORTED_FUNCTIONS: ReadonlySet<string> = new Set(
  `ABS ANOMALY_DETECTION_BAND CEIL DATAPOINT_COUNT DB_PERF_INSIGHTS DIFF DIFF_TIME FIRST FLOOR
   INSIGHT_RULE_METRIC LAMBDA LAST LOG LOG10 METRIC_COUNT METRICS MINUTE HOUR DAY DATE MONTH YEAR
   EPOCH REMOVE_EMPTY RUNNING_SUM SEARCH SERVICE_QUOTA SLICE SORT STDDEV TIME_SERIES`.split(/\s+/),
);

/**
 * `IF(condition, then[, else])`. A missing condition gives no point. A missing point of `then`
 * counts as 0; a missing point of `else`, or a missing `else`, gives no point (user guide, the three
 * worked cases of "Using IF expressions").
 */
function condition(args: readonly Value[]): Value {
  const [test, whenTrue, whenFalse] = args;
  if (!test || !whenTrue || args.length > 3) throw new MathError("IF takes 2 or 3 arguments");
  const values = [test, whenTrue, ...(whenFalse ? [whenFalse] : [])];
  if (values.some(({ kind }) => kind === "array")) throw new MathError("IF takes no arrays");
  const grid = values.find((value) => value.kind === "series");
  if (test.kind === "scalar") {
    const chosen = test.value === undefined || test.value === 0 ? whenFalse : whenTrue;
    const none: Value = grid
      ? onPoints(grid, () => undefined)
      : { kind: "scalar", value: undefined };
    return test.value === undefined ? none : (chosen ?? none);
  }
  if (test.kind === "array") throw new MathError("IF takes no arrays");
  return onPoints(test, (point, index) => {
    if (point === undefined) return undefined;
    if (point === 0) return whenFalse ? at(whenFalse, index) : undefined;
    return at(whenTrue, index) ?? (whenTrue.kind === "series" ? 0 : undefined);
  });
}

function at(value: Value, index: number): number | undefined {
  if (value.kind === "series") return value.points[index];
  return value.kind === "scalar" ? value.value : undefined;
}

/** `FILL(m, number | series | REPEAT | LINEAR)`; `word` is one of the last two. */
function fill(args: readonly Value[], word?: string): Value {
  const [value, filler] = args;
  if (!value || args.length !== (word ? 1 : 2)) throw new MathError("FILL takes 2 arguments");
  return onSeries("FILL", value, (series) => {
    if (word === "REPEAT") return repeat(series);
    if (word === "LINEAR") return linear(series);
    return onPoints(series, (point, index) => point ?? (filler && at(filler, index)));
  });
}

function repeat(series: TimeSeries): TimeSeries {
  let last: number | undefined;
  return onPoints(series, (point) => (last = point ?? last));
}

/** A straight line across each gap that has a point on both sides. */
function linear(series: TimeSeries): TimeSeries {
  return onPoints(series, (point, index) => {
    if (point !== undefined) return point;
    const before = previous(series.points, index);
    const after = series.points.findIndex((other, i) => i > index && other !== undefined);
    const from = before === -1 ? undefined : series.points[before];
    const to = after === -1 ? undefined : series.points[after];
    if (from === undefined || to === undefined) return undefined;
    return from + ((to - from) * (index - before)) / (after - before);
  });
}

/** "The difference between the latest data point value and the previous, divided by the seconds." */
function rate(series: TimeSeries): TimeSeries {
  return onPoints(series, (point, index) => {
    const before = previous(series.points, index);
    const from = before === -1 ? undefined : series.points[before];
    if (point === undefined || from === undefined) return undefined;
    return finite((point - from) / ((index - before) * series.periodSeconds));
  });
}

function previous(points: Points, index: number): number {
  for (let i = index - 1; i >= 0; i--) if (points[i] !== undefined) return i;
  return -1;
}

function onSeries(name: string, value: Value, change: (series: TimeSeries) => TimeSeries): Value {
  if (value.kind === "array") return each(value, (item) => onSeries(name, item, change));
  if (value.kind === "scalar") throw new MathError(`${name} takes a metric, not a number`);
  return change(value);
}

function only(name: string, args: readonly Value[]): Value {
  const [value] = args;
  if (!value || args.length !== 1) throw new MathError(`${name} takes 1 argument`);
  return value;
}
