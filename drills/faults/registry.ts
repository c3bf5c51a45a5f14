/** The faults by name. A new fault is a file beside this one and an entry in the table. */
import { z } from "zod";
import { type Problem, refuseProblems, usageError } from "../../base/errors.ts";
import type { ReversionPath } from "../../guard/reversion.ts";
import type { BrokenLink } from "../verdict/record.ts";
import { alarmStateFault } from "./alarmState.ts";
import { badDatapoints } from "./badDatapoints.ts";
import { badReleaseContent } from "./badReleaseContent.ts";
import { badReleaseCrash } from "./badReleaseCrash.ts";
import { badReleaseErrors } from "./badReleaseErrors.ts";
import { badReleaseLatency } from "./badReleaseLatency.ts";
import { badReleaseMemory } from "./badReleaseMemory.ts";
import { badReleasePath } from "./badReleasePath.ts";
import { badReleaseReadiness } from "./badReleaseReadiness.ts";
import { badReleaseSlowStart } from "./badReleaseSlowStart.ts";
import { badReleaseTenant } from "./badReleaseTenant.ts";
import { blackHole } from "./blackHole.ts";
import { failHealthChecks } from "./failHealthChecks.ts";
import { failingApi } from "./failingApi.ts";
import type { ChosenFault, FaultDefinition } from "./fault.ts";
import { fisExperiment } from "./fisExperiment.ts";
import { guardAlarmActions } from "./guardAlarmActions.ts";
import { guardAlarmBlind } from "./guardAlarmBlind.ts";
import { guardAlarmMuted } from "./guardAlarmMuted.ts";
import { guardAlarmWarmUp } from "./guardAlarmWarmUp.ts";
import { guardConcurrency } from "./guardConcurrency.ts";
import { guardFunctionCrash } from "./guardFunctionCrash.ts";
import { guardFunctionTimeout } from "./guardFunctionTimeout.ts";
import { guardHomeUnfit } from "./guardHomeUnfit.ts";
import { guardKilledMidway } from "./guardKilledMidway.ts";
import { guardNoticeDenied } from "./guardNoticeDenied.ts";
import { guardPermission } from "./guardPermission.ts";
import { guardRecordStore } from "./guardRecordStore.ts";
import { guardRoleDenied } from "./guardRoleDenied.ts";
import { guardWeightsDrift } from "./guardWeightsDrift.ts";
import { killTasks } from "./killTasks.ts";
import { RUNNER_PERMISSIONS } from "./runnerPermissions.ts";
import { slowTarget } from "./slowTarget.ts";

/** What listings show of a fault. */
export interface FaultListing extends Pick<
  FaultDefinition<unknown>,
  "name" | "summary" | "fidelity" | "targets" | "breaks" | "expiresItself"
> {
  /** Actions of IAM that whoever runs it needs, with the default parameters; sorted. */
  readonly permissions: readonly string[];
  /** The link of the primary way home that it breaks; null: it breaks none. */
  readonly breaksLink: BrokenLink | null;
  /** Ways home that it leaves open; null: it breaks none. */
  readonly homeBy: readonly ReversionPath[] | null;
  /** JSON Schema of what may be set: ranges, defaults, descriptions. */
  readonly parameters: z.core.JSONSchema.JSONSchema;
}

interface Entry {
  readonly listing: FaultListing;
  choose(given: Readonly<Record<string, unknown>>): ChosenFault;
}

const ENTRIES = [
  entry(alarmStateFault),
  entry(badDatapoints),
  entry(badReleaseContent),
  entry(badReleaseCrash),
  entry(badReleaseErrors),
  entry(badReleaseLatency),
  entry(badReleaseMemory),
  entry(badReleasePath),
  entry(badReleaseReadiness),
  entry(badReleaseSlowStart),
  entry(badReleaseTenant),
  entry(blackHole),
  entry(failHealthChecks),
  entry(failingApi),
  entry(fisExperiment),
  entry(guardAlarmActions),
  entry(guardAlarmBlind),
  entry(guardAlarmMuted),
  entry(guardAlarmWarmUp),
  entry(guardConcurrency),
  entry(guardFunctionCrash),
  entry(guardFunctionTimeout),
  entry(guardHomeUnfit),
  entry(guardKilledMidway),
  entry(guardNoticeDenied),
  entry(guardPermission),
  entry(guardRecordStore),
  entry(guardRoleDenied),
  entry(guardWeightsDrift),
  entry(killTasks),
  entry(slowTarget),
];
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
    listing: {
      name,
      summary,
      fidelity,
      targets,
      breaks,
      expiresItself,
      permissions: permissionsOf(definition),
      breaksLink: definition.breaksLink ?? null,
      homeBy: definition.homeBy ?? null,
      parameters,
    },
    choose: (given) => fill(definition, given),
  };
}

function permissionsOf<Parameters>(definition: FaultDefinition<Parameters>): string[] {
  const defaults = definition.parameters.parse({});
  const own = definition.steps?.(defaults).flatMap(({ permissions }) => permissions) ?? [];
  return [...new Set([...RUNNER_PERMISSIONS, ...own])].sort();
}

/**
 * A definition with `given` parameters, defaults for the rest.
 *
 * @throws BackoutError `bad-input` that names every parameter that is wrong
 */
export function fill<Parameters extends Readonly<Record<string, unknown>>>(
  definition: FaultDefinition<Parameters>,
  given: Readonly<Record<string, unknown>>,
): ChosenFault {
  refuseProblems(`the parameters of ${definition.name}`, problemsIn(definition.parameters, given));
  const parameters = definition.parameters.parse(given);
  const { floors } = definition;
  return {
    name: definition.name,
    fidelity: definition.fidelity,
    targets: definition.targets,
    elsewhere: definition.elsewhere,
    lacks: definition.lacks?.(parameters) ?? null,
    breaks: definition.breaksWith?.(parameters) ?? definition.breaks,
    mayBreak: definition.mayBreak,
    homeBy: definition.homeBy,
    impact: definition.impact ?? "always",
    attribution: definition.attribution ?? "outlasts",
    healthChecks: definition.healthChecks,
    parameters,
    effect: definition.effect?.(parameters) ?? { kind: "outside" },
    steps: definition.steps?.(parameters) ?? [],
    load: definition.load?.(parameters) ?? {},
    reach: definition.reach(parameters),
    slowsByMs: definition.slowsByMs?.(parameters) ?? 0,
    timeToBreachSeconds: (alarm) => definition.timeToBreachSeconds(parameters, alarm),
    floors: floors && ((alarms) => floors(parameters, alarms)),
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
