/** The guard's decision over one alarm: a pure function of what is known at that moment. */
import type { Homecoming } from "./homecoming.ts";
import { type EnvironmentRecord, Phase } from "./record.ts";
import { OnBad } from "./rollout/rollout.ts";
import { shiftOf } from "./sentinelEvent.ts";
import { otherSlot, type Slot, type Weights } from "./slot.ts";

export interface Situation {
  readonly alarm: {
    readonly slot: Slot;
    readonly state: string;
    /** CloudWatch's stamp of the state, milliseconds; null when the event has none. */
    readonly stateMs: number | null;
    /** Of a sentinel in an alarm's place: which shift it judged (`shiftOf`). */
    readonly shift?: string;
    /** By the watchdog in an alarm's place; it too names the shift, where a record told it. */
    readonly seenBy?: "watchdog";
  };
  /** `unreachable` when the record store did not answer in time. */
  readonly record: EnvironmentRecord | "unreachable";
  readonly weights: Weights;
  /** All traffic is where they brought it home to, by the listener's own mark (`homecoming.ts`). */
  readonly broughtHome: Homecoming | null;
  readonly healthyTargets: Readonly<Record<Slot, number>>;
  /** State of the other slot's guard alarm; null when it could not be read. */
  readonly otherAlarm: string | null;
}

export type Decision =
  | {
      readonly action: "revert";
      readonly from: Slot;
      readonly to: Slot;
      readonly why: string;
      /** The weights are already there; only the latch and the record may be missing. */
      readonly alreadyHome: boolean;
    }
  | { readonly action: "notify" | "refuse" | "nothing"; readonly why: string };

/**
 * An alarm reverts only while its slot is the candidate (shifting or baking) or is latched; for any
 * other slot people are told. Traffic never goes to a side without healthy targets. With the record
 * store down the weights decide: a slot that carries traffic and alarms is left, if the other side
 * can take it and does not alarm itself. Without that an outage of both sides would send the traffic
 * to and fro, for no latch can be written. Nor is a slot left to which the traffic was brought home: it is
 * the stable one, and the other may be latched. A sentinel only knows that the candidate is worse than
 * the stable slot: without the record, which says which is which, it moves nothing.
 */
export function decide(situation: Situation): Decision {
  const { alarm, record, weights, healthyTargets } = situation;
  const { slot } = alarm;
  const other = otherSlot(slot);
  if (alarm.state !== "ALARM") {
    return { action: "nothing", why: `the alarm of slot ${slot} is ${alarm.state}` };
  }

  if (record === "unreachable" && alarm.shift !== undefined && alarm.seenBy === undefined) {
    return {
      action: "refuse",
      why: `the sentinel of slot ${slot} calls, but the record is unreachable: is it the candidate?`,
    };
  }
  if (record !== "unreachable" && isOlderThanRollout(alarm, record)) {
    return {
      action: "notify",
      why: `slot ${slot} alarmed, but before it became the candidate: a late event`,
    };
  }
  if (
    record !== "unreachable" &&
    record.candidate === slot &&
    record.rollout?.onBad === OnBad.Hold
  ) {
    return {
      action: "notify",
      why: `slot ${slot} alarms, and its rollout is to be held, not reverted`,
    };
  }
  const mayLeave = slotMayBeLeft(record, alarm, weights);
  if (!mayLeave.allowed) return { action: "notify", why: mayLeave.why };

  const alreadyHome = weights[slot] === 0 && weights[other] > 0;
  if (!alreadyHome && healthyTargets[other] === 0) {
    return {
      action: "refuse",
      why: `slot ${slot} alarms, but slot ${other} has no healthy target to take the traffic`,
    };
  }
  if (record === "unreachable" && situation.broughtHome !== null) {
    return {
      action: "refuse",
      why:
        `slot ${slot} alarms and the record is unreachable, but the traffic was brought home to it: ` +
        `slot ${other} may be latched`,
    };
  }
  if (record === "unreachable" && situation.otherAlarm !== "OK") {
    return {
      action: "refuse",
      why:
        `slot ${slot} alarms and the record is unreachable, but the alarm of slot ${other} is ` +
        `${situation.otherAlarm ?? "unreadable"}: nothing says that it is the better one`,
    };
  }
  return { action: "revert", from: slot, to: other, why: mayLeave.why, alreadyHome };
}

/**
 * Lambda delivers an event for up to six hours: one that was held up may find another candidate in
 * the same slot. Its alarm was OK when that one began, so a later ALARM has an event of its own.
 */
function isOlderThanRollout(alarm: Situation["alarm"], record: EnvironmentRecord): boolean {
  if (record.candidate !== alarm.slot) return false;
  if (alarm.shift !== undefined) return alarm.shift !== shiftOf(record);
  if (record.armedAt === null) return false;
  return alarm.stateMs !== null && alarm.stateMs <= Date.parse(record.armedAt);
}

function slotMayBeLeft(
  record: EnvironmentRecord | "unreachable",
  { slot, shift, seenBy }: Situation["alarm"],
  weights: Weights,
): { allowed: boolean; why: string } {
  const bySentinel = shift === undefined ? "alarms" : "is bad by its sentinel";
  const alarms = seenBy === undefined ? bySentinel : `is bad by the ${seenBy}`;
  if (record === "unreachable") {
    return weights[slot] > 0
      ? {
          allowed: true,
          why: `slot ${slot} ${alarms} and carries traffic; the record is unreachable`,
        }
      : {
          allowed: false,
          why: `slot ${slot} ${alarms} and carries no traffic; record unreachable`,
        };
  }
  if (record.latch?.slot === slot) {
    return { allowed: true, why: `slot ${slot} ${alarms} and is latched` };
  }
  if (record.candidate === slot && record.phase !== Phase.Idle) {
    return {
      allowed: true,
      why: `slot ${slot} ${alarms} while it is the candidate (${record.phase})`,
    };
  }
  const role = record.stable === slot ? "the stable slot" : "idle";
  return { allowed: false, why: `slot ${slot} ${alarms}, but it is ${role}: nothing to revert` };
}
