/** A real reversion as an incident: from the environment's record, and from metrics where they answer. Pure. */
import { withoutArns } from "../../../guard/alarmNames.ts";
import { signalEntries } from "../../../guard/alarms.ts";
import { Outcome } from "../../../guard/reversion.ts";
import { FAST_SIGNALS } from "../../../guard/signals.ts";
import { otherSlot } from "../../../guard/slot.ts";
import { detectionFloor, evaluationCadenceMs } from "../../../judge/detection.ts";
import { clockNote, utc, weightsText } from "../text.ts";
import type { Detection, Fact, Impact, Incident, Unknown } from "./incident.ts";
import {
  failedIn,
  HALF_MINUTE_MS as HALF_MS,
  requestsIn,
  type Trouble,
  troubleIn,
} from "./minutes.ts";
import { reversionActions } from "./reversionActions.ts";
import { reversionUnknown, wentBadly, wentWell } from "./reversionFindings.ts";
import { reversionLuck } from "./reversionLuck.ts";
import { reversionRunbook } from "./reversionRunbook.ts";
import { intervalsOf, timelineOf } from "./reversionTimeline.ts";
import {
  isStillLatched,
  releaseOf,
  type ReversionSight,
  rolloutOf,
  type Stamps,
  stampsOf,
} from "./sight.ts";
import { unnamed } from "./unnamed.ts";

export interface Told extends ReversionSight {
  readonly stamps: Stamps;
  readonly trouble: Trouble | null;
  /** From the middle of the first bad minute; null when either end is not known. */
  readonly detectMs: number | null;
}

export function reversionIncident(sight: ReversionSight): Incident {
  const stamps = stampsOf(sight);
  const trouble = "problem" in sight.minutes ? null : troubleIn(sight.minutes);
  const detectMs =
    trouble && stamps.alarmMs !== null ? stamps.alarmMs - trouble.firstMs - HALF_MS : null;
  const told: Told = { ...sight, stamps, trouble, detectMs };
  const { reversion, clock } = sight;
  return {
    kind: "reversion",
    id: reversion.id,
    environment: reversion.environment,
    title: `reversion ${reversion.id} of ${reversion.environment}`,
    outcome: unnamed(outcomeOf(told)),
    warnings: [],
    facts: factsOf(told),
    timeline: timelineOf(told),
    clock:
      clock.speed === 0
        ? "The environment's clock is moved by hand: the guard's own stamps are wall times and have no place in it, so they are left out."
        : clockNote(clock.speed),
    intervals: intervalsOf(told),
    impact: impactOf(told),
    detection: detectionOf(told),
    well: wentWell(told),
    poorly: wentBadly(told),
    luck: reversionLuck(told, detectionOf(told)),
    unknown: reversionUnknown(told),
    actions: reversionActions(told, detectionOf(told)),
    runbook: reversionRunbook(told),
    source: `The record of ${reversion.environment}, version ${sight.record.version}, and its entry of this reversion.`,
  };
}

const OUTCOMES: Readonly<Record<Outcome, (left: string, home: string) => string>> = {
  reverted: (left, home) =>
    `The guard moved all traffic from slot ${left} to slot ${home} by itself`,
  "already-home": (left, home) =>
    `Slot ${left} was bad, and all traffic was on slot ${home} already`,
  notified: (left) => `Slot ${left} was bad; nothing was moved, and people were told`,
  refused: (left, home) =>
    `Slot ${left} was bad, and the traffic was not moved because slot ${home} could not take it`,
  failed: (left) => `Slot ${left} was bad, and the traffic could not be moved`,
};

function outcomeOf({ reversion }: Told): string {
  const { outcome, alarm, why } = reversion;
  return `${OUTCOMES[outcome](alarm.slot, otherSlot(alarm.slot))}: ${withoutArns(why)}.`;
}

