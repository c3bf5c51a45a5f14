/** What people are told of a verification, once. */
import { formatDuration } from "../../base/duration.ts";
import { notGood, VerificationOutcome } from "./check.ts";
import type { Verification } from "./verification.ts";

/** The message to the environment's topic. */
export interface Told {
  readonly environment: string;
  readonly summary: string;
  readonly verification: Verification;
}

/** One line for the subject of a message: SNS takes 100 characters of ASCII. */
export function subjectOf(environment: string, { outcome }: Verification): string {
  const verdict = outcome === VerificationOutcome.Good ? "verified" : "NOT verified";
  return `Backout: ${environment} reversion ${verdict}`;
}

export function summaryOf(verification: Verification): string {
  const { outcome, home, left, since, lookedAt, checks } = verification;
  const what =
    verification.kind === "reversion"
      ? `the reversion from slot ${left} to slot ${home}`
      : `the return to slot ${home}`;
  if (outcome === VerificationOutcome.Good) {
    return `verified: ${what} did what it was for; ${checks.map(({ name, says }) => `${name}: ${says}`).join("; ")}`;
  }
  const after = formatDuration(Date.parse(lookedAt) - Date.parse(since));
  const asked = {
    bad: `see what is wrong with slot ${home}: it has the traffic, and there is no other release to go to`,
    inconclusive: "send it traffic or look yourself: too little was seen to say that all is well",
    error: "look yourself: the guard could not see whether all is well",
  }[outcome];
  return `NOT verified after ${after}: ${what}; ${notGood(checks).join("; ")}. Asked of you: ${asked}`;
}
