/**
 * Filter policies as they are set: checked by SNS's rules, turned into conditions. Much of the
 * language is EventBridge's too, but not all of it (no wildcard; arrays under anything-but).
 * https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
 */
import { isRecord, isScalar, parseOperator, refused, type Scalar } from "./filterOperators.ts";

export const FilterScope = {
  Attributes: "MessageAttributes",
  Body: "MessageBody",
} as const;
export type FilterScope = (typeof FilterScope)[keyof typeof FilterScope];

export interface FilterPolicy {
  /** As set. */
  readonly text: string;
  readonly scope: FilterScope;
  readonly condition: Condition;
}

export type Condition =
  | { readonly kind: "all" | "any"; readonly of: readonly Condition[] }
  /** Some value under the path is accepted by one of the tests. */
  | { readonly kind: "leaf"; readonly path: readonly string[]; readonly tests: readonly Test[] };

export type Test =
  | { readonly kind: "exists"; readonly wanted: boolean }
  | { readonly kind: "value"; accepts(value: Scalar): boolean };

const MOST_KEYS = 5;
const MOST_COMBINATIONS = 150;
const MOST_BYTES = 262_144;
/** Under these keys `$or` would be ambiguous, so that it is a property of that name. */
const OPERATORS = new Set([
  "anything-but",
  "cidr",
  "equals-ignore-case",
  "exists",
  "numeric",
  "prefix",
  "suffix",
]);

/** Throws InvalidParameter with SNS's reason. */
export function parseFilterPolicy(text: string, scope: FilterScope): FilterPolicy {
  if (Buffer.byteLength(text) > MOST_BYTES) throw refused("Filter policy is too large");
  const size: Size = { keys: 0, combinations: 1 };
  const condition = parseObject(parseJson(text), [], scope, size);
  if (size.keys > MOST_KEYS)
    throw refused(`Filter policy can not have more than ${MOST_KEYS} keys`);
  if (size.combinations > MOST_COMBINATIONS) throw refused("Filter policy is too complex");
  return { text, scope, condition };
}

interface Size {
  keys: number;
  /** Of a nested property its values count once per level of the nesting. */
  combinations: number;
}

/** Alternatives add up where conditions that all must hold multiply. */
function parseAlternatives(
  objects: readonly Record<string, unknown>[],
  path: readonly string[],
  scope: FilterScope,
  size: Size,
): Condition {
  const parsed = objects.map((object) => {
    const own: Size = { keys: 0, combinations: 1 };
    return { own, condition: parseObject(object, path, scope, own) };
  });
  size.keys += parsed.reduce((sum, { own }) => sum + own.keys, 0);
  size.combinations *= parsed.reduce((sum, { own }) => sum + own.combinations, 0);
  return { kind: "any", of: parsed.map(({ condition }) => condition) };
}

function parseJson(text: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw refused(`failed to parse JSON. ${error instanceof Error ? error.message : ""}`);
  }
  if (!isRecord(parsed)) throw refused("filter policy must be an object");
  return parsed;
}

function parseObject(
  object: Record<string, unknown>,
  path: readonly string[],
  scope: FilterScope,
  size: Size,
): Condition {
  const of = Object.entries(object).map(([key, value]): Condition => {
    if (key === "$or" && isAlternatives(value)) {
      return parseAlternatives(value, path, scope, size);
    }
    if (isRecord(value)) {
      if (scope === FilterScope.Attributes) {
        throw refused(
          "Filter policy scope MessageAttributes does not support nested filter policy",
        );
      }
      return parseObject(value, [...path, key], scope, size);
    }
    if (!Array.isArray(value)) throw refused(`"${key}" must be an object or an array`);
    if (value.length === 0) throw refused("Empty arrays are not allowed");
    size.keys += 1;
    size.combinations *= value.length * (path.length + 1);
    return { kind: "leaf", path: [...path, key], tests: value.map(parseTest) };
  });
  return { kind: "all", of };
}

/** "$or" is the operator only over two or more objects none of whose keys is an operator's. */
function isAlternatives(value: unknown): value is Record<string, unknown>[] {
  return (
    Array.isArray(value) &&
    value.length >= 2 &&
    value.every((one) => isRecord(one) && !Object.keys(one).some((key) => OPERATORS.has(key)))
  );
}

function parseTest(rule: unknown): Test {
  if (isScalar(rule)) return { kind: "value", accepts: (value) => value === rule };
  if (!isRecord(rule)) {
    throw refused("Match value must be String, number, true, false, or null");
  }
  const [[operator, operand] = [], ...more] = Object.entries(rule);
  if (operator === undefined || more.length > 0) {
    throw refused("Only one key allowed in match expression");
  }
  if (operator === "exists") {
    if (typeof operand === "boolean") return { kind: "exists", wanted: operand };
    throw refused("exists match pattern must be either true or false.");
  }
  return { kind: "value", accepts: parseOperator(operator, operand) };
}
