/** The place of a journal where nothing is written: a dry run leaves no trace, not even a directory. */
import { defect } from "../../base/errors.ts";
import type { Journal } from "./journal.ts";

export function noJournal(directory: string): Journal {
  return {
    directory,
    entries: () => [],
    append(_runId, type) {
      throw defect(`a dry run wrote "${type}" into the journal`);
    },
    close: () => {},
  };
}
