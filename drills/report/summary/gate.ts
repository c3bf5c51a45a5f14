/** What a pipeline asks: has every way home been shown to work lately, and fast enough? */
import type { SummaryModel } from "./model.ts";

export interface GateResult {
  readonly passed: boolean;
  /** Why it did not, each a sentence that names environment and path. */
  readonly missing: readonly string[];
}

export function gate({ freshness }: SummaryModel): GateResult {
  const missing = freshness.flatMap(({ whyNot }) => whyNot ?? []);
  // Nothing owed is nothing shown.
  if (freshness.length === 0) missing.push("no drill of any environment is in this journal");
  return { passed: missing.length === 0, missing };
}
