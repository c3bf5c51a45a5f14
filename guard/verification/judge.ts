/** Whether a homecoming did what it was for: a pure function of everything that one look could see. */
import { type SignalAlarm, signalEntries, type SlotAlarms } from "../alarms.ts";
import { otherSlot, type Slot } from "../slot.ts";
import type { LiveTraffic } from "../traffic.ts";
import { type Check, CheckOutcome } from "./check.ts";
import type { Failures } from "./failures.ts";
import { failurePercent, percent, renderShare } from "./share.ts";

/** Read at one look; null is what could not be read. */
export interface AfterSight {
  readonly home: Slot;
  readonly live: LiveTraffic | null;
  /** Of the home slot. */
  readonly healthyTargets: number | null;
  readonly homeAlarms: SlotAlarms | null;
  /** Of the slot that was left: what called for the reversion is among them. */
  readonly leftAlarms: SlotAlarms | null;
  /** Over complete minutes since the traffic was seen at home. */
  readonly homeTraffic: Failures | null;
  readonly leftTraffic: Failures | null;
  readonly smoke: readonly Check[];
  readonly minimumRequests: number;
}

export function judgeHomecoming(sight: AfterSight): Check[] {
  return [
    weights(sight),
    targets(sight),
    alarm(sight),
    trigger(sight),
    errorRate(sight),
    ...sight.smoke.map((check) => ({ ...check, name: `smoke check ${check.name}` })),
  ];
}

function weights({ live, home }: AfterSight): Check {
  const name = "weights";
  if (!live) return unreadable(name, "the listener");
  const left = otherSlot(home);
  if (live.weights[home] === 0 || live.weights[left] > 0) {
    const { blue, green } = live.weights;
    return bad(name, `blue ${blue}, green ${green}: not all traffic is on slot ${home}`);
  }
  // A sticky cookie beats a weight.
  if (live.sticky) return bad(name, `the listener is sticky: users may be held on slot ${left}`);
  return good(name, `all traffic is on slot ${home}`);
}

function targets({ healthyTargets, home }: AfterSight): Check {
  const name = "targets";
  if (healthyTargets === null) return unreadable(name, `the targets of slot ${home}`);
  if (healthyTargets === 0) return bad(name, `slot ${home} has no healthy target`);
  return good(name, `slot ${home} has ${healthyTargets} healthy`);
}

function alarm({ homeAlarms, home }: AfterSight): Check {
  const name = "alarm";
  if (!homeAlarms) return unreadable(name, `the alarms of slot ${home}`);
  const { state, name: guard } = homeAlarms.guard;
  if (state === "ALARM") {
    const which = inAlarm(homeAlarms).map((signal) => signal.name);
    return bad(name, `${guard} is in ALARM: ${which.join(", ") || homeAlarms.guard.reason}`);
  }
  return state === "OK"
    ? good(name, `${guard} is OK`)
    : { name, outcome: CheckOutcome.Inconclusive, says: `${guard} is ${state}` };
}

/**
 * A slot without traffic brings its alarms back to OK by silence, and keeps the one over its missing
 * targets in ALARM: neither says anything of its release, nor hurts a user.
 */
function trigger({ leftAlarms, leftTraffic, home }: AfterSight): Check {
  const name = "trigger";
  const left = otherSlot(home);
  if (!leftAlarms) return unreadable(name, `the alarms of slot ${left}`);
  const ofTraffic = inAlarm(leftAlarms).filter((one) => one.name !== leftAlarms.unhealthy.name);
  if (ofTraffic.length > 0) {
    const says = `still in ALARM: ${ofTraffic.map((one) => one.name).join(", ")}`;
    return { name, outcome: CheckOutcome.Inconclusive, says };
  }
  if (leftAlarms.unhealthy.state === "ALARM") {
    const says = `slot ${left} still has no healthy target, and no traffic is sent there`;
    return { name, outcome: CheckOutcome.Idle, says };
  }
  if (!leftTraffic) return unreadable(name, `the requests of slot ${left}`);
  if (leftTraffic.requests === 0) {
    const says = `the alarms of slot ${left} are not in ALARM, for want of traffic: that proves nothing of its release`;
    return { name, outcome: CheckOutcome.Idle, says };
  }
  return good(name, `the alarms of slot ${left} recovered; ${renderShare(leftTraffic)}`);
}

function errorRate({ homeTraffic, homeAlarms, home, minimumRequests }: AfterSight): Check {
  const name = "error rate";
  if (!homeTraffic) return unreadable(name, `the requests of slot ${home}`);
  if (!homeAlarms) return unreadable(name, `the threshold of slot ${home}`);
  const needed = Math.max(1, minimumRequests);
  const { requests } = homeTraffic;
  if (requests < needed) {
    const seen = requests === 0 ? "no request" : `only ${requests} requests`;
    const says = `slot ${home} answered ${seen} in complete minutes since, ${needed} are needed`;
    return { name, outcome: CheckOutcome.Inconclusive, says };
  }
  const { threshold } = homeAlarms.errors;
  const says = `${renderShare(homeTraffic)}; allowed ${percent(threshold)}`;
  return failurePercent(homeTraffic) > threshold ? bad(name, says) : good(name, says);
}

function inAlarm(alarms: SlotAlarms): SignalAlarm[] {
  return signalEntries(alarms).flatMap(([, signal]) => (signal.state === "ALARM" ? [signal] : []));
}

function good(name: string, says: string): Check {
  return { name, outcome: CheckOutcome.Good, says };
}

function bad(name: string, says: string): Check {
  return { name, outcome: CheckOutcome.Bad, says };
}

function unreadable(name: string, what: string): Check {
  return { name, outcome: CheckOutcome.Error, says: `${what} could not be read` };
}
