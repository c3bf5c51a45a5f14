/** The faults by name. A new fault is a file beside this one and a line in the table. */
import type { z } from "zod";
import { type Problem, refuseProblems, usageError } from "../../base/errors.ts";
import { badReleaseErrors } from "./badReleaseErrors.ts";
import type { ChosenFault, FaultDefinition } from "./fault.ts";

const FAULTS = { [badReleaseErrors.name]: badReleaseErrors };

export const FAULT_NAMES: readonly string[] = Object.keys(FAULTS).sort();

/** For listings, by name. */
export function listFaults(): readonly FaultDefinition<never>[] {
  return FAULT_NAMES.map((name) => FAULTS[name] as FaultDefinition<never>);
}

/**
 * The fault `name` with `given` parameters, defaults for the rest.
 *
 * @throws BackoutError `unknown-fault`, or `bad-input` that names every parameter that is wrong.
 */
export function chooseFault(
  name: string,
  given: Readonly<Record<string, unknown>> = {},
): ChosenFault {
  const definition = Object.hasOwn(FAULTS, name) ? FAULTS[name] : undefined;
  if (!definition) {
    throw usageError(
      "unknown-fault",
      `there is no fault "${name}"`,
      `allowed: ${FAULT_NAMES.join(", ")}`,
    );
  }
  return fill(definition, given);
}

function fill<Parameters extends Readonly<Record<string, unknown>>>(
  definition: FaultDefinition<Parameters>,
  given: Readonly<Record<string, unknown>>,
): ChosenFault {
  refuseProblems(`the parameters of ${definition.name}`, problemsIn(definition.parameters, given));
  const parameters = definition.parameters.parse(given);
  return {
    name: definition.name,
    fidelity: definition.fidelity,
    breaks: definition.breaks,
    parameters,
    effect: definition.effect(parameters),
    timeToBreachSeconds: (alarm) => definition.timeToBreachSeconds(parameters, alarm),
  };
}

function problemsIn(schema: z.ZodType, given: Readonly<Record<string, unknown>>): Problem[] {
  const issues = schema.safeParse(given).error?.issues ?? [];
  return issues.map((issue) => ({
    field: issue.path.join(".") || "parameters",
    value: issue.path.length === 0 ? given : given[String(issue.path[0])],
    allowed: issue.message,
  }));
}
