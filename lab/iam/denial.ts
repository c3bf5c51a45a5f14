/** AWS's sentence for a refused call (IAM user guide, "Troubleshoot access denied error messages"). */
import type { Principal } from "../service.ts";
import { Decision } from "./evaluate.ts";

export function decisionMessage(
  principal: Principal,
  action: string,
  resource: string,
  decision: Decision,
): string {
  const reason =
    decision === Decision.ExplicitDeny
      ? "with an explicit deny in an identity-based policy"
      : `because no identity-based policy allows the ${action} action`;
  return (
    `User: ${principal.arn} is not authorized to perform: ${action} ` +
    `on resource: ${resource} ${reason}`
  );
}
