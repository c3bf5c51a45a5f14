/** The faults by name. A new fault is a file beside this one and an entry in the table. */
import { z } from "zod";
import { type Problem, refuseProblems, usageError } from "../../base/errors.ts";
import { badReleaseCrash } from "./badReleaseCrash.ts";
import { badReleaseErrors } from "./badReleaseErrors.ts";
import { badReleaseLatency } from "./badReleaseLatency.ts";
import type { ChosenFault, FaultDefinition } from "./fault.ts";

/** What listings show of a fault. */
export interface FaultListing extends Pick<
  FaultDefinition<unknown>,
  "name" | "summary" | "fidelity" | "targets" | "breaks" | "expiresItself"
> {
  /** JSON Schema of what may be set: ranges, defaults, descriptions. */
  readonly parameters: z.core.JSONSchema.JSONSchema;
}

interface Entry {
  readonly listing: FaultListing;
  choose(given: Readonly<Record<string, unknown>>): ChosenFault;
}

const ENTRIES = [entry(badReleaseCrash), entry(badReleaseErrors), entry(badReleaseLatency)];
const FAULTS: ReadonlyMap<string, Entry> = new Map(ENTRIES.map((one) => [one.listing.name, one]));

export const FAULT_NAMES: readonly string[] = [...FAULTS.keys()].sort();

/** For listings, by name. */
export function listFaults(): readonly FaultListing[] {
  return ENTRIES.map(({ listing }) => listing).sort((a, b) => (a.name < b.name ? -1 : 1));
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
  const found = FAULTS.get(name);
  if (!found) {
    throw usageError(
      "unknown-fault",
      `there is no fault "${name}"`,
      `allowed: ${FAULT_NAMES.join(", ")}`,
    );
  }
  return found.choose(given);
}

/** Closes over the parameters' type, so that faults of different parameters fit one table. */
function entry<Parameters extends Readonly<Record<string, unknown>>>(
  definition: FaultDefinition<Parameters>,
): Entry {
  const { name, summary, fidelity, targets, breaks, expiresItself } = definition;
  const parameters = z.toJSONSchema(definition.parameters, { io: "input" });
  return {
    listing: { name, summary, fidelity, targets, breaks, expiresItself, parameters },
    choose: (given) => fill(definition, given),
  };
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
    mayBreak: definition.mayBreak,
    parameters,
    effect: definition.effect(parameters),
    slowsByMs: definition.slowsByMs(parameters),
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
