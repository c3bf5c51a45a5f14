/** What the signals of a slot say under the environment's policy, in words for a person. Pure. */
import { type SignalAlarm, signalEntries, type SlotAlarms } from "./alarms.ts";
import type { Explanation, SignalReading } from "./explanation.ts";
import type { SentinelEvent } from "./sentinelEvent.ts";
import { DEFAULT_POLICY, renderPolicy, type SignalPolicy, tally } from "./signalPolicy.ts";
import { type AnySignal, SCALES } from "./signals.ts";

/** Who asked the guard, as far as an explanation tells of it. */
export interface Caller {
  readonly name: string;
  /** The guard alarm's own words, or the sentinel's. */
  readonly reason: string;
  readonly evidence?: SentinelEvent["evidence"];
}

/**
 * @param alarms of the slot that was asked about, or why they could not be read
 * @param at wall time, ISO 8601
 */
export function explanationOf(
  caller: Caller,
  alarms: SlotAlarms | { readonly problem: string },
  at: string,
): Explanation {
  const sentinel = caller.evidence ?? null;
  if ("problem" in alarms) {
    const { problem } = alarms;
    const verdict = sentinel ? sentinelWords(caller) : `${caller.name} asked: ${caller.reason}`;
    return { at, verdict, policy: "", votesNeeded: null, sentinel, problem, signals: [] };
  }
  const policy = alarms.policy ?? DEFAULT_POLICY;
  const signals = signalEntries(alarms).map(([signal, alarm]) => reading(signal, alarm, policy));
  return {
    at,
    verdict: sentinel ? sentinelWords(caller) : verdictOf(caller, policy, signals),
    policy: renderPolicy(policy),
    votesNeeded: policy.votesNeeded,
    sentinel,
    problem: null,
    signals,
  };
}

function reading(signal: AnySignal, alarm: SignalAlarm, policy: SignalPolicy): SignalReading {
  const { name, state, reason, value, threshold } = alarm;
  return {
    signal,
    alarm: name,
    state,
    reason,
    value,
    threshold,
    ...SCALES[signal],
    ...policy.roles[signal],
  };
}

function sentinelWords({ reason }: Caller): string {
  return `the sentinel reverts alone, whatever the alarms say: ${reason}`;
}

function verdictOf(
  { name, reason }: Caller,
  policy: SignalPolicy,
  signals: readonly SignalReading[],
): string {
  const bad = signals.filter(({ state }) => state === "ALARM").map(({ signal }) => signal);
  const { immediate, voting, investigated, votes, reverts } = tally(policy, bad);
  const parts = [
    ...(immediate.length > 0 ? [`${inAlarm(immediate)} and ${reverting(immediate)}`] : []),
    ...(voting.length > 0
      ? [`${inAlarm(voting)}: ${votes} of the ${policy.votesNeeded} votes needed`]
      : []),
    ...(investigated.length > 0 ? [`${inAlarm(investigated)}, only to be investigated`] : []),
  ];
  if (reverts) return parts.join("; ");
  // Read after the weights were moved: by then an alarm may be over.
  const now = parts.length > 0 ? parts.join("; ") : "no signal is in ALARM any more";
  return `${now}; but ${name} asked: ${reason}`;
}

function inAlarm(signals: readonly AnySignal[]): string {
  return `${signals.join(" and ")} ${signals.length === 1 ? "is" : "are"} in ALARM`;
}

function reverting(signals: readonly AnySignal[]): string {
  return signals.length === 1 ? "reverts alone" : "each reverts alone";
}

/**
 * Votes that are there, but too few to revert: a doubt, which a person decides. Null without any.
 * Signals that are only investigated are none.
 */
export function shortVotes(alarms: SlotAlarms): string | null {
  const policy = alarms.policy ?? DEFAULT_POLICY;
  const bad = signalEntries(alarms).filter(([, { state }]) => state === "ALARM");
  const { voting, votes } = tally(
    policy,
    bad.map(([signal]) => signal),
  );
  if (voting.length === 0) return null;
  const words = bad
    .filter(([signal]) => voting.includes(signal))
    .map(([signal, { reason }]) => `${signal} (${policy.roles[signal].votes}): ${reason}`);
  return `${votes} of the ${policy.votesNeeded} votes needed to revert are there: ${words.join("; ")}`;
}
