/** SVG paths of series that hold a value for a stretch of time: steps, not slopes between them. */

/** A value from `x0` to `x1`; `high` and `low` are its edges, in points of the picture. */
export interface Stretch {
  readonly x0: number;
  readonly x1: number;
  readonly high: number;
  readonly low: number;
}

/** Neighbours this near (points) belong together. */
const TOUCHING = 0.5;

/** Closed areas between the edges; stretches that touch become one. */
export function areaPath(stretches: readonly Stretch[]): string {
  return joined(stretches)
    .map((group) => {
      const there = group.flatMap(({ x0, x1, high }) => [point(x0, high), point(x1, high)]);
      const back = group
        .toReversed()
        .flatMap(({ x0, x1, low }) => [point(x1, low), point(x0, low)]);
      return `M${[...there, ...back].join("L")}Z`;
    })
    .join("");
}

/** Lines along the upper edges; a gap in the series is a gap in the line. */
export function linePath(stretches: readonly Stretch[]): string {
  return joined(stretches)
    .map((group) => {
      const points = group.flatMap(({ x0, x1, high }) => [point(x0, high), point(x1, high)]);
      return `M${points.join("L")}`;
    })
    .join("");
}

function joined(stretches: readonly Stretch[]): Stretch[][] {
  const groups: Stretch[][] = [];
  let end: number | undefined;
  for (const stretch of stretches) {
    const group = groups.at(-1);
    if (group && end !== undefined && Math.abs(stretch.x0 - end) < TOUCHING) group.push(stretch);
    else groups.push([stretch]);
    end = stretch.x1;
  }
  return groups;
}

function point(x: number, y: number): string {
  return `${round(x)},${round(y)}`;
}

/** A tenth of a point is finer than any screen. */
export function round(value: number): number {
  return Math.round(value * 10) / 10 + 0;
}
