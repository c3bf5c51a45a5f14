/**
 * Event patterns, compiled: every `$or` is multiplied out, so that a pattern is a list of
 * alternatives and each alternative a list of fields that must all be met.
 */
import { invalidPattern } from "../errors.ts";
import { comparisonOf, OPERATOR_NAMES } from "./operators.ts";
import type { Comparison } from "./operators.ts";

export type Pattern = readonly Alternative[];
export type Alternative = readonly Field[];

export interface Field {
  /** Names joined with dots: a dot in a name is not told from nesting, as on AWS. */
  readonly path: string;
  /** One of them must be met. */
  readonly comparisons: readonly Comparison[];
}

/** "You can use up to 1000 combinations of fields" in `$or` lists (User Guide). */
const MOST_ALTERNATIVES = 1000;

/**
 * @throws AwsError InvalidEventPatternException for what is no JSON object, has fields that are not
 * lists, or comparisons that EventBridge does not know.
 */
export function compilePattern(text: string): Pattern {
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch {
    throw invalidPattern("Filter is not valid JSON");
  }
  if (!isObject(root)) throw invalidPattern("Filter is not an object");
  return alternativesOf(root, "");
}

function alternativesOf(fields: Readonly<Record<string, unknown>>, under: string): Alternative[] {
  const entries = Object.entries(fields);
  if (entries.length === 0) throw invalidPattern("Empty objects are not allowed");
  let all: Alternative[] = [[]];
  for (const [name, value] of entries) {
    const choices = isOr(name, value)
      ? value.flatMap((one) => alternativesOf(one, under))
      : fieldAlternatives(under === "" ? name : `${under}.${name}`, value);
    if (all.length * choices.length > MOST_ALTERNATIVES) {
      throw invalidPattern(`There are more than ${MOST_ALTERNATIVES} combinations of $or`);
    }
    all = all.flatMap((before) => choices.map((choice) => before.concat(choice)));
  }
  return all;
}

/** `$or` is a field like any other unless it holds two objects or more, none of comparisons. */
function isOr(name: string, value: unknown): value is Readonly<Record<string, unknown>>[] {
  return (
    name === "$or" &&
    Array.isArray(value) &&
    value.length > 1 &&
    value.every((one) => isObject(one) && !Object.keys(one).some((key) => OPERATOR_NAMES.has(key)))
  );
}

function fieldAlternatives(path: string, value: unknown): readonly Alternative[] {
  if (isObject(value)) return alternativesOf(value, path);
  if (!Array.isArray(value)) throw invalidPattern(`"${path}" must be an object or an array`);
  if (value.length === 0) throw invalidPattern("Empty arrays are not allowed");
  return [[{ path, comparisons: value.map(comparisonOf) }]];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
