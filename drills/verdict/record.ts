/** The record a drill ends with: its published shape. Pure figures over it are in durations.ts and verdict.ts. */
import { z } from "zod";
import { ReversionPath } from "../../guard/reversion.ts";
import { Fidelity } from "../faults/fault.ts";

export const Verdict = {
  Passed: "passed",
  Failed: "failed",
  Inconclusive: "inconclusive",
  Error: "error",
  NotRun: "not-run",
  Interrupted: "interrupted",
  StuckOnRemoval: "stuck-on-removal",
} as const;
export type Verdict = (typeof Verdict)[keyof typeof Verdict];

/**
 * `reverted`: sustained recovery after a reversion, the fault still active (or, of a push on a signal
 * that broke no response, the fault's mark in that signal's history). `fault-ended`: recovery
 * after the fault ended before its hold. `self-healed`: no reversion, the fault still active.
 * `not-recovered`: the hold ran out with errors still coming.
 */
export const Recovery = {
  Reverted: "reverted",
  FaultEnded: "fault-ended",
  SelfHealed: "self-healed",
  NotRecovered: "not-recovered",
} as const;
export type Recovery = (typeof Recovery)[keyof typeof Recovery];

/** The links of the primary way home, in the order in which they act. */
export const BrokenLink = {
  Alarm: "alarm",
  AlarmAction: "alarm-action",
  Permission: "permission",
  Function: "function",
  Weights: "weights",
  DataPlane: "data-plane",
} as const;
export type BrokenLink = (typeof BrokenLink)[keyof typeof BrokenLink];

/** Timeline events in the order in which a record lists them. */
export const TIMELINE_EVENTS = [
  "baseline.healthy",
  "fault.injected",
  "impact.first",
  "alarm.transitioned",
  "reversion.decided",
  "weights.written",
  "weights.verified",
  "impact.last",
  "recovery.sustained",
  "fault.removed",
  "residue.none",
] as const;
export type TimelineEventName = (typeof TIMELINE_EVENTS)[number];

/** Who stamped an event. */
export const Source = {
  Runner: "runner",
  Load: "load",
  Sidecar: "sidecar",
  CloudWatch: "cloudwatch",
  Guard: "guard",
  /** Stamps `alarm.transitioned` in an alarm's place: when the candidate's sidecar called the guard. */
  Sentinel: "sentinel",
  /** Stamps it too: when the round of probes ended that found the candidate bad. */
  Watchdog: "watchdog",
} as const;
export type Source = (typeof Source)[keyof typeof Source];

export const timelineEventSchema = z.strictObject({
  event: z.enum(TIMELINE_EVENTS),
  /** Nominal time. */
  at: z.iso.datetime(),
  wallAt: z.iso.datetime(),
  source: z.enum(Source),
  /** Nominal milliseconds between two stamps that this source can tell apart. */
  resolutionMs: z.int().min(1),
});
export type TimelineEvent = z.infer<typeof timelineEventSchema>;

const part = z.int().min(0).nullable();

/** Integer nominal milliseconds; null where the end of an interval was not reached. */
export const durationsSchema = z.strictObject({
  detect: part,
  decide: part,
  revert: part,
  recover: part,
  total: part,
});
export type Durations = z.infer<typeof durationsSchema>;

const weights = z.strictObject({
  blue: z.int().min(0).max(999),
  green: z.int().min(0).max(999),
});

export const hypothesisResultSchema = z.strictObject({
  /** Of the expectation, as its definition calls it. */
  name: z.string(),
  when: z.enum(["before", "during", "after"]),
  /** `unknown`: it could not be told, which is never taken for good. */
  outcome: z.enum(["held", "broken", "unknown"]),
  /** What was seen, for a person. */
  shown: z.string(),
});
export type HypothesisResult = z.infer<typeof hypothesisResultSchema>;

export const drillRecordSchema = z.strictObject({
  schemaVersion: z.literal(1),
  id: z.string().min(1),
  drill: z.string(),
  /** What was injected, where a definition gave the drill a name of its own. */
  fault: z.string().exactOptional(),
  environment: z.string(),
  fidelity: z.enum(Fidelity),
  clock: z.strictObject({ speed: z.number().min(0) }),
  verdict: z.enum(Verdict),
  /** Why the verdict is not `passed`, a sentence for a person; null when it is. */
  reason: z.string().nullable(),
  /** Null when the drill ended before there was anything to judge. */
  recovery: z.enum(Recovery).nullable(),
  /** Which way home brought the traffic back, or should have: `primary` also where none did. */
  path: z.enum(ReversionPath),
  brokenLink: z.enum(BrokenLink).nullable(),
  timeline: z.array(timelineEventSchema),
  durations: durationsSchema,
  /** Nominal milliseconds that this alarm set needs at least and at most; null when it was not read. */
  floors: z.strictObject({ detect: part, detectWorst: part }),
  /** Requests and errors from the start of the load to the end of observation. */
  traffic: z.strictObject({
    requests: z.int().min(0),
    /** Failed: server errors and requests without an answer. */
    errors: z.int().min(0),
    /** Answered, but later than the candidate's latency alarm allows; absent when nothing was sent. */
    slow: z.int().min(0).optional(),
    /** Live weights at injection; null when there was none. */
    weightsBefore: weights.nullable(),
    /** Live weights at the end of observation, before the drill put anything back by its own hand. */
    weightsAfter: weights.nullable(),
  }),
  objective: z.strictObject({ total: z.int().min(1), met: z.boolean() }),
  /** The steady state, where a definition asks for one. */
  hypothesis: z.array(hypothesisResultSchema).exactOptional(),
  /** What could not be removed, by name. */
  residue: z.array(z.string()),
});
export type DrillRecord = z.infer<typeof drillRecordSchema>;
