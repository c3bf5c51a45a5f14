/** Whether everybody is to get the static answer: a pure function of what a round has seen. */
import { binomialTail } from "../../judge/exactTests.ts";
import { type Slot, SLOTS, type Weights } from "../slot.ts";
import { ALPHA, LEAST_PROBES, type SlotProbes } from "../watchdog/judge.ts";
import { type LastResortState, SWITCHES_KEPT } from "./state.ts";

/** What is not known is neither: it switches nothing on, and nothing off. */
export const Side = { Good: "good", Bad: "bad", Unknown: "unknown" } as const;
export type Side = (typeof Side)[keyof typeof Side];

export interface LastResortTimes {
  /** Milliseconds of the environment's clock for which no side must have been fit. */
  readonly afterMs: number;
  /** And for which every side with traffic must have been good, before requests go there again. */
  readonly untilMs: number;
}

export interface LastResortSight {
  readonly state: LastResortState;
  readonly sides: Readonly<Record<Slot, Side>>;
  /** Null when the listener could not be read: then both sides count as serving. */
  readonly weights: Weights | null;
  /** This round would have moved the traffic, and could not. */
  readonly isStuck: boolean;
  readonly nowMs: number;
}

export interface LastResortDecision {
  /** Null: as it is. */
  readonly turn: "on" | "off" | null;
  readonly why: string;
  /** What is remembered from now on. */
  readonly next: LastResortState;
}

/**
 * A side without a healthy target can serve nobody. Otherwise its probes decide, by themselves and
 * not beside the other side's: both may be bad.
 *
 * @param healthyTargets null when they could not be read
 */
export function sideOf(
  healthyTargets: number | null,
  probes: SlotProbes | undefined,
  errorRatePercent: number,
): Side {
  if (healthyTargets === 0) return Side.Bad;
  if (!probes || probes.answers < LEAST_PROBES || probes.unconnected === probes.answers) {
    return Side.Unknown;
  }
  if (probes.failures * 100 <= errorRatePercent * probes.answers) {
    return healthyTargets === null ? Side.Unknown : Side.Good;
  }
  return binomialTail(probes, errorRatePercent / 100) <= ALPHA ? Side.Bad : Side.Unknown;
}

/**
 * On when all that serves has been bad for `afterMs`, and the traffic could not leave it: the other
 * side is bad too, or the move failed. Off when all that serves has been good for `untilMs`. What a
 * person switched stays: on until a person ends it, off until a side was good once.
 */
export function decideLastResort(
  sight: LastResortSight,
  { afterMs, untilMs }: LastResortTimes,
): LastResortDecision {
  const { state, sides, weights, isStuck, nowMs } = sight;
  const serving = SLOTS.filter((slot) => !weights || weights[slot] > 0);
  const isWell = serving.length > 0 && serving.every((slot) => sides[slot] === Side.Good);
  const noneLeft = isStuck || SLOTS.every((slot) => sides[slot] === Side.Bad);
  const isHopeless = noneLeft && serving.every((slot) => sides[slot] === Side.Bad);
  const now = new Date(nowMs).toISOString();
  const isKnown = isWell || serving.some((slot) => sides[slot] !== Side.Unknown);
  const next: LastResortState = {
    ...state,
    // A round that could see nothing leaves the time of trouble running, and ends that of health.
    badSince: isHopeless ? (state.badSince ?? now) : isKnown ? null : state.badSince,
    wellSince: isWell ? (state.wellSince ?? now) : null,
    heldOff: state.heldOff && !isWell,
  };
  const said = SLOTS.map((slot) => `slot ${slot} is ${sides[slot]}`).join(", ");
  const none = { turn: null, why: said, next };
  if (state.on) {
    if (!isWell || state.on.by === "person" || !lasts(next.wellSince, nowMs, untilMs)) return none;
    const why = `${said}: all that gets traffic has been good since ${next.wellSince}`;
    return { turn: "off", why, next: switchedTo(false, "watchdog", why, next, now) };
  }
  if (!isHopeless || state.heldOff || !lasts(next.badSince, nowMs, afterMs)) return none;
  const stuck = isStuck ? ", and the traffic could not be moved" : "";
  const why = `${said}${stuck}; no side has been fit since ${next.badSince}`;
  return { turn: "on", why, next: switchedTo(true, "watchdog", why, next, now) };
}

/** @param at the environment's clock, ISO 8601 */
export function switchedTo(
  on: boolean,
  by: "watchdog" | "person",
  why: string,
  state: LastResortState,
  at: string,
): LastResortState {
  return {
    ...state,
    on: on ? { at, by, why } : null,
    heldOff: !on && by === "person",
    wellSince: null,
    badSince: on ? state.badSince : null,
    switched: [{ at, on, by, why }, ...state.switched].slice(0, SWITCHES_KEPT),
  };
}

function lasts(since: string | null, nowMs: number, ms: number): boolean {
  return since !== null && nowMs - Date.parse(since) >= ms;
}
