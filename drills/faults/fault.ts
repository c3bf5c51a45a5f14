/** What a fault is to the drills: its parameters, its effect, and the alarm it should trip. */
import type { z } from "zod";
import type { Fault } from "../../sidecar/lease.ts";

/** The part of an alarm that decides how fast a fault can trip it. */
export interface AlarmBounds {
  readonly periodSeconds: number;
  /** In the alarm's own unit: percent for an error rate. */
  readonly threshold: number;
}

export interface FaultDefinition<Parameters> {
  readonly name: string;
  readonly summary: string;
  readonly fidelity: "release";
  /** Where it can act: wherever the candidate slot's tasks carry the fault sidecar. */
  readonly targets: readonly ("lab" | "aws")[];
  readonly parameters: z.ZodType<Parameters>;
  /** Which of the slot's alarms it should trip. */
  readonly breaks: "errors";
  /** True: it ends at its lease's expiry, whatever happens to the runner. */
  readonly expiresItself: true;
  effect(parameters: Parameters): Fault;
  /**
   * The least seconds for which the fault must act, at the end of a period without errors, until
   * that period breaches; Infinity when it never does.
   */
  timeToBreachSeconds(parameters: Parameters, alarm: AlarmBounds): number;
}

/** A fault with its parameters filled in. */
export interface ChosenFault {
  readonly name: string;
  readonly fidelity: FaultDefinition<unknown>["fidelity"];
  readonly breaks: FaultDefinition<unknown>["breaks"];
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly effect: Fault;
  timeToBreachSeconds(alarm: AlarmBounds): number;
}
