/** What `backout drill run` is to run: a fault of the catalogue with options, or a definition out of a file. */
import { type Problem, refuseProblems } from "../base/errors.ts";
import { isDefinitionFile, readDefinition } from "../drills/definition/file.ts";
import type { ChosenFault } from "../drills/faults/fault.ts";
import { chooseFault } from "../drills/faults/registry.ts";
import type { DrillOptions } from "../drills/runner.ts";
import type { RunOptions } from "./drillRun.ts";

/** A drill to run, and what a definition says of where. */
export interface Job {
  readonly name: string;
  readonly fault: ChosenFault;
  readonly options: Omit<DrillOptions, "signal" | "onEvent">;
  /** @default what the command says */
  readonly environment?: string | undefined;
  readonly rate?: number | undefined;
}

/** @throws BackoutError for what is wrong with a name, its parameters, or a definition: all at once */
export async function jobOf(name: string, options: RunOptions): Promise<Job> {
  if (!isDefinitionFile(name)) return catalogued(name, options);
  const definition = await readDefinition(name);
  refuseProblems(`this run of ${name}`, [
    ...saidTwice(options),
    ...elsewhere(options.environment, definition.environment),
  ]);
  const { fault, environment, requestsPerSecond } = definition;
  return {
    name: definition.name,
    fault,
    options: definition.options,
    environment,
    rate: requestsPerSecond,
  };
}

export function catalogued(name: string, { set, maxShare, maxTasks }: RunOptions): Job {
  const fault = chooseFault(name, set);
  const caps = { share: maxShare, tasks: maxTasks };
  return { name, fault, options: { drill: name, fault, caps } };
}

/** What a definition says itself. */
function saidTwice({ set, maxShare, maxTasks }: RunOptions): Problem[] {
  const given = [
    { field: "--set", value: Object.keys(set).length > 0 ? set : undefined },
    { field: "--max-share", value: maxShare },
    { field: "--max-tasks", value: maxTasks },
  ];
  const rest = { allowed: "with a fault's name only", fix: "write it into the definition" };
  return given.filter(({ value }) => value !== undefined).map((one) => ({ ...one, ...rest }));
}

function elsewhere(asked: string | undefined, defined: string | undefined): Problem[] {
  if (asked === undefined || defined === undefined || asked === defined) return [];
  const fix = "leave the option out, or change the definition";
  const allowed = `${defined}, as the definition says`;
  return [{ field: "--environment", value: asked, allowed, fix }];
}
