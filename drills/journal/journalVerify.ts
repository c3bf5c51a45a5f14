/** Reads a journal and finds what was changed, lost, reordered or cut off: never writes. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import {
  GENESIS_HASH,
  HEAD_FILE,
  type Head,
  hashFits,
  headSchema,
  JOURNAL_FILE,
  type JournalEntry,
  journalEntrySchema,
} from "./journalEntry.ts";
import { Verdict } from "../verdict/record.ts";

export interface JournalProblem {
  readonly kind: "changed" | "missing" | "reordered" | "truncated" | "head";
  /** The entry it was found at; 0 when it concerns the whole journal. */
  readonly seq: number;
  readonly detail: string;
}

export interface JournalReading {
  /** Every line that could be read, in file order. */
  readonly entries: readonly JournalEntry[];
  readonly problems: readonly JournalProblem[];
  readonly head: Head | null;
  /** Bytes after the last line feed: a write that was cut short, and no problem by itself. */
  readonly tornBytes: number;
  /** Bytes of whole lines. */
  readonly wholeBytes: number;
}

/**
 * What the journal in `directory` holds and what is wrong with it. An empty or missing journal
 * has no entries and no problems. Whoever rewrites lines, all later hashes and the head together
 * is not found: keep the head's hash elsewhere for that.
 *
 * @throws the file system's error when a file is there but cannot be read
 */
export function verifyJournal(directory: string): JournalReading {
  const path = join(directory, JOURNAL_FILE);
  const bytes = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
  const wholeBytes = bytes.lastIndexOf(0x0a) + 1;
  const lines = bytes.subarray(0, wholeBytes).toString("utf8").split("\n").slice(0, -1);

  const problems: JournalProblem[] = [];
  const entries: JournalEntry[] = [];
  for (const [index, line] of lines.entries()) {
    const entry = parseLine(line);
    if (entry && hashFits(line, entry)) entries.push(entry);
    else {
      problems.push({
        kind: "changed",
        seq: entry?.seq ?? index + 1,
        detail: `line ${index + 1} is not what was written`,
      });
      // Kept as a link, so that one changed line is one problem and not a gap as well.
      if (entry) entries.push(entry);
    }
  }
  const changed = new Set(problems.map((problem) => problem.seq));
  problems.push(...sequenceProblems(entries, changed), ...linkProblems(entries, changed));

  const head = readHead(directory);
  problems.push(...headProblems(entries, head));
  return { entries, problems, head, tornBytes: bytes.length - wholeBytes, wholeBytes };
}

/**
 * Runs that were begun and have neither a record nor been swept, oldest first; also those whose record
 * says that something was left.
 */
export function unfinishedRuns(entries: readonly JournalEntry[]): string[] {
  const open = new Set<string>();
  for (const entry of entries) {
    const { runId, type } = entry;
    if (type === "run.started") open.add(runId);
    if (type === "swept" || (type === "record" && !isStuck(entry))) open.delete(runId);
  }
  return [...open];
}

const stuckSchema = z.looseObject({
  record: z.looseObject({ verdict: z.literal(Verdict.StuckOnRemoval) }),
});

function isStuck(entry: JournalEntry): boolean {
  return stuckSchema.safeParse(entry).success;
}

function parseLine(line: string): JournalEntry | undefined {
  try {
    const parsed = journalEntrySchema.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

function sequenceProblems(
  entries: readonly JournalEntry[],
  changed: ReadonlySet<number>,
): JournalProblem[] {
  const problems: JournalProblem[] = [];
  const present = new Set(entries.map((entry) => entry.seq));
  const highest = Math.max(0, ...present);
  for (let seq = 1; seq <= highest; seq++) {
    if (!present.has(seq) && !changed.has(seq)) {
      problems.push({ kind: "missing", seq, detail: `entry ${seq} is missing` });
    }
  }
  for (const [index, entry] of entries.entries()) {
    const before = entries[index - 1];
    if (before && entry.seq <= before.seq) {
      problems.push({
        kind: "reordered",
        seq: entry.seq,
        detail: `entry ${entry.seq} comes after entry ${before.seq}`,
      });
    }
  }
  return problems;
}

/** Neighbours in sequence whose hashes do not meet: one of them was written anew, hash and all. */
function linkProblems(
  entries: readonly JournalEntry[],
  changed: ReadonlySet<number>,
): JournalProblem[] {
  return entries.flatMap((entry, index): JournalProblem[] => {
    const before = entries[index - 1];
    const follows = entry.seq === (before?.seq ?? 0) + 1;
    if (!follows || changed.has(entry.seq) || (before && changed.has(before.seq))) return [];
    if (entry.prevHash === (before?.hash ?? GENESIS_HASH)) return [];
    return [
      {
        kind: "changed",
        seq: before?.seq ?? entry.seq,
        detail: `entry ${entry.seq} is not chained to what stands before it`,
      },
    ];
  });
}

function headProblems(entries: readonly JournalEntry[], head: Head | null): JournalProblem[] {
  const last = entries.at(-1);
  if (!head) {
    return last ? [{ kind: "head", seq: 0, detail: `${HEAD_FILE} is missing or unreadable` }] : [];
  }
  // A writer killed between line and head leaves the head behind: what it names must be there.
  if (head.seq === 0) return [];
  const named = entries.find((entry) => entry.seq === head.seq);
  if (!named) {
    return [
      {
        kind: "truncated",
        seq: head.seq,
        detail: `entry ${head.seq} was written, the journal ends at ${last?.seq ?? 0}`,
      },
    ];
  }
  if (named.hash === head.hash) return [];
  return [
    {
      kind: "changed",
      seq: head.seq,
      detail: `entry ${head.seq} is not the one ${HEAD_FILE} names`,
    },
  ];
}

/** Null when it is missing or is no head. */
export function readHead(directory: string): Head | null {
  try {
    const text = readFileSync(join(directory, HEAD_FILE), "utf8");
    return headSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
