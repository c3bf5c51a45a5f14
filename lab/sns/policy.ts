/** A topic's access policy: what it says in JSON, and whom it lets publish. Pure. */
import { type Context, judgeAll, type Outcome } from "../iam/conditions.ts";
import type { Condition, Patterns, Statement, TrustedPrincipal } from "../iam/document.ts";
import { actionMatches, decide, Decision } from "../iam/evaluate.ts";
import { ACCOUNT_ID } from "../service.ts";
import { notImplemented } from "../supported.ts";
import { matchesWildcard } from "../wildcard.ts";
import { invalidParameter } from "./topics.ts";

export interface TopicPolicy {
  /** As set. */
  readonly text: string;
  readonly statements: readonly Statement[];
}

/** A service of AWS that publishes on behalf of a resource. */
export interface Publisher {
  /** `cloudwatch.amazonaws.com` */
  readonly principal: string;
  /** The alarm, the rule. */
  readonly sourceArn: string;
}

/**
 * May a service publish? CloudWatch comes with the alarm's owner in `aws:SourceOwner`, which is why
 * the default policy lets alarms of the account in; it lets no other service in.
 */
export function serviceAccess(policy: TopicPolicy, topicArn: string, by: Publisher): Decision {
  const context: Context = {
    ...TRANSPORT,
    "aws:sourcearn": [by.sourceArn],
    "aws:sourceaccount": [ACCOUNT_ID],
    "aws:sourceowner": by.principal === "cloudwatch.amazonaws.com" ? [ACCOUNT_ID] : [],
    "aws:principalarn": [],
    "aws:principalaccount": [],
  };
  const isCaller = ({ type, value }: TrustedPrincipal): boolean =>
    type === "*" || (type === "Service" && value === by.principal);
  return access(policy, topicArn, isCaller, context);
}

/** What the policy says of a role of the account that publishes; its own policies come before. */
export function roleAccess(
  policy: TopicPolicy,
  topicArn: string,
  arns: readonly string[],
): Decision {
  const names = new Set([...arns, ACCOUNT_ID, `arn:aws:iam::${ACCOUNT_ID}:root`]);
  const isCaller = ({ type, value }: TrustedPrincipal): boolean =>
    type === "*" || (type === "AWS" && names.has(value));
  const context: Context = {
    ...TRANSPORT,
    "aws:sourcearn": [],
    "aws:sourceaccount": [],
    "aws:sourceowner": [ACCOUNT_ID],
    "aws:principalarn": arns.slice(0, 1),
    "aws:principalaccount": [ACCOUNT_ID],
  };
  return access(policy, topicArn, isCaller, context);
}

/** The lab's loopback endpoint stands for AWS's TLS one. */
const TRANSPORT: Context = { "aws:securetransport": ["true"] };

function access(
  policy: TopicPolicy,
  topicArn: string,
  isCaller: (principal: TrustedPrincipal) => boolean,
  context: Context,
): Decision {
  return decide(policy.statements, (statement): Outcome => {
    const { values, negated } = statement.resources ?? { values: [], negated: false };
    const meant =
      statement.principals.some(isCaller) &&
      actionMatches(statement.actions, "sns:Publish") &&
      values.some((pattern) => matchesWildcard(pattern, topicArn)) !== negated;
    return meant ? judgeAll(statement, context) : "unmet";
  });
}

/** The topic attribute Policy. Throws InvalidParameter for what is no policy of a topic. */
export function parsePolicy(operation: string, text: string): TopicPolicy {
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch {
    throw refused("null");
  }
  if (!isRecord(root)) throw refused("null");
  const listed = root["Statement"];
  const statements: unknown[] = Array.isArray(listed) ? listed : [listed];
  const variables = root["Version"] === "2012-10-17";
  return { text, statements: statements.map((one) => parseStatement(operation, one, variables)) };
}

function parseStatement(operation: string, raw: unknown, variables: boolean): Statement {
  if (!isRecord(raw)) throw refused("a policy needs a Statement");
  if (raw["NotPrincipal"] !== undefined) {
    throw notImplemented(operation, "NotPrincipal in a topic's Policy");
  }
  const effect = raw["Effect"];
  if (effect !== "Allow" && effect !== "Deny") throw refused("Effect must be Allow or Deny");
  const actions = patterns(raw, "Action", "NotAction");
  if (actions.values.some((action) => action !== "*" && !/^sns:/i.test(action))) {
    throw refused("Policy statement action out of service scope!");
  }
  return {
    effect,
    principals: principals(raw["Principal"]),
    actions,
    resources: patterns(raw, "Resource", "NotResource"),
    conditions: conditions(raw["Condition"]),
    variables,
  };
}

function principals(raw: unknown): TrustedPrincipal[] {
  if (raw === "*") return [{ type: "*", value: "*" }];
  if (!isRecord(raw)) throw refused("a statement needs a Principal");
  return Object.entries(raw).flatMap(([type, values]) =>
    texts(values).map((value) => ({ type: type === "AWS" && value === "*" ? "*" : type, value })),
  );
}

function patterns(raw: Record<string, unknown>, name: string, negation: string): Patterns {
  const negated = raw[name] === undefined;
  const values = texts(raw[negated ? negation : name]);
  if (values.length === 0) throw refused(`a statement needs ${name} or ${negation}`);
  return { values, negated };
}

function conditions(raw: unknown): Condition[] {
  if (raw === undefined) return [];
  if (!isRecord(raw)) throw refused("Condition must be an object");
  return Object.entries(raw).flatMap(([operator, keys]) =>
    Object.entries(isRecord(keys) ? keys : {}).map(([key, values]) => ({
      operator,
      key: key.toLowerCase(),
      values: texts(values),
    })),
  );
}

function texts(value: unknown): string[] {
  const listed: unknown[] = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return listed.map((one) => {
    if (typeof one === "string" || typeof one === "boolean" || typeof one === "number") {
      return String(one);
    }
    throw refused("a value must be a string");
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function refused(reason: string): Error {
  return invalidParameter(`Policy Error: ${reason}`);
}
