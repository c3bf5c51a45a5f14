/**
 * A statement's Condition block. Three outcomes: a key or an operator that the lab cannot judge is
 * `unknown`, which must neither grant (Allow) nor be passed over (Deny).
 */
import type { Condition, Statement } from "./document.ts";
import { matchesWildcard } from "../wildcard.ts";
import { matchesArn } from "./arnMatch.ts";
import { expand } from "./variables.ts";

export type Outcome = "met" | "unmet" | "unknown";

/**
 * What is known of a request, by lower-case condition key. An empty list is a key that is known to be
 * absent from the request; a key that is missing here is one the lab cannot judge. A name that ends
 * in a slash (`aws:resourcetag/`) stands for every key that begins so and is not listed itself.
 */
export type Context = Readonly<Record<string, readonly string[]>>;

/** Undefined for a key that the lab cannot judge. */
export function valuesOf(context: Context, key: string): readonly string[] | undefined {
  return context[key] ?? context[key.slice(0, key.indexOf("/") + 1)];
}

type Test = (pattern: string, value: string) => boolean;

const sameText: Test = (pattern, value) => pattern === value;
const sameIgnoringCase: Test = (pattern, value) => pattern.toLowerCase() === value.toLowerCase();

const OPERATORS: Readonly<Record<string, { readonly test: Test; readonly negated?: true }>> = {
  StringEquals: { test: sameText },
  StringNotEquals: { test: sameText, negated: true },
  StringEqualsIgnoreCase: { test: sameIgnoringCase },
  StringNotEqualsIgnoreCase: { test: sameIgnoringCase, negated: true },
  StringLike: { test: matchesWildcard },
  StringNotLike: { test: matchesWildcard, negated: true },
  // The user guide: "ArnEquals and ArnLike condition operators behave identically."
  ArnEquals: { test: matchesArn },
  ArnLike: { test: matchesArn },
  ArnNotEquals: { test: matchesArn, negated: true },
  ArnNotLike: { test: matchesArn, negated: true },
  Bool: { test: sameIgnoringCase },
  ...ordered("Numeric", Number),
  ...ordered("Date", timeOf),
};

/** `NumericEquals`, `DateLessThan` and so on. What is no number or date compares false, as NaN does. */
function ordered(type: string, read: (text: string) => number): typeof OPERATORS {
  const test =
    (compare: (value: number, limit: number) => boolean): Test =>
    (limit, value) =>
      compare(read(value), read(limit));
  return {
    [`${type}Equals`]: { test: test((a, b) => a === b) },
    [`${type}NotEquals`]: { test: test((a, b) => a === b), negated: true },
    [`${type}LessThan`]: { test: test((a, b) => a < b) },
    [`${type}LessThanEquals`]: { test: test((a, b) => a <= b) },
    [`${type}GreaterThan`]: { test: test((a, b) => a > b) },
    [`${type}GreaterThanEquals`]: { test: test((a, b) => a >= b) },
  };
}

/** Milliseconds since the epoch of an ISO 8601 date, or of epoch seconds. */
function timeOf(text: string): number {
  return /^\d{1,12}(\.\d+)?$/.test(text) && text.length > 4
    ? Number(text) * 1000
    : Date.parse(text);
}

/** All conditions of a statement: one that is not met settles it, then one that is unknown. */
export function judgeAll(statement: Statement, context: Context): Outcome {
  const outcomes = new Set(
    statement.conditions.map((condition) => judge(condition, statement, context)),
  );
  if (outcomes.has("unmet")) return "unmet";
  return outcomes.has("unknown") ? "unknown" : "met";
}

function judge(condition: Condition, { variables }: Statement, context: Context): Outcome {
  const found = valuesOf(context, condition.key);
  if (!found) return "unknown";
  const expanded = condition.values.map((value) => (variables ? expand(value, context) : value));
  const values = expanded.filter((value) => value !== undefined);
  if (values.length < expanded.length) return "unknown";
  if (condition.operator === "Null") return judgeNull(values, found);
  const [, quantifier, name = "", ifExists] =
    /^(ForAllValues:|ForAnyValue:)?(.*?)(IfExists)?$/.exec(condition.operator) ?? [];
  const operator = OPERATORS[name];
  if (!operator) return "unknown";
  const holds = (value: string): boolean =>
    values.some((pattern) => operator.test(pattern, value)) !== (operator.negated ?? false);

  if (quantifier === "ForAllValues:") return outcome(found.every(holds));
  if (found.length === 0) {
    // A missing key fails a positive operator and satisfies a negated one.
    const negated = quantifier === undefined && operator.negated === true;
    return outcome(ifExists !== undefined || negated);
  }
  if (quantifier === "ForAnyValue:") return outcome(found.some(holds));
  const [only, ...more] = found;
  // AWS documents no result for several values without ForAllValues or ForAnyValue.
  return only === undefined || more.length > 0 ? "unknown" : outcome(holds(only));
}

function judgeNull(values: readonly string[], found: readonly string[]): Outcome {
  return outcome(values.some((value) => (value.toLowerCase() === "true") === (found.length === 0)));
}

function outcome(met: boolean): Outcome {
  return met ? "met" : "unmet";
}
