/**
 * Does a set of policies allow an action? The logic of the IAM user guide ("Policy evaluation
 * logic"): an explicit deny wins, then an allow, and what nobody mentions is denied.
 */
import { judgeAll } from "./conditions.ts";
import type { Context, Outcome } from "./conditions.ts";
import type { Patterns, PolicyDocument, Statement } from "./document.ts";
import { matchesWildcard } from "../wildcard.ts";
import { expand } from "./variables.ts";

export const Decision = {
  ExplicitDeny: "explicitDeny",
  Allow: "allow",
  ImplicitDeny: "implicitDeny",
} as const;
export type Decision = (typeof Decision)[keyof typeof Decision];

/**
 * `resource` is an ARN, or `*` for an action that AWS authorises without one: only a pattern that
 * is made of stars matches that.
 */
export function evaluate(
  policies: readonly PolicyDocument[],
  action: string,
  resource: string,
  context: Context,
): Decision {
  return decide(
    policies.flatMap((policy) => policy.statements),
    (statement) => appliesTo(statement, action, resource, context),
  );
}

/** An Allow must be met; a Deny stands as soon as it cannot be ruled out. */
export function decide(
  statements: readonly Statement[],
  applies: (statement: Statement) => Outcome,
): Decision {
  const judged = statements.map((statement) => ({ statement, outcome: applies(statement) }));
  if (judged.some((one) => one.statement.effect === "Deny" && one.outcome !== "unmet")) {
    return Decision.ExplicitDeny;
  }
  return judged.some((one) => one.statement.effect === "Allow" && one.outcome === "met")
    ? Decision.Allow
    : Decision.ImplicitDeny;
}

/** Actions are compared without regard to case ("iam:ListAccessKeys" is "IAM:listaccesskeys"). */
export function actionMatches(actions: Patterns, action: string): boolean {
  const wanted = action.toLowerCase();
  return (
    actions.values.some((pattern) => matchesWildcard(pattern.toLowerCase(), wanted)) !==
    actions.negated
  );
}

function appliesTo(
  statement: Statement,
  action: string,
  resource: string,
  context: Context,
): Outcome {
  if (!actionMatches(statement.actions, action)) return "unmet";
  const resources = resourceOutcome(statement, resource, context);
  if (resources === "unmet") return "unmet";
  const conditions = judgeAll(statement, context);
  return resources === "unknown" && conditions === "met" ? "unknown" : conditions;
}

function resourceOutcome(
  { resources, variables }: Statement,
  resource: string,
  context: Context,
): Outcome {
  if (!resources) return "unmet";
  const expanded = resources.values.map((value) => (variables ? expand(value, context) : value));
  const matched = expanded.some((value) => value !== undefined && matchesWildcard(value, resource));
  // A pattern whose variable has no value here might match.
  if (!matched && expanded.includes(undefined)) return "unknown";
  return matched !== resources.negated ? "met" : "unmet";
}
