/** Who may assume a role, by the role's trust policy. */
import type { Context } from "./conditions.ts";
import { judgeAll } from "./conditions.ts";
import type { PolicyDocument, Statement, TrustedPrincipal } from "./document.ts";
import { actionMatches, decide, Decision } from "./evaluate.ts";
import type { Principal } from "../service.ts";
import { ACCOUNT_ID } from "../service.ts";

/**
 * A service is trusted only by its name: whether `Principal: "*"` covers services is not documented,
 * and a role that trusts everyone by accident must not be what makes a stack work.
 */
export function trustsService(
  trust: PolicyDocument,
  servicePrincipal: string,
  context: Context,
): boolean {
  return allows(trust, context, (one) => one.type === "Service" && one.value === servicePrincipal);
}

/** `roleArn` is the role behind a role session, which a trust policy may name instead of it. */
export function trustsPrincipal(
  trust: PolicyDocument,
  principal: Principal,
  roleArn: string | undefined,
  context: Context,
): boolean {
  const names = new Set(["*", ACCOUNT_ID, `arn:aws:iam::${ACCOUNT_ID}:root`, principal.arn]);
  if (roleArn !== undefined) names.add(roleArn);
  return allows(
    trust,
    context,
    (one) => (one.type === "*" || one.type === "AWS") && names.has(one.value),
  );
}

function allows(
  trust: PolicyDocument,
  context: Context,
  isCaller: (principal: TrustedPrincipal) => boolean,
): boolean {
  const applies = (statement: Statement): "met" | "unmet" | "unknown" =>
    statement.principals.some(isCaller) && actionMatches(statement.actions, "sts:AssumeRole")
      ? judgeAll(statement, context)
      : "unmet";
  return decide(trust.statements, applies) === Decision.Allow;
}
