/**
 * Values of metric math over one grid of periods: a number, a time series with gaps, or an array
 * of series; and the operators between them.
 */
import { MathError } from "./syntax.ts";
import type { Operator } from "./syntax.ts";

export type Points = readonly (number | undefined)[];

/** A scalar is undefined when it was computed from a series without points. */
export type Scalar = { readonly kind: "scalar"; readonly value: number | undefined };
export type TimeSeries = {
  readonly kind: "series";
  readonly points: Points;
  readonly periodSeconds: number;
};
export type Value =
  | Scalar
  | TimeSeries
  | { readonly kind: "array"; readonly items: readonly (Scalar | TimeSeries)[] };

type Compute = (a: number, b: number) => number;

const flag = (yes: boolean): number => (yes ? 1 : 0);

const OPERATIONS: Readonly<Record<Operator, Compute>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "^": (a, b) => a ** b,
  "==": (a, b) => flag(a === b),
  "!=": (a, b) => flag(a !== b),
  "<=": (a, b) => flag(a <= b),
  ">=": (a, b) => flag(a >= b),
  "<": (a, b) => flag(a < b),
  ">": (a, b) => flag(a > b),
  AND: (a, b) => flag(a !== 0 && b !== 0),
  OR: (a, b) => flag(a !== 0 || b !== 0),
};

/**
 * Between two series a missing point counts as 0 where the other one has a point, and there is none
 * where neither has; a series against a scalar keeps its gaps. What is no finite number (a division
 * by zero) is dropped.
 */
export function operate(operator: Operator, left: Value, right: Value): Value {
  if (left.kind === "array") return each(left, (item) => operate(operator, item, right));
  if (right.kind === "array") return each(right, (item) => operate(operator, left, item));
  const compute = OPERATIONS[operator];
  if (left.kind === "scalar")
    return right.kind === "scalar"
      ? { kind: "scalar", value: apply(compute, left.value, right.value) }
      : onPoints(right, (point) => apply(compute, left.value, point));
  if (right.kind === "scalar") return onPoints(left, (point) => apply(compute, point, right.value));
  return onPoints(left, (point, index) => {
    const other = right.points[index];
    if (point === undefined && other === undefined) return undefined;
    return apply(compute, point ?? 0, other ?? 0);
  });
}

function apply(compute: Compute, a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : finite(compute(a, b));
}

export function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}

export function onPoints(
  series: TimeSeries,
  change: (point: number | undefined, index: number) => number | undefined,
): TimeSeries {
  return { ...series, points: series.points.map(change) };
}

/** Applies a function to each item of an array. */
export function each(
  array: Extract<Value, { kind: "array" }>,
  change: (item: Scalar | TimeSeries) => Value,
): Value {
  const items = array.items.map((item) => {
    const changed = change(item);
    if (changed.kind === "array") throw new MathError("an array inside an array");
    return changed;
  });
  return { kind: "array", items };
}

/** One number of a series or an array's point: SUM, AVG, MIN, MAX leave gaps out. */
type Aggregate = (numbers: readonly number[]) => number;

/** "Of one series = scalar; of an array = series." */
export function aggregate(compute: Aggregate, value: Value): Value {
  const over = (points: Points): number | undefined => {
    const numbers = points.filter((point) => point !== undefined);
    return numbers.length === 0 ? undefined : finite(compute(numbers));
  };
  if (value.kind === "scalar") return value;
  if (value.kind === "series") return { kind: "scalar", value: over(value.points) };
  const first = value.items.find((item) => item.kind === "series");
  if (!first) return { kind: "scalar", value: over(value.items.map(scalarOf)) };
  return onPoints(first, (_, index) =>
    over(value.items.map((item) => (item.kind === "series" ? item.points[index] : item.value))),
  );
}

function scalarOf(item: Scalar | TimeSeries): number | undefined {
  return item.kind === "scalar" ? item.value : undefined;
}
