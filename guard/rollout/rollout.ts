/** A rollout as the environment's record keeps it: its steps, how far it is, and why it stands there. */
import { z } from "zod";
import { Slot, type Weights } from "../slot.ts";
import { hooksSchema, NO_HOOKS } from "./hooks.ts";

/** What happens to a candidate that is judged bad. `hold` is for releases that cannot go back. */
export const OnBad = { Revert: "revert", Hold: "hold" } as const;
export type OnBad = (typeof OnBad)[keyof typeof OnBad];

/** What happens when a step could not be judged, or nobody decided, until its deadline. */
export const OnDeadline = { Abort: "abort", Proceed: "proceed", Hold: "hold" } as const;
export type OnDeadline = (typeof OnDeadline)[keyof typeof OnDeadline];

export const stepSchema = z.object({
  /** Percent of the traffic, 0 to 100; a step of 0 only lets testers and hooks reach the candidate. */
  weight: z.int().min(0).max(100),
  /** Nominal milliseconds under watch before the next step. */
  bakeMs: z.int().min(0),
  /** A person must say `rollout promote` or `resume` after the bake. */
  gate: z.boolean(),
});
export type Step = z.infer<typeof stepSchema>;

/** All times are of the environment's clock (nominal), ISO 8601. */
export const rolloutSchema = z.object({
  id: z.string(),
  /** The candidate's release as it was when the rollout began; null when nobody knows it. */
  release: z.string().nullable(),
  /** They rise, and the last one is 100 %. */
  steps: z.array(stepSchema).min(1),
  onBad: z.enum(OnBad),
  /** Requests that the candidate must have answered in a bake for it to say anything. */
  minimumRequests: z.int().min(0),
  /** How long a step may stay unjudged, or a gate undecided, after its bake. */
  decideWithinMs: z.int().min(0),
  onDeadline: z.enum(OnDeadline),
  /** How long the previous release stays warm after promotion. */
  warmMs: z.int().min(0),
  startedAt: z.iso.datetime(),
  /** Index of the step whose weight is set, or is being set. */
  step: z.int().min(0),
  /** When that step's weight was read back; null while it is being set. */
  stepAt: z.iso.datetime().nullable(),
  /** Set by a person, or by the rollout itself when it cannot know what to do. */
  paused: z.object({ why: z.string(), at: z.iso.datetime() }).nullable(),
  /** A person said to go on from this step: past its gate, its bake and its want of traffic. */
  approved: z.boolean(),
  /** What is asked beside the alarms, and what it answered. */
  hooks: hooksSchema.default(NO_HOOKS),
});
export type Rollout = z.infer<typeof rolloutSchema>;

/** Where the rollout stands: the step it is in. */
export function currentStep(rollout: Rollout): Step {
  const step = rollout.steps[rollout.step];
  if (!step) throw new Error(`rollout ${rollout.id} has no step ${rollout.step}`);
  return step;
}

/** The weights of a step, of which the candidate gets `weight` percent. */
export function weightsAt(weight: number, candidate: Slot): Weights {
  return candidate === Slot.Blue
    ? { blue: weight, green: 100 - weight }
    : { blue: 100 - weight, green: weight };
}

/** The steps with their end: all traffic, without a bake of its own when the last one had less. */
export function completed(steps: readonly Step[]): Step[] {
  const last = steps.at(-1);
  const end: Step = { weight: 100, bakeMs: 0, gate: false };
  return last?.weight === 100 ? [...steps] : [...steps, end];
}
