/** What somebody may have meant: the few identifiers that are nearest to an unknown one. */
const SHOWN = 5;

/** By how many characters differ; of equally near ones the later in `all` first. */
export function nearest(wanted: string, all: readonly string[]): string[] {
  const unique = [...new Set(all)].toReversed();
  // Of a journal of years only the newest are measured against what was typed.
  const measured = unique.slice(0, 2_000).map((id) => ({ id, far: distance(wanted, id) }));
  return measured
    .toSorted((a, b) => a.far - b.far)
    .slice(0, SHOWN)
    .map(({ id }) => id);
}

/** Levenshtein's; an identifier that begins with what was typed is nearer than any other. */
function distance(wanted: string, id: string): number {
  if (wanted !== "" && id.startsWith(wanted)) return 0;
  let row = Array.from({ length: id.length + 1 }, (_, index) => index);
  for (const [at, character] of Array.from(wanted).entries()) {
    const next = [at + 1];
    for (let column = 1; column <= id.length; column++) {
      const changed = (row[column - 1] ?? 0) + (id[column - 1] === character ? 0 : 1);
      next.push(Math.min(changed, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[id.length] ?? 0;
}
