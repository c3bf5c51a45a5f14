/** One check of a verification: what it came to, in one word and one line. */
import { z } from "zod";

/**
 * `inconclusive`: too little was seen. `error`: it could not be looked at. `idle`: there is nothing
 * to see, and nobody is hurt by it; it counts neither for nor against.
 */
export const CheckOutcome = {
  Good: "good",
  Bad: "bad",
  Inconclusive: "inconclusive",
  Error: "error",
  Idle: "idle",
} as const;
export type CheckOutcome = (typeof CheckOutcome)[keyof typeof CheckOutcome];

export const checkSchema = z.object({
  name: z.string(),
  outcome: z.enum(CheckOutcome),
  /** What was seen, with its figures. */
  says: z.string(),
});
export type Check = z.infer<typeof checkSchema>;

/** What a whole verification comes to: one of the four outcomes of a measurement. */
export const VerificationOutcome = {
  Good: CheckOutcome.Good,
  Bad: CheckOutcome.Bad,
  Inconclusive: CheckOutcome.Inconclusive,
  Error: CheckOutcome.Error,
} as const;
export type VerificationOutcome = (typeof VerificationOutcome)[keyof typeof VerificationOutcome];

/** Good only when every check that counts is; what is known to be bad goes before what is not known. */
export function overall(checks: readonly Check[]): VerificationOutcome {
  const has = (outcome: CheckOutcome): boolean => checks.some((one) => one.outcome === outcome);
  if (has(CheckOutcome.Bad)) return VerificationOutcome.Bad;
  if (has(CheckOutcome.Error)) return VerificationOutcome.Error;
  if (has(CheckOutcome.Inconclusive)) return VerificationOutcome.Inconclusive;
  return has(CheckOutcome.Good) ? VerificationOutcome.Good : VerificationOutcome.Inconclusive;
}

/** Those that keep a verification from being good, as sentences. */
export function notGood(checks: readonly Check[]): string[] {
  return checks
    .filter(({ outcome }) => outcome !== CheckOutcome.Good && outcome !== CheckOutcome.Idle)
    .map(({ name, says }) => `${name}: ${says}`);
}
