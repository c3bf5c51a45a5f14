/**
 * Where Lambda may send records of asynchronous invocations, and the permission that the function's
 * role needs for each.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
import { messageOf } from "../../base/errors.ts";
import { notImplemented } from "../supported.ts";
import type { RoleAuthority, TargetPorts } from "./ports.ts";
import { parseReference } from "./store.ts";
import { invalid } from "./validation.ts";

export interface Target {
  readonly kind: "topic" | "function" | "bus";
  readonly arn: string;
}

const TARGETS = [
  { kind: "topic", pattern: /^arn:aws:sns:[^:]+:\d{12}:[A-Za-z0-9_-]{1,256}$/ },
  { kind: "function", pattern: /^arn:aws:lambda:[^:]+:\d{12}:function:[A-Za-z0-9_-]+(:.+)?$/ },
  { kind: "bus", pattern: /^arn:aws:events:[^:]+:\d{12}:event-bus\/.+$/ },
] as const;
const ACTIONS = {
  topic: "sns:Publish",
  function: "lambda:InvokeFunction",
  bus: "events:PutEvents",
} as const;

/** An on-success or on-failure destination. Throws for what Lambda or the lab does not deliver to. */
export function parseDestination(operation: string, arn: string, ports: TargetPorts): Target {
  refuseMissing(operation, "a destination", arn);
  const found = TARGETS.find(({ pattern }) => pattern.test(arn));
  if (!found) throw invalid(`The destination ARN ${arn} is invalid.`);
  if (found.kind === "bus" && !ports.putEvent) {
    throw notImplemented(operation, `an event bus as a destination (${arn})`);
  }
  const qualifier = found.kind === "function" ? parseReference(arn).qualifier : undefined;
  if (qualifier !== undefined && qualifier !== "$LATEST") {
    throw notImplemented(operation, `a version or an alias as a destination (${arn})`);
  }
  return { kind: found.kind, arn };
}

/** A dead-letter queue: a queue or a topic, of which the lab has topics. */
export function parseDeadLetter(operation: string, arn: string): Target {
  refuseMissing(operation, "a dead-letter queue", arn);
  if (!TARGETS[0].pattern.test(arn)) {
    throw invalid(`The dead-letter target ARN ${arn} is invalid: it must be of SQS or SNS.`);
  }
  return { kind: "topic", arn };
}

function refuseMissing(operation: string, what: string, arn: string): void {
  const service = /^arn:aws[^:]*:(sqs|s3):/.exec(arn)?.[1];
  if (service === "sqs") throw notImplemented(operation, `an SQS queue as ${what} (${arn})`);
  if (service === "s3") throw notImplemented(operation, `an S3 bucket as ${what} (${arn})`);
}

/** Why the role may not send to the target; undefined when it may. */
export function refusalOf(
  target: Target,
  role: string,
  functionName: string,
  authority: RoleAuthority,
): string | undefined {
  try {
    const { accessKeyId } = authority.issue(role, functionName, "lambda.amazonaws.com");
    const principal = authority.principalOf(accessKeyId);
    if (!principal) return `the role ${role} does not exist`;
    const decision = authority.authorize(principal, ACTIONS[target.kind], [target.arn]);
    return decision.allowed ? undefined : decision.message;
  } catch (error) {
    return messageOf(error);
  }
}

/**
 * Lambda asks when the destination is configured, and so refuses a role that cannot send there;
 * the permission may still be taken away later.
 */
export function checkPermission(
  target: Target,
  role: string,
  functionName: string,
  authority: RoleAuthority,
): void {
  if (refusalOf(target, role, functionName, authority) === undefined) return;
  const action = ACTIONS[target.kind].split(":")[1];
  throw invalid(
    `The function's execution role does not have permissions to call ${action} on ${target.arn}`,
  );
}
