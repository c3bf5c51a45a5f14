/**
 * A statement's Condition block. Three outcomes: a key or an operator that the lab cannot judge is
 * `unknown`, which must neither grant (Allow) nor be passed over (Deny).
 */
import type { Condition } from "./document.ts";
import { matchesWildcard } from "../wildcard.ts";
import { matchesArn } from "./arnMatch.ts";

export type Outcome = "met" | "unmet" | "unknown";

/**
 * What is known of a request, by lower-case condition key. An empty list is a key that is known to be
 * absent from the request; a key that is missing here is one the lab cannot judge.
 */
export type Context = Readonly<Record<string, readonly string[]>>;

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
};

/** All conditions of a statement: one that is not met settles it, then one that is unknown. */
export function judgeAll(conditions: readonly Condition[], context: Context): Outcome {
  const outcomes = new Set(conditions.map((condition) => judge(condition, context)));
  if (outcomes.has("unmet")) return "unmet";
  return outcomes.has("unknown") ? "unknown" : "met";
}

function judge(condition: Condition, context: Context): Outcome {
  const found = context[condition.key];
  // A policy variable (`${aws:username}`) stands for a value that is not worked out here.
  if (!found || condition.values.some((value) => value.includes("${"))) return "unknown";
  if (condition.operator === "Null") return judgeNull(condition.values, found);
  const [, quantifier, name = "", ifExists] =
    /^(ForAllValues:|ForAnyValue:)?(.*?)(IfExists)?$/.exec(condition.operator) ?? [];
  const operator = OPERATORS[name];
  if (!operator) return "unknown";
  const holds = (value: string): boolean =>
    condition.values.some((pattern) => operator.test(pattern, value)) !==
    (operator.negated ?? false);

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
