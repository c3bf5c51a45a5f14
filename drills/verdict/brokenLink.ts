/** Which link of the way home failed: a pure judgement of evidence that was read, never of what was told. */
import { Outcome } from "../../guard/reversion.ts";
import type { Slot } from "../../guard/slot.ts";
import { BrokenLink } from "./record.ts";

/** What the evidence is gathered about. */
export interface LinkQuestion {
  /** The slot that was broken. */
  readonly slot: Slot;
  /** The slot that the traffic should have come back to. */
  readonly home: Slot;
  /** Nominal time at which the fault began to act. */
  readonly sinceMs: number;
  /** Reversions that were there before. */
  readonly knownReversionIds: readonly string[];
}

/** Null: it could not be read. */
export interface LinkEvidence {
  /** The guard alarm went to ALARM after the fault began. */
  readonly alarmTransitioned: boolean | null;
  /** Its actions are enabled and one of them is the guard's function. */
  readonly actionInPlace: boolean | null;
  /** Actions that CloudWatch says failed. */
  readonly failedActions: readonly string[];
  readonly functionExists: boolean | null;
  /** The function's resource policy lets CloudWatch alarms invoke it for this alarm. */
  readonly invokePermitted: boolean | null;
  /** By AWS/Lambda's Errors or by error lines in its log group. */
  readonly functionErrored: boolean | null;
  /** What the guard recorded of this alarm. */
  readonly outcomes: readonly Outcome[];
  /** All weight is on the home slot. */
  readonly weightsHome: boolean | null;
}

/** The first link of the chain that the evidence shows broken; null when it shows none. */
export function brokenLink(evidence: LinkEvidence): BrokenLink | null {
  // Weights that came home leave only what carries the requests.
  if (evidence.weightsHome === true) return BrokenLink.DataPlane;
  // The guard wrote that it was called: everything before it works.
  if (evidence.outcomes.length > 0) return BrokenLink.Weights;
  if (evidence.alarmTransitioned === false) return BrokenLink.Alarm;
  if (evidence.actionInPlace === false) return BrokenLink.AlarmAction;
  if (evidence.functionExists === false) return BrokenLink.Function;
  if (evidence.invokePermitted === false) return BrokenLink.Permission;
  if (evidence.functionErrored === true) return BrokenLink.Function;
  // An action that failed, though the policy could not be read: a refusal is what fails it.
  if (evidence.failedActions.length > 0) {
    return evidence.invokePermitted === null ? BrokenLink.Permission : BrokenLink.Function;
  }
  const allElseWorks =
    evidence.alarmTransitioned === true &&
    evidence.actionInPlace === true &&
    evidence.invokePermitted === true;
  if (!allElseWorks) return null;
  // No error and no record: it was not run (throttled, concurrency 0) or ended without a word.
  return evidence.functionErrored === null ? null : BrokenLink.Function;
}

/** What the record's reason says of a link. */
export function explainLink(link: BrokenLink | null): string {
  return link === null ? "the evidence names no broken link" : EXPLANATIONS[link];
}

const EXPLANATIONS: Readonly<Record<BrokenLink, string>> = {
  alarm: "the guard alarm never went to ALARM",
  "alarm-action":
    "the guard alarm went to ALARM, but the guard's function is not among its enabled actions",
  permission: "the guard's function does not permit CloudWatch alarms to invoke it",
  function: "the guard's function did not do its work",
  weights: "the guard ran, but the weights were not moved",
  "data-plane": "the weights are back, but bad responses kept coming",
};
