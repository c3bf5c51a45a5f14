/** The functions of one lab, and how requests name them. */
import type { Architecture } from "@aws-sdk/client-lambda";
import { ACCOUNT_ID, arn, AwsError } from "../service.ts";
import type { Statement } from "./policy.ts";
import type { Target } from "./targets.ts";

/** What CreateFunction and UpdateFunctionConfiguration set. */
export interface Configuration {
  readonly role: string;
  readonly runtime: "nodejs24.x";
  readonly handler: string;
  readonly description: string;
  /** Wall seconds: what a function does is work, and a lab's clock does not scale work. */
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  readonly variables: Readonly<Record<string, string>> | undefined;
  readonly ephemeralMegabytes: number;
  readonly logGroup: string;
  readonly deadLetter: Target | undefined;
}

export interface Code {
  readonly directory: string;
  readonly sha256: string;
  readonly bytes: number;
}

export interface EventInvokeConfig {
  readonly maximumRetryAttempts: number | undefined;
  readonly maximumEventAgeSeconds: number | undefined;
  readonly onSuccess: Target | undefined;
  readonly onFailure: Target | undefined;
  readonly lastModified: number;
}

export interface FunctionRecord {
  readonly name: string;
  readonly arn: string;
  readonly architectures: readonly Architecture[];
  readonly tags: Map<string, string>;
  configuration: Configuration;
  code: Code;
  lastModified: number;
  /** Changes with every change of code, configuration or policy. */
  revisionId: string;
  policy: Statement[];
  policyRevisionId: string;
  reservedConcurrency: number | undefined;
  eventInvoke: EventInvokeConfig | undefined;
}

export class FunctionStore {
  readonly functions = new Map<string, FunctionRecord>();

  /**
   * By name, partial or full ARN, each with an optional qualifier. Only `$LATEST` exists here.
   * Throws `ResourceNotFoundException`.
   */
  find(reference: string | undefined, qualifier?: string): FunctionRecord {
    const named = parseReference(reference ?? "");
    const wanted = qualifier ?? named.qualifier ?? "$LATEST";
    const found = this.functions.get(named.name);
    if (found && wanted === "$LATEST") return found;
    const suffix = wanted === "$LATEST" ? "" : `:${wanted}`;
    throw new AwsError(
      "ResourceNotFoundException",
      `Function not found: ${functionArn(named.name)}${suffix}`,
      404,
      { Type: "User" },
    );
  }
}

export function functionArn(name: string): string {
  return arn("lambda", `function:${name}`);
}

/** The name in `NAME`, `ACCOUNT:function:NAME` or an ARN, and the qualifier after it. */
export function parseReference(reference: string): { name: string; qualifier?: string } {
  const match = /^(?:(?:arn:aws:lambda:[^:]*:)?(\d{12}):function:)?([A-Za-z0-9_-]+)(?::([^:]+))?$/;
  const [, account = ACCOUNT_ID, name, qualifier] = match.exec(reference) ?? [];
  if (name === undefined || account !== ACCOUNT_ID) return { name: reference };
  return { name, ...(qualifier !== undefined && { qualifier }) };
}
