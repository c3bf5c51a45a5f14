/**
 * Reads a journal line by line, in memory that does not grow with it. Never writes. For reports on years
 * of drills; whoever appends reads it whole.
 */
import { join } from "node:path";
import { ChainCheck } from "./chainCheck.ts";
import { type Head, JOURNAL_FILE, type JournalEntry } from "./journalEntry.ts";
import { eachLineOf, readLine, type ScannedLine } from "./journalLines.ts";
import type { JournalProblem } from "./journalProblem.ts";
import { readHead } from "./journalVerify.ts";

export interface JournalScan {
  readonly entries: number;
  readonly problems: readonly JournalProblem[];
  readonly head: Head | null;
  readonly tornBytes: number;
}

/**
 * Calls `visit` with every line that can be read, in file order.
 *
 * @throws the file system's error when a file is there but cannot be read
 */
export function scanJournal(directory: string, visit: (line: ScannedLine) => void): JournalScan {
  const head = readHead(directory);
  const chain = new ChainCheck(head);
  const tornBytes = eachLineOf(join(directory, JOURNAL_FILE), 0, (bytes, offset) => {
    const line = chain.see(bytes, offset);
    if (line) visit(line);
  });
  return { entries: chain.entries, problems: chain.problems(), head, tornBytes };
}

/** The entries from `offset` on whose line `wants` lets through; nothing is verified. */
export function readFrom(
  directory: string,
  offset: number,
  wants: (line: ScannedLine) => boolean,
): JournalEntry[] {
  const entries: JournalEntry[] = [];
  eachLineOf(join(directory, JOURNAL_FILE), offset, (bytes, at) => {
    const line = readLine(bytes, at)?.line;
    if (line && wants(line)) entries.push(line.entry());
  });
  return entries;
}
