/**
 * The sentinel's judgement: whether the candidate's responses are worse than the stable slot's, by
 * a test that may be looked at after every batch. Pure; the state is plain JSON that a sidecar
 * keeps.
 *
 * What is promised: while in every batch the candidate's mean rate is at most the stable one's plus
 * the tolerance, the probability that a rollout is ever told to revert is at most
 * `falseReversions`, over all looks, both signals and all sidecars together. What is assumed: given
 * their rates, outcomes are independent but for clumps, and neither the size nor the end of a batch
 * depends on its outcomes (count by the clock). Both slots may fail more for a while together; the
 * candidate alone may not.
 */
import { type Problem, refuseProblems } from "../base/errors.ts";
import type { Tally } from "./bets.ts";
import { logMean } from "./evidence.ts";
import { initialSignal, observeSignal, type SignalSettings, type SignalState } from "./signal.ts";
import { logWealth } from "./wealth.ts";
import { explain } from "./sentinelWhy.ts";

export interface SentinelSettings {
  /** In (0, 1): the probability, per rollout, of reverting a candidate that is not worse. */
  readonly falseReversions: number;
  /**
   * From 1: how many tests watch the rollout at most, each of which may revert alone: sidecars of
   * the candidate over the whole rollout, those that replace others and lost their state included.
   */
  readonly sidecars: number;
  readonly errors: SignalSettings;
  /** Null to judge errors only. */
  readonly latency: SignalSettings | null;
}

export const DEFAULT_SENTINEL: SentinelSettings = {
  falseReversions: 0.001,
  sidecars: 1,
  errors: { tolerance: 0.01, clump: 1, control: null },
  latency: { tolerance: 0.01, clump: 10, control: null },
};

/** Responses of one slot since its last batch: whole numbers from 0. */
export interface Responses {
  readonly requests: number;
  readonly errors: number;
  /** Slower than a limit that was fixed before the rollout (`slowLimit`, or a configured one). */
  readonly slow: number;
}

export interface Batch {
  readonly candidate: Responses;
  /** Zeros when there is none; ignored by a signal that has a control sample. */
  readonly stable: Responses;
}

export interface SentinelState {
  readonly settings: SentinelSettings;
  readonly errors: SignalState;
  readonly latency: SignalState | null;
  /** The natural logarithm of the evidence now, of both signals. */
  readonly logEValue: number;
  /** The most that it has been: what was proved once stays proved. */
  readonly peakLogEValue: number;
}

export const Decision = { Revert: "revert", Watch: "watch" } as const;
export type Decision = (typeof Decision)[keyof typeof Decision];

export interface SentinelVerdict {
  readonly decision: Decision;
  /** The strongest evidence so far against a candidate within the tolerance; finite, 1 is none. */
  readonly eValue: number;
  /** Where it reverts: sidecars / falseReversions. */
  readonly needed: number;
  readonly why: string;
}

/** The share of `falseReversions` that control samples may use up by misleading. */
const CONTROL_SHARE = 0.1;

/** @throws BackoutError `bad-input`, with every setting outside its range */
export function initialSentinel(asked: Partial<SentinelSettings> = {}): SentinelState {
  const settings = { ...DEFAULT_SENTINEL, ...asked };
  refuseProblems("the sentinel's settings", settingProblems(settings));
  const risk = (settings.falseReversions * CONTROL_SHARE) / (2 * settings.sidecars);
  return judged({
    settings,
    errors: initialSignal(settings.errors, risk),
    latency: settings.latency && initialSignal(settings.latency, risk),
    logEValue: 0,
    peakLogEValue: 0,
  });
}

/**
 * The state after one more batch, to be called by the clock (once a second, say) whatever was
 * counted.
 *
 * @throws BackoutError `bad-input` for counts that are no whole numbers, or more bad responses than
 *   requests
 */
export function observe(state: SentinelState, batch: Batch): SentinelState {
  const { settings } = state;
  const problems = [
    ...responseProblems("candidate", batch.candidate),
    ...responseProblems("stable", batch.stable),
  ];
  refuseProblems("the batch", problems);
  const pair = (kind: "errors" | "slow"): { candidate: Tally; stable: Tally } => ({
    candidate: { requests: batch.candidate.requests, events: batch.candidate[kind] },
    stable: { requests: batch.stable.requests, events: batch.stable[kind] },
  });
  const latency =
    state.latency && settings.latency
      ? observeSignal(state.latency, settings.latency, pair("slow"))
      : null;
  return judged({
    ...state,
    errors: observeSignal(state.errors, settings.errors, pair("errors")),
    latency,
  });
}

export function verdictOf(state: SentinelState): SentinelVerdict {
  const needed = state.settings.sidecars / state.settings.falseReversions;
  return {
    decision: state.peakLogEValue >= Math.log(needed) ? Decision.Revert : Decision.Watch,
    eValue: Math.min(Math.exp(state.peakLogEValue), Number.MAX_VALUE),
    needed,
    why: explain(state, needed),
  };
}

function judged(state: SentinelState): SentinelState {
  const { settings, errors, latency } = state;
  const logEValue =
    logMean([errors, ...(latency ? [latency] : [])].map((signal) => logWealth(signal.wealth))) +
    (settings.errors.control || settings.latency?.control ? Math.log(1 - CONTROL_SHARE) : 0);
  return { ...state, logEValue, peakLogEValue: Math.max(state.peakLogEValue, logEValue) };
}

function settingProblems(settings: SentinelSettings): Problem[] {
  const problems: Problem[] = [];
  const check = (field: string, value: unknown, fine: boolean, allowed: string): void => {
    if (!fine) problems.push({ field, value, allowed });
  };
  const { falseReversions, sidecars } = settings;
  const share = "between 0 and 1, without both";
  check("falseReversions", falseReversions, falseReversions > 0 && falseReversions < 1, share);
  check("sidecars", sidecars, isCount(sidecars) && sidecars > 0, "a whole number from 1");
  for (const name of ["errors", "latency"] as const) {
    const signal = settings[name];
    if (!signal) continue;
    const { tolerance, clump, control } = signal;
    check(`${name}.tolerance`, tolerance, tolerance >= 0 && tolerance < 1, "from 0 to below 1");
    check(`${name}.clump`, clump, clump >= 1 && clump < Infinity, "a number from 1");
    if (control) {
      const fine = isCount(control.requests) && isCount(control.events);
      const allowed = "whole numbers from 0, events at most requests";
      check(`${name}.control`, control, fine && control.events <= control.requests, allowed);
    }
  }
  return problems;
}

function responseProblems(slot: string, { requests, errors, slow }: Responses): Problem[] {
  const allowed = "a whole number from 0, at most the requests";
  return Object.entries({ requests, errors, slow })
    .filter(([, value]) => !isCount(value) || value > requests)
    .map(([field, value]) => ({ field: `${slot}.${field}`, value, allowed }));
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
