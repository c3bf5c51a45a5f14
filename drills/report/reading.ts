/** Reads a journal for a report, and says what is wrong when there is none to read. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { errorCode } from "../../base/errno.ts";
import { messageOf, usageError } from "../../base/errors.ts";
import { refuseNewer } from "../journal/journal.ts";
import { HEAD_FILE, JOURNAL_FILE } from "../journal/journalEntry.ts";
import { type JournalScan, scanJournal } from "../journal/journalScan.ts";
import { type JournalReading, verifyJournal } from "../journal/journalVerify.ts";
import { RunCollector } from "./summary/collect.ts";

const recordVersionSchema = z.looseObject({ record: z.looseObject({ schemaVersion: z.number() }) });

/**
 * The journal in `directory`, with the problems that were found in it.
 *
 * @throws BackoutError `no-journal`, `not-a-journal`, `journal-not-readable` or `journal-newer`
 */
export function readJournal(directory: string): JournalReading {
  const reading = readWith(directory, () => verifyJournal(directory));
  refuseForeign(directory, reading.entries.length, reading.head);
  refuseNewerRecords(directory, reading);
  return reading;
}

/**
 * The same for a journal of any length: of each run only what a summary needs.
 *
 * @throws BackoutError as `readJournal` does
 */
export function readRuns(directory: string): { scan: JournalScan; collector: RunCollector } {
  const collector = new RunCollector();
  const scan = readWith(directory, () => scanJournal(directory, (line) => collector.visit(line)));
  refuseForeign(directory, scan.entries, scan.head);
  if (collector.newer) throw newerRecord(directory, collector.newer.seq, collector.newer.version);
  return { scan, collector };
}

const NOT_THERE = new Set(["ENOENT", "ENOTDIR"]);

/** The system's word for why nothing is found at `path`; null when something is. */
function whyMissing(path: string): string | null {
  try {
    statSync(path);
    return null;
  } catch (error) {
    return errorCode(error) ?? messageOf(error);
  }
}

function readWith<T>(directory: string, read: () => T): T {
  const path = join(directory, JOURNAL_FILE);
  const missing = whyMissing(path);
  if (missing !== null && !NOT_THERE.has(missing)) {
    const fix = "name a directory that this user may read with --journal DIR";
    throw usageError("journal-not-readable", `${path} cannot be read (${missing})`, fix);
  }
  if (missing !== null) {
    throw usageError(
      "no-journal",
      `there is no journal in ${directory}: it has no ${JOURNAL_FILE}`,
      "name the directory that a drill wrote to with --journal DIR",
    );
  }
  refuseNewer(directory);
  try {
    return read();
  } catch (error) {
    throw usageError("journal-not-readable", `${path} cannot be read: ${messageOf(error)}`);
  }
}

/** Every writer makes the head first: without it even an empty file is not one of a drill. */
function refuseForeign(directory: string, entries: number, head: unknown): void {
  if (entries > 0 || head !== null) return;
  throw usageError(
    "not-a-journal",
    `${join(directory, JOURNAL_FILE)} is not a drill's journal: it holds no entry and has no ${HEAD_FILE}`,
    "name the directory that a drill wrote to with --journal DIR",
  );
}

function refuseNewerRecords(directory: string, { entries }: JournalReading): void {
  for (const entry of entries.filter(({ type }) => type === "record")) {
    const version = recordVersionSchema.safeParse(entry).data?.record.schemaVersion ?? 1;
    if (version <= 1) continue;
    throw newerRecord(directory, entry.seq, version);
  }
}

function newerRecord(directory: string, seq: number, version: number): Error {
  return usageError(
    "journal-newer",
    `entry ${seq} of the journal in ${directory} holds a record of schema version ${version}`,
    "use the Backout that wrote it or a later one",
  );
}
