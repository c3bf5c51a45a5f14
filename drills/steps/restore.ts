/** Steps out of a journal: what a dead runner had planned, to be undone by whoever finds it. */
import { z } from "zod";
import { environmentError } from "../../base/errors.ts";
import { alarmActions } from "./alarmActions.ts";
import { alarmBlind } from "./alarmBlind.ts";
import { alarmMute } from "./alarmMute.ts";
import { alarmState } from "./alarmState.ts";
import { alarmWarmUp } from "./alarmWarmUp.ts";
import { apiFault } from "./apiFault.ts";
import { concurrency } from "./concurrency.ts";
import { datapoints } from "./datapoints.ts";
import { experiment } from "./experiment.ts";
import { functionFailure } from "./functionFailure.ts";
import { matcher } from "./matcher.ts";
import { midwayDeath } from "./midwayDeath.ts";
import { moduleStep } from "./moduleStep.ts";
import { permission } from "./permission.ts";
import { recordOutage } from "./recordOutage.ts";
import { roleDeny } from "./roleDeny.ts";
import type { Step } from "./step.ts";
import { stopTasks } from "./stopTasks.ts";
import { unfitHome } from "./unfitHome.ts";
import { weightsDrift } from "./weightsDrift.ts";

/** By the kind in the data. A new kind of step is a file beside this one and an entry here. */
const KINDS: ReadonlyMap<string, { restore(data: unknown): Step }> = new Map(
  Object.entries({
    "alarm-state": alarmState,
    datapoints,
    "stop-tasks": stopTasks,
    "health-check-matcher": matcher,
    "api-fault": apiFault,
    "alarm-actions": alarmActions,
    "alarm-mute": alarmMute,
    "alarm-blind": alarmBlind,
    "alarm-warm-up": alarmWarmUp,
    "invoke-permission": permission,
    "role-deny": roleDeny,
    "function-concurrency": concurrency,
    "function-failure": functionFailure,
    "unfit-home": unfitHome,
    "weights-drift": weightsDrift,
    "record-outage": recordOutage,
    "midway-death": midwayDeath,
    "fis-experiment": experiment,
    module: moduleStep,
  }),
);

/** Such a step is undone without the module of the fault that asked for it. */
export function isBuiltInStep(kind: string): boolean {
  return KINDS.has(kind);
}

const dataSchema = z.looseObject({ kind: z.string() });

/** @throws BackoutError `unknown-step` for one that a later Backout wrote */
export function restoreStep(data: unknown): Step {
  const { kind } = dataSchema.parse(data);
  const found = KINDS.get(kind);
  if (found) return found.restore(data);
  throw environmentError(
    "unknown-step",
    `the journal holds a step "${kind}", which this Backout cannot undo`,
    "sweep with the Backout that wrote it, or a later one",
  );
}
