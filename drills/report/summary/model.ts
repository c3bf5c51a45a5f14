/**
 * What many drills say together: the one model that every form of the overview is drawn from. Times
 * are nominal milliseconds, stamps ISO 8601; nothing in it comes from anywhere but the journal and
 * `question`.
 */
import type { RecoveryFigures } from "../../../judge/recovery/figures.ts";
import type { Power } from "../../../judge/recovery/power.ts";
import type { Fidelity } from "../../faults/fault.ts";
import type { IngestedRecord } from "../../ingest/ingested.ts";
import type { BrokenLink, Recovery, Verdict } from "../../verdict/record.ts";
import type { ReversionPath } from "../../../guard/reversion.ts";

export interface SummaryModel {
  readonly question: SummaryQuestion;
  readonly totals: SummaryTotals;
  /** Every run with a record that the filters let through, oldest first. */
  readonly runs: readonly RunPoint[];
  /** Killed, or still running: begun and without a record. Oldest first. */
  readonly unfinished: readonly UnfinishedRun[];
  /** By environment, drill, clock speed, then in the order in which the releases were first seen. */
  readonly groups: readonly RunGroup[];
  /** One per environment, drill and clock speed, across releases. */
  readonly series: readonly RunSeries[];
  /** One per environment, by name. */
  readonly coverage: readonly EnvironmentCoverage[];
  /** One per environment and rollback path that it is owed, by environment, then by path. */
  readonly freshness: readonly PathFreshness[];
  /** Runs whose stamps are out of order: in no figure, and never a zero. */
  readonly clockErrors: readonly ClockError[];
  /** Drills that other tools ran, newest first: in no figure. */
  readonly ingested: readonly IngestedRecord[];
}

/** What was asked, beside the journal. The same journal and question give the same bytes. */
export interface SummaryQuestion {
  /** What ages are counted from; wall time. */
  readonly now: string;
  /** A passing drill older than this proves nothing any more. */
  readonly maxAgeMs: number;
  /** What recovery may take at most; null: each run is held against its own objective. */
  readonly objectiveMs: number | null;
  /** What the runs were chosen by; null lets everything through. */
  readonly drill: string | null;
  readonly environment: string | null;
  /** Only runs that began at or after it, wall time. */
  readonly since: string | null;
  /** Ways home that every environment owes, beside those that a run of its own names. */
  readonly paths: readonly ReversionPath[];
}

export interface SummaryTotals {
  readonly runs: number;
  /** Every verdict, in the order of severity that `Verdict` has; 0 where there was none. */
  readonly verdicts: Readonly<Record<Verdict, number>>;
  readonly unfinished: number;
  readonly clockErrors: number;
  /** Wall time at which the first and the last run began; null without a run. */
  readonly first: string | null;
  readonly last: string | null;
}

/** How a run counts in figures of recovery. */
export const Measured = {
  /** Recovered by a reversion: `totalMs` is its time. */
  Exactly: "exactly",
  /** Right-censored: it took longer than `censoredMs`, by how much is not known. */
  AtLeast: "at-least",
  /** Said nothing about recovery: an error, not run, inconclusive. */
  Not: "not",
  /** Stamps out of order. */
  ClockError: "clock-error",
} as const;
export type Measured = (typeof Measured)[keyof typeof Measured];

/** One run, as small as a dot in a picture. */
export interface RunPoint {
  readonly id: string;
  readonly startedAt: string;
  readonly startedWallAt: string;
  readonly drill: string;
  /** What was injected: the drill's own name unless a definition gave it another. */
  readonly fault: string;
  readonly environment: string;
  /** Of the slot that was broken; null in journals that do not name it. */
  readonly release: string | null;
  readonly fidelity: Fidelity;
  /** Nominal seconds per wall second. */
  readonly speed: number;
  readonly verdict: Verdict;
  readonly reason: string | null;
  readonly recovery: Recovery | null;
  /** By which way home; `primary` also where none acted. */
  readonly path: ReversionPath;
  readonly brokenLink: BrokenLink | null;
  readonly measured: Measured;
  /** The time to recovery; null unless it was measured exactly. */
  readonly totalMs: number | null;
  /** How long there was no recovery; null unless it is censored. */
  readonly censoredMs: number | null;
  readonly parts: {
    readonly detect: number | null;
    readonly decide: number | null;
    readonly revert: number | null;
    readonly recover: number | null;
  };
  /** Best and worst case of detection with this alarm set. */
  readonly floors: { readonly detect: number | null; readonly detectWorst: number | null };
  /** What it was held against: the question's objective, or its own. */
  readonly objectiveMs: number;
  /** Null: nothing was measured. A run that did not recover missed it, however long it was watched. */
  readonly metObjective: boolean | null;
  readonly requests: number;
  readonly errors: number;
}

export interface UnfinishedRun {
  readonly id: string;
  readonly startedWallAt: string;
  readonly drill: string;
  readonly environment: string;
  /** A later sweep put back what it left. */
  readonly swept: boolean;
}

/** Runs that may be compared: same drill, fault, environment, release and clock. */
export interface RunGroup {
  readonly drill: string;
  readonly fault: string;
  readonly environment: string;
  readonly release: string | null;
  readonly speed: number;
  /** Indices into the model's `runs`, in time order; also those that measured nothing. */
  readonly runs: readonly number[];
  readonly recovery: GroupFigures;
  readonly objective: ObjectiveBound;
  readonly paths: readonly { readonly path: ReversionPath; readonly runs: number }[];
}

