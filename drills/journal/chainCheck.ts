/**
 * The chain of a journal, followed line by line: what was changed, lost, reordered or cut off. Whatever
 * reads a journal, whole or in passing, finds the same.
 */
import { hash as digest } from "node:crypto";
import { CUT, CutCheck, linkOf, PRUNED } from "./cuts.ts";
import { GENESIS_HASH, HEAD_FILE, type Head } from "./journalEntry.ts";
import { type ReadLine, readLine, type ScannedLine } from "./journalLines.ts";
import type { JournalProblem } from "./journalProblem.ts";
import { SeqRanges } from "./seqRanges.ts";

/** The end of a line, which its own hash does not cover. */
const HASH_BYTES = `,"hash":"${GENESIS_HASH}"}`.length;

export class ChainCheck {
  /** Entries that were seen. */
  entries = 0;
  readonly #head: Head | null;
  readonly #present = new SeqRanges();
  readonly #cuts = new CutCheck();
  readonly #changed = new Set<number>();
  readonly #changedLines: JournalProblem[] = [];
  readonly #reordered: JournalProblem[] = [];
  readonly #links: JournalProblem[] = [];
  #lines = 0;
  #before: { readonly seq: number; readonly hash: string; readonly isChanged: boolean } | undefined;
  #namedHash: string | undefined;
  #scratch = Buffer.alloc(1 << 16);

  constructor(head: Head | null) {
    this.#head = head;
  }

  /** The next line; undefined for what is no entry. */
  see(bytes: Buffer, offset: number): ScannedLine | undefined {
    this.#lines++;
    const read = readLine(bytes, offset);
    const isChanged = !read || !this.#hashFits(bytes, read);
    if (isChanged) {
      const seq = read?.line.seq ?? this.#lines;
      this.#changed.add(seq);
      const detail = `line ${this.#lines} is not what was written`;
      this.#changedLines.push({ kind: "changed", seq, detail });
    }
    if (!read) return undefined;
    this.#follow(read, isChanged);
    return read.line;
  }

  problems(): JournalProblem[] {
    return [
      ...this.#changedLines,
      ...this.#present.missing(this.#changed),
      ...this.#reordered,
      ...this.#links,
      ...this.#cuts.problems(),
      ...this.#headProblems(),
    ];
  }

  #follow({ line, prevHash, hash }: ReadLine, isChanged: boolean): void {
    const { seq, type } = line;
    const before = this.#before;
    const link = type === CUT ? linkOf(line.entry()) : { from: seq, hash };
    if (type === CUT || type === PRUNED) this.#cuts.see(line.entry());
    if (before && seq <= before.seq) {
      const detail = `entry ${seq} comes after entry ${before.seq}`;
      this.#reordered.push({ kind: "reordered", seq, detail });
    }
    const follows = link.from === (before?.seq ?? 0) + 1 && !isChanged && !before?.isChanged;
    if (follows && prevHash !== (before?.hash ?? GENESIS_HASH)) {
      const detail = `entry ${seq} is not chained to what stands before it`;
      this.#links.push({ kind: "changed", seq: before?.seq ?? seq, detail });
    }
    for (let one = link.from; one <= seq; one++) this.#present.add(one);
    this.entries++;
    if (seq === this.#head?.seq) this.#namedHash ??= hash;
    this.#before = { seq, hash: link.hash, isChanged };
  }

  /** The line's hash covers the one before it and every byte up to its own. */
  #hashFits(bytes: Buffer, { prevHash, hash }: ReadLine): boolean {
    const own = bytes.length - HASH_BYTES;
    if (bytes.toString("latin1", own) !== `,"hash":"${hash}"}`) return false;
    const length = 64 + own + 1;
    if (this.#scratch.length < length) this.#scratch = Buffer.alloc(2 * length);
    this.#scratch.write(prevHash, 0, "latin1");
    bytes.copy(this.#scratch, 64, 0, own);
    this.#scratch[length - 1] = 0x7d;
    return digest("sha256", this.#scratch.subarray(0, length), "hex") === hash;
  }

  #headProblems(): JournalProblem[] {
    const head = this.#head;
    const last = this.#before;
    if (!head) {
      return last
        ? [{ kind: "head", seq: 0, detail: `${HEAD_FILE} is missing or unreadable` }]
        : [];
    }
    // A writer killed between line and head leaves the head behind: what it names must be there.
    if (head.seq === 0 || this.#namedHash === head.hash) return [];
    return this.#namedHash === undefined
      ? [
          {
            kind: "truncated",
            seq: head.seq,
            detail: `entry ${head.seq} was written, the journal ends at ${last?.seq ?? 0}`,
          },
        ]
      : [
          {
            kind: "changed",
            seq: head.seq,
            detail: `entry ${head.seq} is not the one ${HEAD_FILE} names`,
          },
        ];
  }
}
