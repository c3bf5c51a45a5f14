/** One measured recovery: how long it took, or for how long there was none. */

export interface Observation {
  /** Nominal milliseconds, 0 or more. */
  readonly ms: number;
  /** Right-censored: it took longer than `ms`, by how much is not known. */
  readonly censored: boolean;
}

/** The confidence of every interval and bound of a report. */
export const CONFIDENCE = 0.95;

/** Two-sided level of its tests. */
export const LEVEL = 0.05;
