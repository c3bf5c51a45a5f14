/**
 * What a fault is to the drills: its parameters, what it does and where, the signals that should see
 * it, and by what a reversion is owed to the guard and not to the fault's own end.
 */
import type { z } from "zod";
import type { SlotAlarms } from "../../guard/alarms.ts";
import type { ReversionPath } from "../../guard/reversion.ts";
import type { AnySignal } from "../../guard/signals.ts";
import type { DetectionFloor } from "../../judge/detection.ts";
import type { Fault } from "../../sidecar/lease.ts";
import type { LoadShape } from "../watch/load.ts";
import type { PlannedStep } from "../steps/step.ts";
import type { BrokenLink } from "../verdict/record.ts";

/** How near to a real failure: a signal without a cause, a bad release, what it runs on, the guard itself. */
export const Fidelity = {
  Signal: "signal",
  Release: "release",
  Infrastructure: "infrastructure",
  Guard: "guard",
} as const;
export type Fidelity = (typeof Fidelity)[keyof typeof Fidelity];

export const FaultTarget = { Lab: "lab", Aws: "aws", Kubernetes: "kubernetes" } as const;
export type FaultTarget = (typeof FaultTarget)[keyof typeof FaultTarget];

/** `content`: what a response says, at which none of an environment's alarms looks. */
export type Tripped = AnySignal | "content";

/**
 * `always`: responses go bad, and a drill that saw none proves nothing. `perhaps`: the load balancer
 * may hide it. `never`: only a signal is touched, so there is nothing to recover from.
 */
export type Impact = "always" | "perhaps" | "never";

/**
 * By what a reversion is credited. `outlasts`: the fault was still active once recovery had been
 * sustained. `mark`: a push that is over at once; the signal's history bears the drill's mark, and
 * no response went bad that could have recovered by itself.
 */
export type Attribution = "outlasts" | "mark";

/** What decides how fast a fault can trip an alarm. */
export interface AlarmBounds {
  readonly signal: AnySignal;
  readonly periodSeconds: number;
  /** In the alarm's own unit: percent for an error rate, seconds for a latency. */
  readonly threshold: number;
  /** In the alarm's clock: from the fault's first act until it can show at the earliest. */
  readonly onsetSeconds: number;
  readonly datapointsToAlarm?: number;
  /** Of the candidate, where the fault reaches some of them only. */
  readonly tasks?: number;
}

/** Most of the candidate that a fault may touch. */
export interface Reach {
  /** Fraction of the drill's requests that go bad, 0 to 1. */
  readonly share: number;
  /** Of the candidate's tasks; a fault of the sidecars reaches all of them. */
  readonly tasks: "all" | "none" | { readonly count: number } | { readonly percent: number };
}

export interface FaultDefinition<Parameters> {
  readonly name: string;
  readonly summary: string;
  readonly fidelity: Fidelity;
  readonly targets: readonly FaultTarget[];
  /** Why it does not act on a target that it leaves out. @default that it does not */
  readonly elsewhere?: string;
  readonly parameters: z.ZodType<Parameters>;
  /** What it cannot do without and was not given, as a sentence; null: nothing. @default nothing */
  lacks?(parameters: Parameters): string | null;
  /** Which of the slot's signals is sure to see it, with the default parameters. */
  readonly breaks: Tripped;
  /** The same for others. @default `breaks` */
  breaksWith?(parameters: Parameters): Tripped;
  /** Signals that may see it earlier, if it begins at the right moment. */
  readonly mayBreak: readonly AnySignal[];
  /** True: it ends by itself whatever happens to the runner, at its lease's expiry or before. */
  readonly expiresItself: boolean;
  /** The link of the primary way home that it breaks. @default null: none */
  readonly breaksLink?: BrokenLink | null;
  /**
   * Ways home that the fault leaves open, each where the environment has it. One that breaks none of
   * their links leaves all of them.
   * @default none is broken
   */
  readonly homeBy?: readonly ReversionPath[];
  /** @default always */
  readonly impact?: Impact;
  /** @default outlasts */
  readonly attribution?: Attribution;
  /**
   * It shows once health checks have failed: answered wrongly, or not answered and waited for.
   * @default it shows in the responses
   */
  readonly healthChecks?: "refused" | "unanswered";
  /** What the sidecars do; durations in nominal milliseconds. @default nothing: it acts from outside */
  effect?(parameters: Parameters): Fault;
  /** What is done from outside, each with its undo. @default nothing */
  steps?(parameters: Parameters): readonly PlannedStep[];
  /** How the drill's requests must be for the fault to meet them. @default all alike */
  load?(parameters: Parameters): LoadShape;
  reach(parameters: Parameters): Reach;
  /** Wall milliseconds that it adds to a response; above 0, slow responses are what it breaks. */
  slowsByMs?(parameters: Parameters): number;
  /**
   * The least seconds from the fault's first act to the end of the first period that breaches;
   * Infinity when none ever does.
   */
  timeToBreachSeconds(parameters: Parameters, alarm: AlarmBounds): number;
  /** In place of what periods and evaluations make of it, for a push on the alarm itself. */
  readonly floors?: (parameters: Parameters, alarms: SlotAlarms) => DetectionFloor;
}

/** A fault with its parameters filled in. */
export interface ChosenFault {
  readonly name: string;
  readonly fidelity: Fidelity;
  readonly targets: readonly FaultTarget[];
  readonly elsewhere: string | undefined;
  /** Null: it has all that it needs. */
  readonly lacks: string | null;
  readonly breaks: Tripped;
  readonly mayBreak: readonly AnySignal[];
  /** Undefined: no way home is broken. */
  readonly homeBy: readonly ReversionPath[] | undefined;
  readonly impact: Impact;
  readonly attribution: Attribution;
  readonly healthChecks: "refused" | "unanswered" | undefined;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly effect: Fault;
  readonly steps: readonly PlannedStep[];
  readonly load: LoadShape;
  readonly reach: Reach;
  readonly slowsByMs: number;
  timeToBreachSeconds(alarm: AlarmBounds): number;
  readonly floors: ((alarms: SlotAlarms) => DetectionFloor) | undefined;
}
