/** What the cells of a coverage matrix are called, in every form of the report. */
import { Coverage } from "../summary/model.ts";

interface State {
  readonly mark: string;
  readonly words: string;
  readonly name: string;
}

export const COVERAGE_STATES: Readonly<Record<Coverage, State>> = {
  [Coverage.Proven]: { mark: "✓", words: "proven", name: "good" },
  [Coverage.Stale]: { mark: "◷", words: "too long ago", name: "warn" },
  [Coverage.Failed]: { mark: "✗", words: "did not pass", name: "bad" },
  [Coverage.Untried]: { mark: "·", words: "never tried", name: "untried" },
  [Coverage.Closed]: { mark: "–", words: "closed by the fault", name: "untried" },
};
