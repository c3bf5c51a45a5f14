/** Faults and probes of a user's own: loaded from a module, and checked before anything is asked of them. */
import { resolve } from "node:path";
import { z } from "zod";
import { type Problem, refuseProblems } from "../../base/errors.ts";
import { ALL_SIGNALS } from "../../guard/signals.ts";
import { faultSchema } from "../../sidecar/lease.ts";
import { type ChosenFault, type FaultDefinition, FaultTarget, Fidelity } from "../faults/fault.ts";
import { FAULT_NAMES, fill } from "../faults/registry.ts";
import { loadDefault, memberOf } from "../moduleFile.ts";
import type { ChosenProbe, ProbeDefinition } from "../probes/probe.ts";
import { fillProbe } from "../probes/registry.ts";
import { ofModule } from "../steps/moduleStep.ts";
import { isBuiltInStep } from "../steps/restore.ts";
import type { Step } from "../steps/step.ts";

type Given = Readonly<Record<string, unknown>>;

/** A fault in a module of a user's own: its default export. */
export interface FaultModule<Parameters> extends FaultDefinition<Parameters> {
  /**
   * A step out of the journal, to be undone after its runner died. Needed by a fault with steps of
   * kinds of its own (see `stepKind`); steps of the built-in kinds are restored without it.
   */
  restore?(data: unknown): Step;
}

const aFunction = z.custom<(...given: never[]) => unknown>((value) => typeof value === "function", {
  error: "a function",
});
const oneOf = (values: readonly string[]) =>
  z.enum(values, { error: `one of ${values.join(", ")}` });
const signals = z.array(oneOf(ALL_SIGNALS), { error: "a list of signals" });
const aSchema = z.custom<z.ZodType>(
  (value) => typeof value === "object" && value !== null && "safeParse" in value,
  { error: "a zod schema" },
);
const NAME = "lower case, digits and hyphens, at most 64";
const moduleName = z.string({ error: NAME }).regex(/^[a-z][a-z0-9-]{0,63}$/, { error: NAME });
const summary = z.string({ error: "a sentence" }).min(1, { error: "a sentence" });

/** What can be seen of it before it is called; further members are the fault's own. */
const faultModule = z
  .looseObject({
    name: moduleName.refine((text) => !FAULT_NAMES.includes(text), {
      error: "a name that no fault of the catalogue has",
    }),
    summary,
    fidelity: oneOf(Object.values(Fidelity)),
    targets: z.array(oneOf(Object.values(FaultTarget)), { error: "a list of targets" }).min(1),
    elsewhere: z.string({ error: "a sentence" }).optional(),
    parameters: aSchema,
    breaks: oneOf([...ALL_SIGNALS, "content"]),
    breaksWith: aFunction.optional(),
    mayBreak: signals,
    expiresItself: z.boolean({ error: "true or false" }),
    impact: oneOf(["always", "perhaps", "never"]).optional(),
    attribution: oneOf(["outlasts", "mark"]).optional(),
    healthChecks: oneOf(["refused", "unanswered"]).optional(),
    effect: aFunction.optional(),
    steps: aFunction.optional(),
    load: aFunction.optional(),
    reach: aFunction,
    slowsByMs: aFunction.optional(),
    timeToBreachSeconds: aFunction,
    floors: aFunction.optional(),
    restore: aFunction.optional(),
  })
  .refine(({ effect, steps }) => effect !== undefined || steps !== undefined, {
    error: "an effect or steps: it would do nothing",
    path: ["effect"],
  });

const probeModule = z.looseObject({
  name: moduleName,
  summary,
  parameters: aSchema,
  look: aFunction,
});

/**
 * @param path of the module, from `directory`
 * @throws BackoutError `module-not-loaded`, or `bad-input` with everything that is wrong with its
 *   default export or with the parameters
 */
export async function faultOfModule(
  path: string,
  directory: string,
  given: Given,
): Promise<ChosenFault> {
  const file = resolve(directory, path);
  const definition = await faultIn(file);
  const chosen = fill(definition, given);
  const effect = faultSchema.safeParse(chosen.effect);
  refuseProblems(
    `the effect of ${definition.name}`,
    (effect.error?.issues ?? []).map((issue) => ({
      field: `effect.${issue.path.join(".")}`,
      value: chosen.effect,
      allowed: issue.message,
    })),
  );
  const steps = chosen.steps.map((step) => ofModule(step, file, definition, isBuiltInStep));
  return { ...chosen, steps };
}

async function faultIn(file: string): Promise<FaultModule<Given>> {
  const found = await defaultOf(file, faultModule);
  if (!isFault(found)) throw new Error(`${file} is no fault`);
  return found;
}

/** What can be checked has been: types alone do not say what a function returns. */
function isFault(value: unknown): value is FaultModule<Given> {
  return faultModule.safeParse(value).success;
}

function isProbe(value: unknown): value is ProbeDefinition<Given> {
  return probeModule.safeParse(value).success;
}

/** @throws BackoutError as `faultOfModule` does */
export async function probeOfModule(
  path: string,
  directory: string,
  given: Given,
): Promise<ChosenProbe> {
  const file = resolve(directory, path);
  const found = await defaultOf(file, probeModule);
  if (!isProbe(found)) throw new Error(`${file} is no probe`);
  return fillProbe(found, given);
}

/** The object itself: what a schema returns would be a copy without its prototype. */
async function defaultOf(file: string, schema: z.ZodType): Promise<unknown> {
  const exported = await loadDefault(file);
  const issues = schema.safeParse(exported).error?.issues ?? [];
  const problems = issues.map((issue): Problem => {
    const member = issue.path.map(String).join(".");
    const value = issue.path.reduce<unknown>(memberOf, exported);
    const shown = typeof value === "function" ? "a function" : value;
    return { field: member || "default export", value: shown, allowed: issue.message };
  });
  refuseProblems(`the module ${file}`, problems);
  return exported;
}
