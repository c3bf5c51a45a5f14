/** Many points on one line: piled up where they meet, as bars once the piles would not fit. Pure. */

interface Pile {
  /** Middle of its column, in points of the chart. */
  readonly x: number;
  readonly count: number;
}

/** Points in columns of `width`, from left to right; empty columns are left out. */
export function pilesOf(positions: readonly number[], width: number): Pile[] {
  const counts = new Map<number, number>();
  for (const position of positions) {
    const column = Math.floor(position / width);
    counts.set(column, (counts.get(column) ?? 0) + 1);
  }
  return [...counts]
    .toSorted(([a], [b]) => a - b)
    .map(([column, count]) => ({ x: (column + 0.5) * width, count }));
}

export function tallest(piles: readonly Pile[]): number {
  return piles.reduce((most, { count }) => Math.max(most, count), 0);
}
