/** One writer per journal. */
import { join } from "node:path";
import { environmentError } from "../../base/errors.ts";
import { lockFile } from "../../base/fileLock.ts";

/**
 * Takes the lock and returns what releases it.
 *
 * @throws BackoutError `journal-in-use` while another live process holds it.
 */
export function lockJournal(directory: string): () => void {
  return lockFile(join(directory, "journal.lock"), (holder) =>
    environmentError(
      "journal-in-use",
      `the journal in ${directory} is being written by ${holder}`,
      "wait until that drill ends, or give this one a journal of its own with --journal",
    ),
  );
}
