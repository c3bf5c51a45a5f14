/** The test of one signal (failed responses, or slow ones): its counts and its wealth. Pure. */
import { knownBet, logPayoff, pairedBet, type Tally } from "./bets.ts";
import { upperRate } from "./control.ts";
import { initialWealth, settle, type Wealth } from "./wealth.ts";

export interface SignalSettings {
  /** In [0, 1): how much larger a share of the candidate's responses may be bad; 0.01 is one point. */
  readonly tolerance: number;
  /**
   * Responses that one cause turns bad together, from 1: retries of one client, or what is in
   * flight on one target during a pause. The evidence is raised to the power 1/clump, so that
   * responses of a batch may depend on each other in any way within groups of that size (Hölder's
   * inequality). For groups that lie across two batches this is shown by simulation only.
   */
  readonly clump: number;
  /**
   * An earlier sample of the stable slot, for when none of its traffic runs beside the candidate;
   * null to compare with the stable counts of the same batches. With a sample, a baseline that has
   * risen since by more than the tolerance makes a good candidate look bad.
   */
  readonly control: Tally | null;
}

export interface Pair {
  readonly candidate: Tally;
  readonly stable: Tally;
}

export interface SignalState {
  readonly wealth: Wealth;
  /** Everything counted so far. */
  readonly totals: Pair;
  /** Counts that wait for the other slot's. */
  readonly pending: Pair;
  /** The stable slot's recent counts, weighed down to `MEMORY_REQUESTS`: the guess of its rate. */
  readonly recent: Tally;
  /** What the control sample says the stable rate is at most; null without one. */
  readonly stableAtMost: number | null;
}

const NOTHING: Tally = { requests: 0, events: 0 };
const NO_PAIR: Pair = { candidate: NOTHING, stable: NOTHING };

/** Long enough for a rate of 0.1 %, short enough to follow a baseline that drifts. */
const MEMORY_REQUESTS = 10_000;
/** The guess before the first stable request is 1 %, as if from these. */
const FIRST_GUESS = { requests: 50, events: 0.5 };

/** @param risk of the control's bound being wrong, in (0, 1) */
export function initialSignal(settings: SignalSettings, risk: number): SignalState {
  return {
    wealth: initialWealth(),
    totals: NO_PAIR,
    pending: NO_PAIR,
    recent: NOTHING,
    stableAtMost: settings.control === null ? null : upperRate(settings.control, risk),
  };
}

/**
 * The state after one more batch. Without a control sample, counts of one slot wait until the other
 * has some too; a batch of nothing changes nothing.
 */
export function observeSignal(
  state: SignalState,
  settings: SignalSettings,
  batch: Pair,
): SignalState {
  const totals = sum(state.totals, batch);
  if (state.stableAtMost !== null) {
    if (batch.candidate.requests === 0) return { ...state, totals };
    const rate = state.stableAtMost + settings.tolerance;
    if (rate >= 1) return { ...state, totals };
    const wealth = settle(
      state.wealth,
      (lift) => logPayoff(knownBet(rate, lift), batch.candidate, NOTHING) / settings.clump,
    );
    return { ...state, totals, wealth };
  }
  const pending = sum(state.pending, batch);
  if (pending.candidate.requests === 0 || pending.stable.requests === 0) {
    return { ...state, totals, pending };
  }
  const stableRate = guess(state.recent);
  const wealth = settle(state.wealth, (logOddsRatio) => {
    const bet = pairedBet({
      candidateRequests: pending.candidate.requests,
      stableRequests: pending.stable.requests,
      stableRate,
      tolerance: settings.tolerance,
      logOddsRatio,
    });
    return logPayoff(bet, pending.candidate, pending.stable) / settings.clump;
  });
  const recent = remembered(state.recent, pending.stable);
  return { ...state, wealth, totals, recent, pending: NO_PAIR };
}

function guess(recent: Tally): number {
  return (recent.events + FIRST_GUESS.events) / (recent.requests + FIRST_GUESS.requests);
}

function remembered(recent: Tally, more: Tally): Tally {
  const all = plus(recent, more);
  const kept = Math.min(1, MEMORY_REQUESTS / all.requests);
  return { requests: all.requests * kept, events: all.events * kept };
}

function sum(a: Pair, b: Pair): Pair {
  return { candidate: plus(a.candidate, b.candidate), stable: plus(a.stable, b.stable) };
}

function plus(a: Tally, b: Tally): Tally {
  return { requests: a.requests + b.requests, events: a.events + b.events };
}
