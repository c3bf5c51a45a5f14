/** What a round of probes says of a slot: a pure judgement in four outcomes. */
import { binomialTail, fisherTail, type Tally } from "../../judge/exactTests.ts";
import type { Slot } from "../slot.ts";

/** Unknown is never good: a round that reached nobody is an `error`. */
export const ProbeOutcome = {
  Good: "good",
  Bad: "bad",
  Inconclusive: "inconclusive",
  Error: "error",
} as const;
export type ProbeOutcome = (typeof ProbeOutcome)[keyof typeof ProbeOutcome];

/** Of one slot; a failure is a server error, or no answer to a request that was sent. */
export interface SlotProbes extends Tally {
  /** Of the failures: those that never came to a connection. */
  readonly unconnected: number;
}

export interface ProbedSlots {
  readonly suspect: SlotProbes;
  /** The other slot, asked at the same time; null where it cannot be asked. */
  readonly control: SlotProbes | null;
  /** Answers of which nobody can say which slot gave them. */
  readonly unattributed: number;
  /** Percent, above which the environment calls a slot bad. */
  readonly errorRatePercent: number;
}

export interface ProbeJudgement {
  readonly outcome: ProbeOutcome;
  /** The counts it rests on, as a sentence. */
  readonly why: string;
  /** Answers slot by slot, where each could be asked. */
  readonly tallies?: Readonly<Record<Slot, SlotProbes>>;
}

/**
 * The share of rounds that call a slot bad which is none, at most. A rollout of an hour has 60 rounds:
 * its probability of a false reversion by probes is at most 0.6 % (60 x alpha, Boole's inequality).
 */
export const ALPHA = 1e-4;

/** Fewer say nothing: even if all of them failed beside as many good ones, chance could have done it. */
export const LEAST_PROBES = 10;

/**
 * Bad: more failures than `errorRatePercent`, and significantly more (level `ALPHA`, exact and one-sided)
 * than the other slot's, by Fisher's test; where that slot cannot be asked, than `errorRatePercent`
 * itself, by the binomial test. Beside a control without failures, 40 probes of each find a share of
 * failures of 39 % with 90 % probability a round, and 30 % with 56 % (with 81 % in two rounds);
 * without a control (5 %) 33.5 % with 90 %, and 30 % with 80 %. Less is the alarms' business: they
 * see every request. What a probe cannot see (slowness below its deadline, wrong content, one tenant
 * or path) is theirs, too.
 */
export function judgeProbes(probes: ProbedSlots): ProbeJudgement {
  const { suspect, control, unattributed, errorRatePercent } = probes;
  const why = countsOf(probes);
  const asked = suspect.answers + (control?.answers ?? 0);
  const unconnected = suspect.unconnected + (control?.unconnected ?? 0);
  if (asked + unattributed === 0) return { outcome: ProbeOutcome.Error, why: "nobody was asked" };
  if (unattributed === 0 && unconnected === asked) {
    const outcome = ProbeOutcome.Error;
    return {
      outcome,
      why: `the listener was not reached at all (${why}): does its security group (allowedCidrs) let the watchdog in?`,
    };
  }
  if (suspect.answers === 0) {
    return { outcome: ProbeOutcome.Error, why: `nobody can say which slot answered: ${why}` };
  }
  const isAbove = suspect.failures * 100 > errorRatePercent * suspect.answers;
  if (suspect.answers < LEAST_PROBES) {
    return { outcome: ProbeOutcome.Inconclusive, why: `too few answers to judge: ${why}` };
  }
  // What the load balancer answers itself bears no slot's name: it may have been the suspect's.
  if (!isAbove && unattributed > 0) return { outcome: ProbeOutcome.Inconclusive, why };
  if (!isAbove) return { outcome: ProbeOutcome.Good, why };
  const chance = control
    ? fisherTail(suspect, control)
    : binomialTail(suspect, errorRatePercent / 100);
  const outcome = chance <= ALPHA ? ProbeOutcome.Bad : ProbeOutcome.Inconclusive;
  return { outcome, why: `${why}; by chance with probability ${chance.toExponential(1)}` };
}

function countsOf({ suspect, control, unattributed, errorRatePercent }: ProbedSlots): string {
  const than = control
    ? `${control.failures} of ${control.answers} of the other slot's`
    : `${errorRatePercent} % allowed, the other slot could not be asked`;
  const lost = unattributed === 0 ? "" : `, ${unattributed} answers of an unknown slot`;
  return `${suspect.failures} of ${suspect.answers} probes failed, against ${than}${lost}`;
}
