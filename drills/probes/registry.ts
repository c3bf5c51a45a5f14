/** The probes by name. A new probe is a file beside this one and an entry in the table. */
import { type Problem, refuseProblems, usageError } from "../../base/errors.ts";
import { errorRate } from "./errorRate.ts";
import { healthyTargets } from "./healthyTargets.ts";
import { http } from "./http.ts";
import { p99 } from "./p99.ts";
import type { ChosenProbe, ProbeDefinition } from "./probe.ts";
import { weights } from "./weights.ts";

type Given = Readonly<Record<string, unknown>>;

const ENTRIES = [entry(errorRate), entry(healthyTargets), entry(http), entry(p99), entry(weights)];
const PROBES = new Map(ENTRIES.map((one) => [one.name, one]));

export const PROBE_NAMES: readonly string[] = [...PROBES.keys()].sort();

/** @throws BackoutError `unknown-probe`, or `bad-input` that names every parameter that is wrong */
export function chooseProbe(name: string, given: Given = {}): ChosenProbe {
  const found = PROBES.get(name);
  if (found) return found.choose(given);
  const fix = `allowed: ${PROBE_NAMES.join(", ")}`;
  throw usageError("unknown-probe", `there is no probe "${name}"`, fix);
}

/** Closes over the parameters' type, so that probes of different parameters fit one table. */
function entry<Parameters extends Given>(
  definition: ProbeDefinition<Parameters>,
): {
  readonly name: string;
  choose(given: Given): ChosenProbe;
} {
  return { name: definition.name, choose: (given) => fillProbe(definition, given) };
}

/** @throws BackoutError `bad-input` that names every parameter that is wrong */
export function fillProbe<Parameters extends Given>(
  definition: ProbeDefinition<Parameters>,
  given: Given,
): ChosenProbe {
  const issues = definition.parameters.safeParse(given).error?.issues ?? [];
  const problems = issues.map((issue): Problem => ({
    field: issue.path.join(".") || "parameters",
    value: issue.path.length === 0 ? given : given[String(issue.path[0])],
    allowed: issue.message,
  }));
  refuseProblems(`the parameters of ${definition.name}`, problems);
  const parameters = definition.parameters.parse(given);
  const { name } = definition;
  return { name, parameters, look: (ports) => definition.look(ports, parameters) };
}
