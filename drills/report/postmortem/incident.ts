/** What a post-mortem is written from, whoever told it: a drill's journal or an environment's record. */
import type { Objective } from "./budget.ts";

/** Times are nominal, stamps ISO 8601. Texts are plain: whoever renders them escapes them. */
export interface Incident {
  readonly kind: "drill" | "reversion";
  /** Of the drill's run, or of the reversion. */
  readonly id: string;
  readonly environment: string;
  /** What it is called: `bad-release-errors on checkout`. */
  readonly title: string;
  /** One sentence: how it ended. */
  readonly outcome: string;
  /** What there is to say before anything else: an unfinished run, a journal that was changed. */
  readonly warnings: readonly string[];
  readonly facts: readonly Fact[];
  readonly timeline: readonly Moment[];
  /** How its times are to be read. */
  readonly clock: string;
  readonly intervals: readonly Interval[];
  readonly impact: Impact | Unknown;
  readonly detection: Detection;
  readonly well: readonly Finding[];
  readonly poorly: readonly Finding[];
  readonly luck: readonly Finding[];
  readonly unknown: readonly Finding[];
  readonly actions: readonly Action[];
  /** The runbook's generated section; null when the record is no ground for one. */
  readonly runbook: RunbookSection | null;
  /** Where all this was read. */
  readonly source: string;
}

export interface Fact {
  readonly name: string;
  readonly value: string;
}

export interface Moment {
  readonly at: string;
  /** Milliseconds since the fault, or since the first sign of it. */
  readonly sinceMs: number;
  readonly event: string;
  readonly source: string;
  /** How far the stamp may be off, in words. */
  readonly bound: string;
}

/** A part of the recovery. */
export interface Interval {
  readonly name: string;
  /** Null: its end was not reached. */
  readonly ms: number | null;
  /** What the bounds of its two stamps come to; null where one of them is missing. */
  readonly boundMs: number | null;
  readonly between: string;
}

export interface Impact {
  readonly requests: number;
  readonly failed: number;
  /** Answered too late; null where nobody counted them. */
  readonly slow: number | null;
  /** In which those requests came, in nominal milliseconds; null when it is not known. */
  readonly spanMs: number | null;
  /** From the first bad response to the last, at most; null when there was none, or no stamp of one. */
  readonly badForMs: number | null;
  /** Whose requests they were, and by what they were counted: sentences. */
  readonly notes: readonly string[];
}

export interface Unknown {
  /** Why, a sentence. */
  readonly unknown: string;
}

/** Nominal milliseconds. */
export interface Detection {
  readonly floorMs: number | null;
  readonly worstMs: number | null;
  /** A range where the beginning is only known to a minute. */
  readonly actual: { readonly leastMs: number; readonly mostMs: number } | null;
  /** Who detected, and what the figures rest on: sentences. */
  readonly notes: readonly string[];
}

export interface Finding {
  readonly text: string;
  /** What in the record says so. */
  readonly evidence: string;
}

export interface Action extends Finding {
  /** To begin with. */
  readonly commands: readonly string[];
}

export interface RunbookSection {
  /** Names the section among others of the same runbook. */
  readonly key: string;
  /** Markdown, without markers. */
  readonly lines: readonly string[];
}

export interface Postmortem {
  readonly incident: Incident;
  readonly objective: Objective;
}

/** What is asked of the journal beside the run itself: whether another way home was ever rehearsed. */
export interface Rehearsed {
  /** The newest passing run of this environment that came home by the second way; null: none. */
  readonly secondWay: { readonly id: string; readonly wallAt: string } | null;
}
