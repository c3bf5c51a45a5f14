/** Pages of a list: a token says how many items came before it. */
import { AwsError } from "../service.ts";

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextToken?: string;
}

/** Throws `refusal` when the token is none of ours: ListMetrics and ListDashboards have their own. */
export function pageOf<T>(
  items: readonly T[],
  token: string | undefined,
  size: number,
  refusal = "InvalidNextToken",
): Page<T> {
  const offset = offsetOf(token, refusal);
  const next = offset + size;
  return {
    items: items.slice(offset, next),
    ...(next < items.length ? { nextToken: tokenAt(next) } : {}),
  };
}

export function offsetOf(token: string | undefined, refusal = "InvalidNextToken"): number {
  if (token === undefined) return 0;
  const match = /^offset:(\d{1,15})$/.exec(Buffer.from(token, "base64url").toString());
  if (!match) throw new AwsError(refusal, "The next token specified is invalid.");
  return Number(match[1]);
}

export function tokenAt(offset: number): string {
  return Buffer.from(`offset:${offset}`).toString("base64url");
}
