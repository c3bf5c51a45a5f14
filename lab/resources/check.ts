/** A resource's inputs made whole: defaults, a physical name, hashes of its assets, and checked. */
import { randomBytes } from "node:crypto";
import { withHashes } from "./assets.ts";
import { checkShape, type InputProblem } from "./shape.ts";
import type { ResourceType } from "./types.ts";
import { isObject, type Properties } from "./values.ts";

/** Names of inputs that nobody wrote, kept among the inputs as Pulumi's AWS provider does. */
export const DEFAULTS = "__defaults";

const NAME_DIGITS = 7;

export interface Checked {
  readonly inputs: Properties;
  readonly problems: readonly InputProblem[];
}

/**
 * Checks `news` (secrets unwrapped). `olds` are the checked inputs of the resource that is kept, so
 * that its generated name stays; undefined gives a new name.
 */
export async function checkInputs(
  type: ResourceType,
  logicalName: string,
  olds: Properties | undefined,
  news: Properties,
  region: string,
): Promise<Checked> {
  const given: Properties = {};
  for (const [key, value] of Object.entries(news)) {
    if (value !== null && key !== DEFAULTS) given[key] = value;
  }
  const written: string[] = [];
  const inputs: Properties = { ...given };
  for (const [key, value] of Object.entries(type.defaults ?? {})) {
    if (key in inputs) continue;
    inputs[key] = value;
    written.push(key);
  }
  const name = type.autoname;
  if (name && !(name.property in inputs)) {
    const kept = isAutonamed(type, olds) ? olds?.[name.property] : undefined;
    inputs[name.property] = kept ?? autoname(logicalName, name.maxLength);
    written.push(name.property);
  }
  for (const [key, shape] of Object.entries(type.inputs)) {
    const value = inputs[key];
    if (shape.kind === "json" && (isObject(value) || Array.isArray(value))) {
      inputs[key] = JSON.stringify(value);
    }
    if (shape.kind === "archive" && value !== undefined) inputs[key] = await withHashes(value);
  }

  const { region: wanted, ...handled } = inputs;
  const problems = checkShape(type.inputs, handled);
  if (wanted !== undefined && wanted !== region) {
    problems.push({
      property: "region",
      reason: `must be ${region}, the only region here, not ${JSON.stringify(wanted)}`,
    });
  }
  if (problems.length === 0) problems.push(...(type.check?.(handled) ?? []));
  return { inputs: { ...handled, [DEFAULTS]: written.sort() }, problems };
}

/** True when the resource's physical name was generated, so that two of it can exist at once. */
export function isAutonamed(type: ResourceType, inputs: Properties | undefined): boolean {
  const written = inputs?.[DEFAULTS];
  return (
    type.autoname !== undefined &&
    Array.isArray(written) &&
    written.includes(type.autoname.property)
  );
}

/** `web-4f9a1c0`: cut at the front part when it would be longer than AWS allows. */
function autoname(logicalName: string, maxLength: number): string {
  const digits = randomBytes(4).toString("hex").slice(0, NAME_DIGITS);
  return `${logicalName.slice(0, maxLength - NAME_DIGITS - 1)}-${digits}`;
}
