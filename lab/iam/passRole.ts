/**
 * Roles that a request hands to a service: whoever asks needs `iam:PassRole` on each of them (IAM user
 * guide, "Grant a user permissions to pass a role to an AWS service").
 */
import type { PassedRole, Principal } from "../service.ts";
import type { Authority } from "../wire/dispatch.ts";
import { ACCOUNT_ID } from "../service.ts";

const ACTION = "iam:PassRole";

/** The sentence of AWS's error for the first role that may not be passed; undefined when all may. */
export function refusedPass(
  authority: Pick<Authority, "authorize">,
  principal: Principal,
  passed: readonly PassedRole[],
): string | undefined {
  for (const { roleArn, toService } of passed) {
    const verdict = authority.authorize(principal, ACTION, [roleArn], {
      "iam:passedtoservice": [toService],
      "aws:resourceaccount": [ACCOUNT_ID],
      "aws:requesttag/": [],
      "aws:tagkeys": [],
    });
    if (!verdict.allowed) return verdict.message;
  }
  return undefined;
}
