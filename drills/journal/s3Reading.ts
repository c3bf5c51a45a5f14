/** Reads a journal in S3 whole: never writes there. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { usageError } from "../../base/errors.ts";
import { HEAD_FILE, JOURNAL_FILE, JOURNAL_SCHEMA_VERSION } from "./journalEntry.ts";
import { type JournalReading, readingOf } from "./journalVerify.ts";
import type { S3Objects, StoredHead } from "./s3Objects.ts";

export interface S3Reading {
  readonly reading: JournalReading;
  /** Undefined where there is none to go by. */
  readonly head: StoredHead | undefined;
  /** There is neither a head nor an entry. */
  readonly isEmpty: boolean;
}

/** @throws BackoutError `journal-newer`, `journal-no-bucket`, `journal-not-allowed`, `journal-not-reached` */
export async function readS3(objects: S3Objects, text: string): Promise<S3Reading> {
  const { lines, head, isEmpty } = await fetchS3(objects, text);
  return { reading: readingOf(Buffer.from(lines), head?.head ?? null), head, isEmpty };
}

/**
 * The same journal in a directory, for whoever reads directories.
 *
 * @throws BackoutError as `readS3` does, and `no-journal`
 */
export async function copyS3(objects: S3Objects, text: string, directory: string): Promise<void> {
  const { lines, head, isEmpty } = await fetchS3(objects, text);
  if (isEmpty) {
    throw usageError(
      "no-journal",
      `there is no journal in ${text}`,
      "name the place that a drill wrote to with --journal s3://BUCKET/PREFIX",
    );
  }
  writeFileSync(join(directory, JOURNAL_FILE), lines);
  if (head) writeFileSync(join(directory, HEAD_FILE), `${JSON.stringify(head.head)}\n`);
}

async function fetchS3(
  objects: S3Objects,
  text: string,
): Promise<{ lines: string; head: StoredHead | undefined; isEmpty: boolean }> {
  // The head first: whatever it names has been written by then.
  const found = await objects.head();
  const head = found === "broken" ? undefined : found;
  const version = head?.head.schemaVersion ?? 1;
  if (version > JOURNAL_SCHEMA_VERSION) {
    throw usageError(
      "journal-newer",
      `the journal ${text} has schema version ${version}, this Backout knows version ` +
        `${JOURNAL_SCHEMA_VERSION}`,
      "use the Backout that wrote it or a later one, or another place with --journal",
    );
  }
  const lines = await objects.lines(1);
  return { lines, head, isEmpty: found === undefined && lines === "" };
}
