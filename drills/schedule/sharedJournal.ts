/** One journal for drills in several environments at once; between drills nobody holds it. */
import type { Clock } from "../../base/clock.ts";
import { type Journal, openJournal } from "../journal/journal.ts";

export interface SharedJournal {
  /**
   * Opened by the first that takes it.
   *
   * @throws BackoutError as `openJournal` does, `journal-in-use` among them
   */
  take(): Journal;
  /** Closed when the last that took it gives it back. */
  giveBack(): void;
}

export function sharedJournal(directory: string, clock: Clock): SharedJournal {
  let journal: Journal | undefined;
  let holders = 0;
  return {
    take() {
      journal ??= openJournal(directory, clock);
      holders++;
      return journal;
    },
    giveBack() {
      holders--;
      if (holders > 0) return;
      journal?.close();
      journal = undefined;
    },
  };
}
