/** Policy documents: JSON as IAM accepts it, turned into one regular shape. */
import { AwsError } from "../service.ts";

export interface PolicyDocument {
  readonly text: string;
  readonly statements: readonly Statement[];
}

export interface Statement {
  readonly effect: "Allow" | "Deny";
  /** Patterns of Action or, `negated`, of NotAction. */
  readonly actions: Patterns;
  /** Patterns of Resource or NotResource; absent in trust policies. */
  readonly resources: Patterns | undefined;
  /** Absent in identity policies. */
  readonly principals: readonly TrustedPrincipal[];
  readonly conditions: readonly Condition[];
  /** Whether `${...}` is a variable: in version 2012-10-17, and plain text in the older one. */
  readonly variables: boolean;
}

export interface Patterns {
  readonly values: readonly string[];
  readonly negated: boolean;
}

/** `{ type: "Service", value: "lambda.amazonaws.com" }`; `Principal: "*"` has the type `*`. */
export interface TrustedPrincipal {
  readonly type: string;
  readonly value: string;
}

export interface Condition {
  readonly operator: string;
  /** Lower case: condition keys are not case-sensitive. */
  readonly key: string;
  readonly values: readonly string[];
}

/** An `identity` policy grants to its holder; a role's `trust` policy says who may assume it. */
export type PolicyKind = "identity" | "trust";

const STATEMENT_MEMBERS = new Set([
  "Sid",
  "Effect",
  "Action",
  "NotAction",
  "Resource",
  "NotResource",
  "Principal",
  "Condition",
]);

/** Throws MalformedPolicyDocument for what IAM refuses. */
export function parsePolicy(text: string, kind: PolicyKind): PolicyDocument {
  const root = parseJson(text, kind);
  if (!isRecord(root)) throw malformed("Syntax errors in policy.");
  for (const member of Object.keys(root)) {
    if (!["Version", "Id", "Statement"].includes(member))
      throw malformed("Syntax errors in policy.");
  }
  const version = root["Version"] ?? "2008-10-17";
  if (version !== "2012-10-17" && version !== "2008-10-17") {
    throw malformed("The policy must contain a valid version string.");
  }
  const listed = root["Statement"];
  const statements = Array.isArray(listed) ? (listed as unknown[]) : [listed];
  if (listed === undefined || statements.length === 0) throw malformed("Syntax errors in policy.");
  return {
    text,
    statements: statements.map((statement) => parseStatement(statement, kind, version)),
  };
}

function parseJson(text: string, kind: PolicyKind): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed(
      kind === "trust" ? "This policy contains invalid Json" : "Syntax errors in policy.",
    );
  }
}

function parseStatement(raw: unknown, kind: PolicyKind, version: string): Statement {
  if (!isRecord(raw)) throw malformed("Syntax errors in policy.");
  if ("NotPrincipal" in raw) {
    if (kind === "identity") throw malformed("Policy document should not specify a principal.");
    throw new AwsError("NotImplemented", "The lab does not implement NotPrincipal", 501);
  }
  for (const member of Object.keys(raw)) {
    if (!STATEMENT_MEMBERS.has(member)) throw malformed("Syntax errors in policy.");
  }
  const effect = raw["Effect"];
  if (effect !== "Allow" && effect !== "Deny") throw malformed("Syntax errors in policy.");
  const actions = patterns(raw, "Action", "NotAction");
  if (!actions) throw malformed("Policy statement must contain actions.");
  for (const action of actions.values) checkAction(action);
  return {
    effect,
    actions,
    resources: kind === "identity" ? resourcesOf(raw) : noResources(raw),
    principals: kind === "trust" ? principalsOf(raw) : noPrincipals(raw),
    conditions: conditionsOf(raw["Condition"]),
    variables: version === "2012-10-17",
  };
}

function checkAction(action: string): void {
  if (action !== "*" && !/^[^:]+:[^:]+$/.test(action)) {
    throw malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
  }
}

function resourcesOf(raw: Record<string, unknown>): Patterns {
  const resources = patterns(raw, "Resource", "NotResource");
  if (!resources) throw malformed("Policy statement must contain resources.");
  for (const resource of resources.values) {
    if (resource !== "*" && !resource.startsWith("arn:")) {
      throw malformed(`Resource ${resource} must be in ARN format or "*".`);
    }
  }
  return resources;
}

function noResources(raw: Record<string, unknown>): undefined {
  if ("Resource" in raw || "NotResource" in raw) throw malformed("Has prohibited field Resource.");
}

function noPrincipals(raw: Record<string, unknown>): [] {
  if ("Principal" in raw) throw malformed("Policy document should not specify a principal.");
  return [];
}

function principalsOf(raw: Record<string, unknown>): TrustedPrincipal[] {
  const principal = raw["Principal"];
  if (principal === "*") return [{ type: "*", value: "*" }];
  if (!isRecord(principal)) throw malformed("Missing required field Principal");
  return Object.entries(principal).flatMap(([type, values]) =>
    strings(values).map((value) => ({ type, value })),
  );
}

function patterns(
  raw: Record<string, unknown>,
  member: string,
  notMember: string,
): Patterns | undefined {
  const negated = notMember in raw;
  if (negated && member in raw) throw malformed("Syntax errors in policy.");
  const value = raw[negated ? notMember : member];
  return value === undefined ? undefined : { values: strings(value), negated };
}

function conditionsOf(raw: unknown): Condition[] {
  if (raw === undefined) return [];
  if (!isRecord(raw)) throw malformed("Syntax errors in policy.");
  return Object.entries(raw).flatMap(([operator, keys]) => {
    if (!isRecord(keys)) throw malformed("Syntax errors in policy.");
    return Object.entries(keys).map(([key, values]) => ({
      operator,
      key: key.toLowerCase(),
      values: scalars(values),
    }));
  });
}

function strings(value: unknown): string[] {
  const list = Array.isArray(value) ? (value as unknown[]) : [value];
  if (!list.every((entry) => typeof entry === "string"))
    throw malformed("Syntax errors in policy.");
  return list;
}

/** Condition values may be written as booleans and numbers too. */
function scalars(value: unknown): string[] {
  const list = Array.isArray(value) ? (value as unknown[]) : [value];
  return list.map((entry) => {
    if (typeof entry === "string") return entry;
    if (typeof entry === "boolean" || typeof entry === "number") return String(entry);
    throw malformed("Syntax errors in policy.");
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function malformed(message: string): AwsError {
  return new AwsError("MalformedPolicyDocumentException", message);
}
