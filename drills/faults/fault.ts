/** What a fault is to the drills: its parameters, its effect, and the alarms that should see it. */
import type { z } from "zod";
import type { Fault } from "../../sidecar/lease.ts";
import type { Signal } from "../../guard/alarms.ts";

/** What decides how fast a fault can trip an alarm. */
export interface AlarmBounds {
  readonly signal: Signal;
  readonly periodSeconds: number;
  /** In the alarm's own unit: percent for an error rate, seconds for a latency. */
  readonly threshold: number;
  /** In the alarm's clock: from the fault's first act until a response shows it. */
  readonly onsetSeconds: number;
}

export interface FaultDefinition<Parameters> {
  readonly name: string;
  readonly summary: string;
  readonly fidelity: "release";
  /** Where it can act: wherever the candidate slot's tasks carry the fault sidecar. */
  readonly targets: readonly ("lab" | "aws")[];
  readonly parameters: z.ZodType<Parameters>;
  /** Which of the slot's alarms is sure to see it. */
  readonly breaks: Signal;
  /** Alarms that may see it earlier, if it begins at the right moment. */
  readonly mayBreak: readonly Signal[];
  /** True: it ends at its lease's expiry, whatever happens to the runner. */
  readonly expiresItself: true;
  effect(parameters: Parameters): Fault;
  /** Wall milliseconds that it adds to a response; above 0, slow responses are what it breaks. */
  slowsByMs(parameters: Parameters): number;
  /**
   * The least seconds from the fault's first act to the end of the first period that breaches;
   * Infinity when none ever does.
   */
  timeToBreachSeconds(parameters: Parameters, alarm: AlarmBounds): number;
}

/** A fault with its parameters filled in. */
export interface ChosenFault {
  readonly name: string;
  readonly fidelity: FaultDefinition<unknown>["fidelity"];
  readonly breaks: Signal;
  readonly mayBreak: readonly Signal[];
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly effect: Fault;
  readonly slowsByMs: number;
  timeToBreachSeconds(alarm: AlarmBounds): number;
}
