/** What claims are made of, and how they look a run's stamps up. */
import type { TimelineEvent, TimelineEventName } from "../verdict/record.ts";
import type { JournalSample } from "../watch/samples.ts";
import type { RunReport } from "./model.ts";
import { offset } from "./text.ts";

export interface Claim {
  /** Null: the journal cannot tell. */
  readonly holds: boolean | null;
  readonly text: string;
  /** By what it is known. */
  readonly how: string;
}

export type ClaimFacts = Omit<RunReport, "claims">;

export function stamp(run: ClaimFacts, event: TimelineEventName): TimelineEvent | undefined {
  return run.timeline.find((entry) => entry.event === event);
}

/** Time since the fault of an event. */
export function when(run: ClaimFacts, event: TimelineEvent): string {
  return offset(Date.parse(event.at) - run.zeroMs);
}

/** Nominal milliseconds since the epoch. */
export function windowStart(sample: JournalSample): number {
  return Date.parse(sample.at) - sample.spanMs;
}
