/** Calls among the lab's own services in a role's name, as if they had come over the wire. */
import { randomUUID } from "node:crypto";
import { refusedPass } from "../iam/passRole.ts";
import { requestConditions } from "../iam/requestConditions.ts";
import { ACCOUNT_ID, AwsError } from "../service.ts";
import type { LabService, Principal } from "../service.ts";
import type { Authority } from "../wire/dispatch.ts";
import { iamActionOf } from "../wire/services.ts";
import type { SchedulerPorts } from "./ports.ts";

/** `sessionName` is what AccessDenied and audits show of who called. */
export function roleCaller(
  authority: Pick<Authority, "authorize">,
  services: readonly LabService[],
  sessionName: string,
): SchedulerPorts["callAs"] {
  return async (roleArn, { service: name, operation, input }) => {
    const service = services.find((one) => one.name === name);
    const handler = service?.operations[operation];
    if (!service || !handler) throw new Error(`the lab has no operation ${name} ${operation}`);
    const principal = principalOf(roleArn, sessionName);
    const resources = service.resourcesOf?.(operation, input) ?? ["*"];
    for (const resource of resources) {
      const conditions = await requestConditions(service, input, resource, principal);
      const action = iamActionOf(name, operation);
      const verdict = authority.authorize(principal, action, [resource], conditions);
      if (!verdict.allowed) throw denied(verdict.message);
    }
    const refused = refusedPass(
      authority,
      principal,
      service.rolesPassed?.(operation, input) ?? [],
    );
    if (refused !== undefined) throw denied(refused);
    await handler(input, { principal, requestId: randomUUID() });
  };
}

function denied(message: string): AwsError {
  return new AwsError("AccessDeniedException", message, 403);
}

function principalOf(roleArn: string, sessionName: string): Principal {
  const roleName = roleArn.split("/").at(-1) ?? "";
  return {
    kind: "role",
    arn: `arn:aws:sts::${ACCOUNT_ID}:assumed-role/${roleName}/${sessionName}`,
    roleName,
  };
}
