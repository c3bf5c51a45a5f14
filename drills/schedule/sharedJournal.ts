/** One journal for drills in several environments at once; between drills nobody holds it. */
import type { Journal } from "../journal/journal.ts";

export interface SharedJournal {
  /**
   * Opened by the first that takes it.
   *
   * @throws BackoutError as `open` does, `journal-in-use` among them
   */
  take(): Promise<Journal>;
  /** Closed when the last that took it gives it back. */
  giveBack(): void;
}

export function sharedJournal(open: () => Promise<Journal>): SharedJournal {
  let journal: Promise<Journal> | undefined;
  let holders = 0;
  const giveBack = (): void => {
    holders--;
    if (holders > 0) return;
    const last = journal;
    journal = undefined;
    // One that could not be opened has told whoever took it.
    void last?.then(
      (opened) => opened.close(),
      () => {},
    );
  };
  return {
    async take() {
      holders++;
      journal ??= open();
      try {
        return await journal;
      } catch (error) {
        giveBack();
        throw error;
      }
    },
    giveBack,
  };
}
