/** What a drill proved: pure decisions in which nothing unknown ever counts as a pass. */
import { type HypothesisResult, Recovery, Verdict } from "./record.ts";

export interface RecoveryFacts {
  /** Good responses only, for the whole sustain time. */
  readonly sustained: boolean;
  /** `unrecorded`: the weights came home, but no reversion says that the guard did it. */
  readonly reversion: "recorded" | "unrecorded" | "none";
  /** Whether the fault acted until recovery had been sustained; null when nobody can say. */
  readonly faultOutlasted: boolean | null;
}

/** Null when it cannot be told to what the recovery is owed. */
export function judgeRecovery(facts: RecoveryFacts): Recovery | null {
  if (!facts.sustained) return Recovery.NotRecovered;
  if (facts.faultOutlasted === null) return null;
  if (!facts.faultOutlasted) return Recovery.FaultEnded;
  return {
    recorded: Recovery.Reverted,
    none: Recovery.SelfHealed,
    unrecorded: null,
  }[facts.reversion];
}

export interface VerdictFacts {
  readonly residue: readonly string[];
  readonly interrupted: boolean;
  /** What interrupted it, when it was no person at the runner. @default a person did */
  readonly interruptedBy?: string | undefined;
  /** Set when nothing was injected because something was not as it must be. */
  readonly notRun: string | null;
  readonly error: string | null;
  readonly clockErrors: readonly string[];
  /** What the guard did that it must not; null when nothing. @default null */
  readonly violation?: string | null;
  readonly recovery: Recovery | null;
  readonly totalMs: number | null;
  readonly objectiveTotalMs: number;
  /** What the probes of the steady state showed. @default there are none */
  readonly hypothesis?: readonly HypothesisResult[];
}

export interface Judgement {
  readonly verdict: Verdict;
  /** Null for `passed`. */
  readonly reason: string | null;
}

/** Safety first: what was left behind outranks everything that was learned. */
export function verdict(facts: VerdictFacts): Judgement {
  const { residue, recovery, totalMs, objectiveTotalMs } = facts;
  if (residue.length > 0) {
    return { verdict: Verdict.StuckOnRemoval, reason: `left behind: ${residue.join("; ")}` };
  }
  if (facts.interrupted) {
    const why = facts.interruptedBy === undefined ? "" : `: ${facts.interruptedBy}`;
    return { verdict: Verdict.Interrupted, reason: `interrupted${why}; the fault was removed` };
  }
  if (facts.notRun !== null) return { verdict: Verdict.NotRun, reason: facts.notRun };
  if (facts.error !== null) return { verdict: Verdict.Error, reason: facts.error };
  if (facts.clockErrors.length > 0) {
    return { verdict: Verdict.Error, reason: `clock error: ${facts.clockErrors.join("; ")}` };
  }
  if (facts.violation != null) return { verdict: Verdict.Failed, reason: facts.violation };
  switch (recovery) {
    case null:
      return inconclusive("it cannot be told to what the recovery is owed");
    case Recovery.FaultEnded:
      return inconclusive("the fault ended before recovery was sustained: nothing is proven");
    case Recovery.SelfHealed:
      return inconclusive("errors stopped without a reversion while the fault was active");
    case Recovery.NotRecovered:
      return { verdict: Verdict.Failed, reason: "no sustained recovery before the hold ran out" };
    case Recovery.Reverted:
      break;
  }
  if (totalMs === null) return inconclusive("a stamp is missing: the total cannot be told");
  if (totalMs > objectiveTotalMs) {
    return {
      verdict: Verdict.Failed,
      reason: `recovery took ${totalMs} ms, the objective is ${objectiveTotalMs} ms`,
    };
  }
  return judgeSteadyState(facts.hypothesis ?? []) ?? { verdict: Verdict.Passed, reason: null };
}

/** Null where it held, or was not asked for. */
function judgeSteadyState(results: readonly HypothesisResult[]): Judgement | null {
  const shown = (outcome: HypothesisResult["outcome"]): string =>
    results
      .filter((one) => one.outcome === outcome)
      .map(({ name, when, shown: seen }) => `${name} (${when}: ${seen})`)
      .join("; ");
  const broken = shown("broken");
  if (broken !== "") {
    return { verdict: Verdict.Failed, reason: `the steady state did not hold: ${broken}` };
  }
  const unknown = shown("unknown");
  if (unknown !== "") return inconclusive(`the steady state cannot be told: ${unknown}`);
  return null;
}

function inconclusive(reason: string): Judgement {
  return { verdict: Verdict.Inconclusive, reason };
}

const EXIT_CODES = {
  passed: 0,
  failed: 1,
  inconclusive: 1,
  error: 3,
  "not-run": 3,
  "stuck-on-removal": 3,
  interrupted: 130,
} as const;

/** Of a process that ran this one drill: 0, 1, 3 or 130. */
export function exitCodeOf(result: Verdict): (typeof EXIT_CODES)[Verdict] {
  return EXIT_CODES[result];
}
