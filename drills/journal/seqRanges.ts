/** Which numbers of a sequence were seen, as ranges: an intact journal needs one of them. */
import type { JournalProblem } from "./journalProblem.ts";

/** More missing entries than these are told as a number. */
const MOST_NAMED = 1_000;

export class SeqRanges {
  readonly #ranges: { first: number; last: number }[] = [];

  add(seq: number): void {
    const last = this.#ranges.at(-1);
    if (last && seq === last.last + 1) last.last = seq;
    else this.#ranges.push({ first: seq, last: seq });
  }

  /** From 1 to the highest that was seen; of `known` it is said elsewhere. */
  missing(known: ReadonlySet<number>): JournalProblem[] {
    const problems: JournalProblem[] = [];
    let next = 1;
    let untold = 0;
    for (const { first, last } of this.#ranges.toSorted((a, b) => a.first - b.first)) {
      for (let seq = next; seq < first && problems.length < MOST_NAMED; seq++, next++) {
        if (known.has(seq)) continue;
        problems.push({ kind: "missing", seq, detail: `entry ${seq} is missing` });
      }
      untold += Math.max(0, first - next);
      next = Math.max(next, last + 1);
    }
    if (untold > 0) {
      problems.push({ kind: "missing", seq: 0, detail: `${untold} more entries are missing` });
    }
    return problems;
  }
}
