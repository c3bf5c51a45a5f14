/** What people are told of a reversion, in five answers: a pure rendering of the audit trail's entry. */
import { otherSlot, type Slot, type Weights } from "../slot.ts";
import { Outcome, type Reversion, ReversionPath } from "../reversion.ts";

/** PagerDuty's words for severity; the others follow them. */
export const Severity = {
  Critical: "critical",
  Error: "error",
  Warning: "warning",
  Info: "info",
} as const;
export type Severity = (typeof Severity)[keyof typeof Severity];

export interface Notice {
  readonly environment: string;
  readonly severity: Severity;
  /** One line: which environment, and what became of it. */
  readonly headline: string;
  /** Whom it hurt: the share of new requests that went to the bad slot. */
  readonly impact: string;
  /** What was seen, and what was done about it. */
  readonly done: string;
  /** What a person should do. */
  readonly asked: string;
  /** When it should be over, or why nobody can say. */
  readonly over: string;
  /** The same for everything that is about one trouble, so that receivers can put it together. */
  readonly key: string;
  /** Nothing is left to do: receivers that keep incidents may close this one. */
  readonly resolved: boolean;
  /** Wall time, ISO 8601. */
  readonly at: string;
}

/**
 * A load balancer keeps a connection open for this long without a byte, so a request that was under
 * way when the weights moved has ended by then (ALB's `idle_timeout.timeout_seconds`, default 60).
 */
const IDLE_TIMEOUT_MS = 60_000;

const DONE: Readonly<Record<Outcome, string>> = {
  reverted: "all new requests go to the other slot",
  "already-home": "all new requests went to the other slot already",
  notified: "nothing was moved",
  refused: "nothing was moved: it could have made things worse",
  failed: "the traffic could NOT be moved",
};

const SEVERITY: Readonly<Record<Outcome, Severity>> = {
  reverted: Severity.Error,
  "already-home": Severity.Warning,
  notified: Severity.Warning,
  refused: Severity.Critical,
  failed: Severity.Critical,
};

const PATHS: Readonly<Partial<Record<ReversionPath, string>>> = {
  sentinel: "by the candidate's sentinel, not by an alarm",
  reconcile:
    "by the look that the guard takes every minute: an alarm's event was lost or came too early",
  watchdog: "by the second way home: look why the first had not acted",
};

export function noticeOf(reversion: Reversion): Notice {
  const { environment, outcome, alarm, path, why } = reversion;
  const how = PATHS[path];
  return {
    environment,
    severity: SEVERITY[outcome],
    headline: `${environment}: slot ${alarm.slot} is bad, ${DONE[outcome]}`,
    impact: impactOf(alarm.slot, reversion.weightsBefore),
    done: [why, alarm.reason, ...(how === undefined ? [] : [how])]
      .filter((part) => part !== "")
      .join("; "),
    asked: askedOf(reversion),
    over: overAt(reversion),
    // Not the reversion's id: a failed one, its retry and its success are one trouble.
    key: troubleKey(environment, alarm.slot),
    resolved: false,
    at: reversion.decidedAt,
  };
}

/** Of everything that is about one bad slot. */
export function troubleKey(environment: string, slot: Slot): string {
  return `backout/${environment}/${slot}`;
}

/** An idle slot that is kept without tasks alarms whenever it is put to rest: nobody is paged for that. */
export function isAsleep(
  { outcome, alarm, weightsBefore }: Reversion,
  idleCount: number | null,
): boolean {
  return outcome === Outcome.Notified && idleCount === 0 && weightsBefore?.[alarm.slot] === 0;
}

function impactOf(slot: Reversion["alarm"]["slot"], weights: Weights | null): string {
  if (weights === null) return `unknown: the weights could not be read`;
  const total = weights.blue + weights.green;
  if (total === 0) return "no slot had any weight";
  const percent = Number(((100 * weights[slot]) / total).toFixed(1));
  return percent === 0
    ? `slot ${slot} got no new requests when it was looked at`
    : `slot ${slot} got ${percent} % of the new requests when it was looked at`;
}

function askedOf({ environment, outcome, alarm, escalation }: Reversion): string {
  if (escalation) return escalation.asked.join("; ");
  const status = `backout env status ${environment}`;
  const { slot } = alarm;
  if (outcome === Outcome.Failed) {
    const home = otherSlot(slot);
    return (
      `bring the traffic to slot ${home} by hand: \`backout env rollback ${environment}\`, or in the ` +
      "load balancer's console; then find out why the guard could not"
    );
  }
  if (outcome === Outcome.Refused) {
    return `decide: \`${status}\` shows both slots; mend one, or roll one back to an older release`;
  }
  if (outcome === Outcome.Notified) return `look at it: \`${status}\``;
  return `mend the release in slot ${slot}; nothing moves there until \`backout env unlatch ${environment}\``;
}

/** Nobody knows when a bad release is mended; only when its last request has ended. */
function overAt({ outcome, verifiedAt, decidedAt }: Reversion): string {
  if (outcome === Outcome.Reverted || outcome === Outcome.AlreadyHome) {
    const at = new Date(Date.parse(verifiedAt ?? decidedAt) + IDLE_TIMEOUT_MS).toISOString();
    return `by ${at} at the latest, when the requests that were under way have ended`;
  }
  return outcome === Outcome.Notified
    ? "not known: nothing was decided"
    : "not before a person acts";
}
