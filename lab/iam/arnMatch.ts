/** ARNs against ARN patterns. */
import { matchesWildcard } from "../wildcard.ts";

/**
 * ARNs compare field by field: the first five of the six colon-separated fields each take their own
 * wildcards, the sixth (the resource) takes the rest (IAM user guide, "ARN condition operators").
 */
export function matchesArn(pattern: string, arn: string): boolean {
  const wanted = fields(pattern);
  const found = fields(arn);
  return (
    wanted.length === found.length &&
    wanted.every((field, index) => matchesWildcard(field, found[index] ?? ""))
  );
}

function fields(arn: string): string[] {
  const parts = arn.split(":");
  return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(":")];
}
