/** A resource's outputs around its handlers: they hold its inputs too, as programs read them back. */
import { DEFAULTS } from "./check.ts";
import type { ResourceType } from "./types.ts";
import type { Properties } from "./values.ts";

/** Checked inputs as handlers and programs see them: without the bookkeeping. */
export function mirrored(inputs: Properties): Properties {
  const { [DEFAULTS]: _, ...rest } = inputs;
  return rest;
}

/** What a preview can say of the outputs after an update; what it leaves out is unknown. */
export function plannedOutputs(
  type: ResourceType,
  outputs: Properties,
  inputs: Properties,
): Properties {
  const kept = { ...outputs };
  for (const key of type.volatile ?? []) delete kept[key];
  return { ...kept, ...mirrored(inputs) };
}
