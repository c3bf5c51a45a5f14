/** Reads a journal for a report, and says what is wrong when there is none to read. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { messageOf, usageError } from "../../base/errors.ts";
import { refuseNewer } from "../journal/journal.ts";
import { HEAD_FILE, JOURNAL_FILE } from "../journal/journalEntry.ts";
import { type JournalReading, verifyJournal } from "../journal/journalVerify.ts";

const recordVersionSchema = z.looseObject({ record: z.looseObject({ schemaVersion: z.number() }) });

/**
 * The journal in `directory`, with the problems that were found in it.
 *
 * @throws BackoutError `no-journal`, `not-a-journal`, `journal-not-readable` or `journal-newer`
 */
export function readJournal(directory: string): JournalReading {
  const path = join(directory, JOURNAL_FILE);
  if (!existsSync(path)) {
    throw usageError(
      "no-journal",
      `there is no journal in ${directory}: it has no ${JOURNAL_FILE}`,
      "name the directory that a drill wrote to with --journal DIR",
    );
  }
  refuseNewer(directory);
  let reading: JournalReading;
  try {
    reading = verifyJournal(directory);
  } catch (error) {
    throw usageError("journal-not-readable", `${path} cannot be read: ${messageOf(error)}`);
  }
  // Every writer makes the head first: without it even an empty file is not one of a drill.
  if (reading.entries.length === 0 && reading.head === null) {
    throw usageError(
      "not-a-journal",
      `${path} is not a drill's journal: it holds no entry and has no ${HEAD_FILE}`,
      "name the directory that a drill wrote to with --journal DIR",
    );
  }
  refuseNewerRecords(directory, reading);
  return reading;
}

function refuseNewerRecords(directory: string, { entries }: JournalReading): void {
  for (const entry of entries.filter(({ type }) => type === "record")) {
    const version = recordVersionSchema.safeParse(entry).data?.record.schemaVersion ?? 1;
    if (version <= 1) continue;
    throw usageError(
      "journal-newer",
      `entry ${entry.seq} of the journal in ${directory} holds a record of schema version ${version}`,
      "use the Backout that wrote it or a later one",
    );
  }
}
