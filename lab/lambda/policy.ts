/** A function's resource policy: how AWS writes it and whom it lets in. Pure. */
import { ACCOUNT_ID } from "../service.ts";

export interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow";
  readonly Principal: "*" | { readonly Service: string } | { readonly AWS: string };
  readonly Action: string;
  readonly Resource: string;
  readonly Condition?: {
    readonly StringEquals?: Readonly<Record<string, string>>;
    readonly ArnLike?: Readonly<Record<string, string>>;
  };
}

export interface Grant {
  readonly statementId: string;
  readonly action: string;
  readonly principal: string;
  readonly sourceArn: string | undefined;
  readonly sourceAccount: string | undefined;
}

/** The statement that AddPermission makes of its parameters. */
export function renderStatement(grant: Grant, functionArn: string): Statement {
  const { sourceAccount, sourceArn } = grant;
  const condition = {
    ...(sourceAccount && { StringEquals: { "AWS:SourceAccount": sourceAccount } }),
    ...(sourceArn && { ArnLike: { "AWS:SourceArn": sourceArn } }),
  };
  return {
    Sid: grant.statementId,
    Effect: "Allow",
    Principal: renderPrincipal(grant.principal),
    Action: grant.action,
    Resource: functionArn,
    ...(Object.keys(condition).length > 0 && { Condition: condition }),
  };
}

function renderPrincipal(principal: string): Statement["Principal"] {
  if (principal === "*") return "*";
  if (/^\d{12}$/.test(principal)) return { AWS: `arn:aws:iam::${principal}:root` };
  return principal.startsWith("arn:") ? { AWS: principal } : { Service: principal };
}

export function renderPolicy(statements: readonly Statement[]): string {
  return JSON.stringify({ Version: "2012-10-17", Id: "default", Statement: statements });
}

/** Whether some statement lets a service call the function on behalf of a resource. */
export function allowsService(
  statements: readonly Statement[],
  service: string,
  sourceArn: string,
  sourceAccount: string = ACCOUNT_ID,
): boolean {
  return statements.some(
    ({ Principal, Action, Condition }) =>
      (Principal === "*" || ("Service" in Principal && Principal.Service === service)) &&
      ["lambda:InvokeFunction", "lambda:*", "*"].includes(Action) &&
      arnLike(Condition?.ArnLike?.["AWS:SourceArn"] ?? "*", sourceArn) &&
      (Condition?.StringEquals?.["AWS:SourceAccount"] ?? sourceAccount) === sourceAccount,
  );
}

/**
 * ArnLike: each of the six parts between colons is matched on its own, `*` and `?` in it.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
function arnLike(pattern: string, value: string): boolean {
  if (pattern === "*") return true;
  const patterns = arnParts(pattern);
  const values = arnParts(value);
  return (
    patterns.length === values.length &&
    patterns.every((part, index) => wildcard(part).test(values[index]!))
  );
}

function arnParts(text: string): string[] {
  const parts = text.split(":");
  return [...parts.slice(0, 5), parts.slice(5).join(":")];
}

function wildcard(pattern: string): RegExp {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`, "s");
}
