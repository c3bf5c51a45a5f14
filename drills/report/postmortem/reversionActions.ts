/** What to do after a real reversion: each action follows from one thing on record, which it names. */
import { Outcome, ReversionPath } from "../../../guard/reversion.ts";
import type { AnySignal } from "../../../guard/signals.ts";
import { notGood, VerificationOutcome } from "../../../guard/verification/check.ts";
import { figure } from "../text.ts";
import { word } from "./escape.ts";
import type { Action, Detection } from "./incident.ts";
import type { Told } from "./ofReversion.ts";
import { evidenceOfSignals } from "./reversionFindings.ts";
import { failedBefore, isStillLatched, releaseOf } from "./sight.ts";

/** Most urgent first. */
export function reversionActions(told: Told, detection: Detection): Action[] {
  return [
    notHome(told),
    notVerified(told),
    release(told),
    firstWay(told),
    failedCalls(told),
    detect(told, detection),
    rehearse(told),
  ].filter((action) => action !== null);
}

function notHome({ reversion }: Told): Action | null {
  const { outcome, environment, why, escalation } = reversion;
  if (outcome !== Outcome.Failed && outcome !== Outcome.Refused) return null;
  const asked = escalation ? `; asked then: ${escalation.asked.join("; ")}` : "";
  return {
    text: "Make sure that the traffic is where it should be, then remove what kept the guard from bringing it home",
    evidence: `outcome = ${outcome}: ${why}${asked}`,
    commands: [`backout env status ${word(environment)}`],
  };
}

function notVerified({ verification, reversion }: Told): Action | null {
  if (!verification || verification.outcome === VerificationOutcome.Good) return null;
  return {
    text: "Look at the slot that has the traffic now",
    evidence: `verification = ${verification.outcome}: ${notGood(verification.checks).join("; ")}`,
    commands: [`backout env status ${word(reversion.environment)}`],
  };
}

function release(told: Told): Action | null {
  const { reversion } = told;
  if (reversion.outcome !== Outcome.Reverted && reversion.outcome !== Outcome.AlreadyHome)
    return null;
  const name = releaseOf(told);
  const isShut = isStillLatched(told);
  return {
    text:
      `Find out what in ${name === null ? "the release" : `release ${name}`} made these signals bad, and add the test that would have shown it before` +
      (isShut ? "; then open the slot again" : ""),
    evidence: evidenceOfSignals(told),
    commands: isShut ? [`backout env unlatch ${word(reversion.environment)}`] : [],
  };
}

function firstWay({ reversion }: Told): Action | null {
  const { path, environment, outcome } = reversion;
  const isOther = path === ReversionPath.Watchdog || path === ReversionPath.Reconcile;
  if (!isOther || outcome !== Outcome.Reverted) return null;
  return {
    text: "Find out why the first way home did not act: another one had to, and it is slower",
    evidence: `path = ${path}`,
    commands: [`backout env status ${word(environment)}`],
  };
}

function failedCalls(told: Told): Action | null {
  const before = failedBefore(told);
  if (before.length === 0) return null;
  return {
    text: "Remove what made the earlier calls of the guard come to nothing",
    evidence: before.map(({ id, outcome, why }) => `${id} ${outcome}: ${why}`).join("; "),
    commands: [],
  };
}

function detect({ stamps }: Told, { actual }: Detection): Action | null {
  const { alarmMs, verifiedMs } = stamps;
  if (!actual || alarmMs === null || verifiedMs === null || verifiedMs < alarmMs) return null;
  if (actual.leastMs <= verifiedMs - alarmMs) return null;
  return {
    text: "Shorten detection, where most of the time went: ten-second signals, or a sentinel in the data path",
    evidence: `detected after ${figure(actual.leastMs)} to ${figure(actual.mostMs)}, home ${figure(verifiedMs - alarmMs)} after that`,
    commands: [],
  };
}

/** A drill whose fault trips the same signal. */
const DRILL_OF: Readonly<Partial<Record<AnySignal, string>>> = {
  errors: "bad-release-errors",
  fastErrors: "bad-release-errors",
  latency: "bad-release-latency",
  latencyRatio: "bad-release-latency",
  fastLatency: "bad-release-latency",
  unhealthy: "bad-release-crash",
};

function rehearse({ reversion }: Told): Action | null {
  const bad = (reversion.explanation?.signals ?? []).find(({ state }) => state === "ALARM");
  const drill = bad && DRILL_OF[bad.signal];
  if (!drill) return null;
  return {
    text: "Rehearse the same trouble on a schedule, so that its figures are measured and not remembered",
    evidence: `signal ${bad.signal} was in ALARM`,
    commands: [`backout drill run ${word(drill)} --environment ${word(reversion.environment)}`],
  };
}