function factsOf(told: Told): Fact[] {
  const { reversion, verification } = told;
  const { alarm, weightsBefore, weightsAfter, path } = reversion;
  const rollout = rolloutOf(told);
  return [
    {
      name: "What",
      value:
        `slot ${alarm.slot}, release ${releaseOf(told) ?? "not known any more"}` +
        (rollout ? `, rollout ${rollout.id}` : ""),
    },
    { name: "Asked by", value: `${alarm.name}: ${withoutArns(alarm.reason) || "no reason given"}` },
    { name: "When", value: utc(reversion.decidedAt) },
    {
      name: "Weights",
      value: `${weightsText(weightsBefore)} before, ${weightsText(weightsAfter)} after`,
    },
    { name: "Way home", value: path },
    { name: "Verified", value: verification ? verification.outcome : "not known" },
    {
      name: "Latch",
      value: isStillLatched(told)
        ? `slot ${alarm.slot} is shut`
        : "this reversion shuts no slot any more",
    },
    { name: "Reversion", value: reversion.id },
  ];
}

function impactOf({ trouble, minutes, reversion }: Told): Impact | Unknown {
  if ("problem" in minutes) {
    return {
      unknown: `The record does not count requests, and the metrics did not answer: ${minutes.problem}.`,
    };
  }
  const { slot } = reversion.alarm;
  if (minutes.length === 0) {
    return {
      unknown:
        "The record does not count requests, and CloudWatch has no minute of it any more, or never had one (on AWS minutes are kept for 15 days).",
    };
  }
  if (!trouble) {
    return {
      unknown:
        `The record does not count requests, and the load balancer counted no failed one of slot ${slot} in the hour ` +
        "before: what alarmed was something else, and what that did to users is not measured.",
    };
  }
  return {
    requests: requestsIn(trouble.minutes),
    failed: failedIn(trouble.minutes),
    slow: null,
    spanMs: trouble.untilMs - trouble.firstMs,
    badForMs: trouble.untilMs - trouble.firstMs,
    notes: [
      `Requests of users by the load balancer's count, both slots, from ${utc(new Date(trouble.firstMs).toISOString())} to ` +
        `${utc(new Date(trouble.untilMs).toISOString())}; failed are 5xx of slot ${slot} and connections that it refused.`,
      "Whole minutes: the first and the last one also count what was good in them.",
    ],
  };
}

function detectionOf({ alarms, deliveryDelayMs, detectMs, reversion }: Told): Detection {
  const actual =
    detectMs === null || detectMs < -HALF_MS
      ? null
      : { leastMs: Math.max(0, detectMs - HALF_MS), mostMs: detectMs + HALF_MS };
  const notes = [
    actual
      ? "The beginning is known to the minute in which the first request failed, hence the range."
      : "When the trouble began is not known: the record begins with the alarm.",
  ];
  const bad = (reversion.explanation?.signals ?? []).filter(({ state }) => state === "ALARM");
  const bounds =
    "problem" in alarms
      ? []
      : signalEntries(alarms)
          .filter(([signal]) => bad.some((one) => one.signal === signal))
          .map(([signal, { periodSeconds, datapointsToAlarm }]) =>
            detectionFloor({
              periodSeconds,
              datapointsToAlarm,
              deliveryDelayMs: FAST_SIGNALS.some((fast) => fast === signal)
                ? 0
                : (deliveryDelayMs ?? 0),
              onsetMs: 0,
              timeToBreachMs: 0,
              cadenceMs: evaluationCadenceMs(periodSeconds),
            }),
          );
  if (bounds.length === 0) {
    const why =
      "problem" in alarms ? alarms.problem : "no alarm is on record as the one that was in ALARM";
    return {
      floorMs: null,
      worstMs: null,
      actual,
      notes: [...notes, `Best and worst case are not known: ${why}.`],
    };
  }
  const names = bad.map(({ signal }) => signal).join(", ");
  return {
    floorMs: Math.min(...bounds.map(({ detect }) => detect)),
    worstMs: Math.min(...bounds.map(({ detectWorst }) => detectWorst)),
    actual,
    notes: [
      ...notes,
      `Best and worst case of ${names} as configured now, for a fault that is strong enough to breach at once` +
        `${deliveryDelayMs === null ? ", without the metrics' delay, which nobody knows" : ""}.`,
    ],
  };
}
