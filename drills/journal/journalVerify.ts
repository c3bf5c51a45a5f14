/** Reads a journal whole, with whatever is wrong with its chain: never writes. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { ChainCheck } from "./chainCheck.ts";
import {
  HEAD_FILE,
  type Head,
  headSchema,
  JOURNAL_FILE,
  type JournalEntry,
  journalEntrySchema,
} from "./journalEntry.ts";
import { eachLine } from "./journalLines.ts";
import type { JournalProblem } from "./journalProblem.ts";
import { Verdict } from "../verdict/record.ts";

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
  return readingOf(existsSync(path) ? readFileSync(path) : Buffer.alloc(0), readHead(directory));
}

/** The same for a journal's lines, wherever they are kept. Pure. */
export function readingOf(bytes: Buffer, head: Head | null): JournalReading {
  const chain = new ChainCheck(head);
  const entries: JournalEntry[] = [];
  const tornBytes = eachLine(bytes, 0, (line, offset) => {
    const entry = journalEntrySchema.safeParse(chain.see(line, offset)?.entry()).data;
    if (entry) entries.push(entry);
  });
  const wholeBytes = bytes.length - tornBytes;
  return { entries, problems: chain.problems(), head, tornBytes, wholeBytes };
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

/** Null when it is missing or is no head. */
export function readHead(directory: string): Head | null {
  try {
    const text = readFileSync(join(directory, HEAD_FILE), "utf8");
    return headSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
