/**
 * A step of a fault of a user's own: what the journal holds names the module, so that a sweep finds it
 * again. Where the module is gone, the step is stuck, and the sweep says which file is missed.
 */
import { z } from "zod";
import { environmentError, messageOf } from "../../base/errors.ts";
import { loadDefault, memberOf } from "../moduleFile.ts";
import type { PlannedStep, Step } from "./step.ts";

const schema = z.object({
  kind: z.literal("module"),
  /** Absolute. */
  module: z.string(),
  name: z.string(),
  step: z.looseObject({ kind: z.string() }),
});
type ModuleStep = z.infer<typeof schema>;

interface Restorer {
  readonly name: string;
  restore?(data: unknown): Step;
}

/**
 * The same step, with the module in what the journal holds.
 *
 * @param isBuiltIn kinds of steps that are restored without the module
 */
export function ofModule(
  planned: PlannedStep,
  module: string,
  fault: Restorer,
  isBuiltIn: (kind: string) => boolean,
): PlannedStep {
  return {
    ...planned,
    async prepare(ports, scene) {
      const prepared = await planned.prepare(ports, scene);
      if (!("step" in prepared)) return prepared;
      const { step } = prepared;
      const { kind } = step.data;
      if (isBuiltIn(kind)) return prepared;
      if (!fault.restore) {
        const problem =
          `${fault.name} has a step of a kind of its own, "${kind}", and no restore(data): ` +
          "nobody could undo it after a crash";
        return { problems: [problem] };
      }
      const data: ModuleStep = { kind: "module", module, name: step.name, step: step.data };
      return {
        step: { ...step, data, begin: (on) => step.begin(on), undo: (on) => step.undo(on) },
      };
    },
  };
}

/** Out of the journal. The module is loaded when the step is undone. */
export const moduleStep = {
  restore(data: unknown): Step {
    const { module, name, step, ...rest } = schema.parse(data);
    const restored = async (): Promise<Step> => {
      try {
        const restore = memberOf(await loadDefault(module), "restore");
        if (!isRestore(restore)) throw new Error("it has no restore(data) any more");
        return restore(step);
      } catch (error) {
        throw environmentError(
          "fault-module-gone",
          `${name} can only be undone by the module ${module}: ${messageOf(error)}; ` +
            "put it back where it was and sweep again",
        );
      }
    };
    return {
      data: { ...rest, module, name, step },
      name,
      begin: async (ports) => (await restored()).begin(ports),
      undo: async (ports) => (await restored()).undo(ports),
    };
  },
};

function isRestore(value: unknown): value is (data: unknown) => Step {
  return typeof value === "function";
}