/**
 * A distribution of times to recovery. Runs that did not recover are kept as right-censored: all
 * quantiles are Kaplan-Meier's, which without such runs are the plain ones.
 */
export interface GroupFigures extends RecoveryFigures {
  /** Runs of the group that measured nothing, for whatever reason. */
  readonly notMeasured: number;
}

/** How often the objective is missed at most: exact binomial (Clopper-Pearson), one-sided 95 %. */
export interface ObjectiveBound {
  /** Runs whose result against the objective is known. */
  readonly n: number;
  readonly missed: number;
  /** 0 to 1; null with n = 0. */
  readonly missRateAtMost: number | null;
  readonly confidence: number;
  /** For a person: "0 of 10 missed it: at most 26 % do (95 %)". */
  readonly says: string;
}

/** One drill in one environment over time. */
export interface RunSeries {
  readonly drill: string;
  readonly environment: string;
  readonly speed: number;
  /** Indices into the model's `runs`, in time order. */
  readonly runs: readonly number[];
  /**
   * Indices into the model's `groups`, in the order in which their releases were first seen; left out
   * are runs that ended before they knew their release.
   */
  readonly groups: readonly number[];
  readonly trend: Trend;
  /** Each release against the one that was first seen before it. */
  readonly regressions: readonly Regression[];
}

/** Whether recovery got slower with time: Kendall's rank correlation of time and duration. */
export interface Trend {
  readonly n: number;
  readonly direction: "slower" | "faster" | "none-shown" | "too-few";
  /** Kendall's tau-b, -1 to 1; null with fewer than two different values. */
  readonly tau: number | null;
  /** Two-sided; null where tau is. */
  readonly pValue: number | null;
  /** Theil-Sen: nominal milliseconds per day of wall time; null with fewer than two instants. */
  readonly slopeMsPerDay: number | null;
  readonly power: Power;
}

export interface Regression {
  /** Release before and release after; null: the journal does not name it. */
  readonly from: string | null;
  readonly to: string | null;
  readonly nFrom: number;
  readonly nTo: number;
  /** Gehan's test: a run that did not recover is slower than what had recovered by then. */
  readonly direction: "slower" | "faster" | "none-shown" | "too-few";
  /** Two-sided; null without runs on both sides. */
  readonly pValue: number | null;
  /** Hodges-Lehmann shift of recovery, positive is slower; null when it is not finite. */
  readonly shiftMs: number | null;
  readonly power: Power;
}

/** Which ways home have been shown to work against which faults. */
export interface EnvironmentCoverage {
  readonly environment: string;
  /** Rows. */
  readonly paths: readonly ReversionPath[];
  /** Columns: the catalogue and every fault that the journal knows besides. */
  readonly faults: readonly CoveredFault[];
  /** One row per path, one cell per fault, in their order. */
  readonly cells: readonly (readonly CoverageCell[])[];
  /** What no drill has shown, each a sentence that names path or fault. */
  readonly holes: readonly string[];
}

export interface CoveredFault {
  readonly fault: string;
  readonly fidelity: Fidelity | null;
  /** The link of the primary way home that it breaks; null: it breaks none. */
  readonly breaksLink: BrokenLink | null;
  /** True when no drill with it has passed by any path within `maxAgeMs`. */
  readonly isHole: boolean;
}

export const Coverage = {
  /** Its last drill passed this way, and is fresh. */
  Proven: "proven",
  /** It passed, but too long ago. */
  Stale: "stale",
  /** Its last drill did not pass. */
  Failed: "failed",
  /** Nobody ever saw this path act against this fault. */
  Untried: "untried",
  /** The fault breaks this path: it cannot act. */
  Closed: "closed",
} as const;
export type Coverage = (typeof Coverage)[keyof typeof Coverage];

export interface CoverageCell {
  readonly state: Coverage;
  /** Of the newest run of this path and fault; null where there was none. */
  readonly runId: string | null;
  readonly verdict: Verdict | null;
  readonly totalMs: number | null;
  readonly ageMs: number | null;
}

/** Whether a way home has been shown to work lately, and fast enough. The gate asks for nothing else. */
export interface PathFreshness {
  readonly environment: string;
  readonly path: ReversionPath;
  /** A drill passed by it within `maxAgeMs` and met the objective. */
  readonly isFresh: boolean;
  /** The newest passing drill by it that met the objective; null when there was none. */
  readonly lastPass: {
    readonly runId: string;
    readonly drill: string;
    readonly at: string;
    readonly ageMs: number;
    readonly totalMs: number | null;
  } | null;
  /** The newest drill of this path, whatever came of it. */
  readonly last: {
    readonly runId: string;
    readonly verdict: Verdict;
    readonly at: string;
    readonly ageMs: number;
  } | null;
  /** Why it is not fresh, a sentence for a person; null when it is. */
  readonly whyNot: string | null;
}

export interface ClockError {
  readonly runId: string;
  readonly drill: string;
  readonly environment: string;
  /** "recovery.sustained (load) lies 2.0 s before fault.injected (sidecar)". */
  readonly detail: string;
}
