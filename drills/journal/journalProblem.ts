/** What is wrong with a journal. */
export interface JournalProblem {
  readonly kind: "changed" | "missing" | "reordered" | "truncated" | "head";
  /** The entry it was found at; 0 when it concerns the whole journal. */
  readonly seq: number;
  readonly detail: string;
}
