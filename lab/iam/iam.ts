/** IAM: roles, policies, the credentials of roles, and the decision what those may do. */
import type { Context } from "./conditions.ts";
import type { Credentials } from "./sessions.ts";
import { decisionMessage } from "./denial.ts";
import { keyed } from "./requestConditions.ts";
import { Decision, evaluate } from "./evaluate.ts";
import { policyOperations } from "./policies.ts";
import { rolePolicyOperations } from "./rolePolicies.ts";
import { roleOperations } from "./roles.ts";
import { principal as principalFor, Sessions } from "./sessions.ts";
import type { Role } from "./store.ts";
import { iamArn, IamStore } from "./store.ts";
import { trustsPrincipal, trustsService } from "./trust.ts";
import type { LabCore, LabService, Operation, Principal } from "../service.ts";
import { ACCOUNT_ID, AwsError, REGION, ServiceName } from "../service.ts";

/** A role session that was opened by AssumeRole. */
export interface AssumedRole {
  readonly credentials: Credentials;
  readonly principal: Principal;
  /** `AROA…:session`, the caller's UserId. */
  readonly userId: string;
}

export class Iam implements LabService {
  readonly name = ServiceName.Iam;
  readonly operations: Readonly<Record<string, Operation>>;
  readonly #core: LabCore;
  readonly #store = new IamStore();
  readonly #sessions: Sessions;

  constructor(core: LabCore) {
    this.#core = core;
    this.#sessions = new Sessions(core.clock, this.#store);
    this.operations = {
      ...roleOperations(core, this.#store),
      ...rolePolicyOperations(this.#store),
      ...policyOperations(core, this.#store),
    };
  }

  /** IAM authorises by the role or the policy that is acted on; lists have no resource. */
  resourcesOf(_operation: string, input: Record<string, unknown>): readonly string[] {
    const { RoleName: roleName, PolicyArn: policyArn, PolicyName: policyName } = input;
    const path = typeof input["Path"] === "string" ? input["Path"] : "/";
    if (typeof roleName === "string") {
      return [this.#store.findRole(roleName)?.arn ?? iamArn(`role${path}${roleName}`)];
    }
    if (typeof policyArn === "string") return [policyArn];
    return typeof policyName === "string" ? [iamArn(`policy${path}${policyName}`)] : ["*"];
  }

  /**
   * Credentials for a workload of `servicePrincipal` (`ecs-tasks.amazonaws.com`,
   * `lambda.amazonaws.com`) that runs as the role. They last as long as the role does. `sourceArn`
   * is what a trust policy may name in `aws:SourceArn`.
   *
   * @throws AwsError AccessDenied when the role is missing or does not trust the service.
   */
  issue(
    roleArn: string,
    sessionName: string,
    servicePrincipal: string,
    sourceArn?: string,
  ): Credentials {
    const role = this.#store.findRoleByArn(roleArn);
    if (!role || !this.trusts(roleArn, servicePrincipal, sourceArn)) {
      throw new AwsError(
        "AccessDenied",
        `${servicePrincipal} is unable to assume role ${roleArn}: ` +
          (role ? "its trust policy does not allow it." : "the role does not exist."),
        403,
      );
    }
    return this.#sessions.open(role, sessionName);
  }

  /** Whether the role exists and its trust policy lets the service assume it. */
  trusts(roleArn: string, servicePrincipal: string, sourceArn?: string): boolean {
    const role = this.#store.findRoleByArn(roleArn);
    if (!role) return false;
    return trustsService(role.trust, servicePrincipal, {
      ...requestContext,
      "aws:sourceaccount": [ACCOUNT_ID],
      // Without it the key cannot be judged: a trust policy that asks for it does not grant.
      ...(sourceArn === undefined ? {} : { "aws:sourcearn": [sourceArn] }),
    });
  }

  /** The session behind an access key id; undefined for unknown, expired and orphaned ones. */
  principalOf(accessKeyId: string): Principal | undefined {
    return this.#sessions.principalOf(accessKeyId);
  }

  /**
   * Opens a session for `caller` when the role's trust policy names it or the account.
   *
   * @param durationSeconds checked against the role's longest session.
   * @returns undefined when the role does not exist or does not trust the caller, which AWS answers
   * alike.
   */
  assume(
    caller: Principal,
    roleArn: string,
    sessionName: string,
    durationSeconds: number,
    externalId: string | undefined,
  ): AssumedRole | undefined {
    const role = this.#store.findRoleByArn(roleArn);
    const callerRole = this.#roleOf(caller)?.arn;
    const context: Context = {
      ...requestContext,
      "aws:principalarn": [callerRole ?? caller.arn],
      "sts:externalid": externalId === undefined ? [] : [externalId],
      "sts:rolesessionname": [sessionName],
    };
    if (!role || !trustsPrincipal(role.trust, caller, callerRole, context)) return undefined;
    if (durationSeconds > role.maxSessionSeconds) {
      throw new AwsError(
        "ValidationError",
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
      );
    }
    const expiresAtMs = this.#core.clock.now() + durationSeconds * 1000;
    return {
      credentials: this.#sessions.open(role, sessionName, expiresAtMs),
      principal: principalFor(role.name, sessionName),
      userId: `${role.id}:${sessionName}`,
    };
  }

  /** `AROA…:session` of a role session, as GetCallerIdentity shows it. */
  userIdOf(caller: Principal): string | undefined {
    const role = this.#roleOf(caller);
    return role && `${role.id}:${caller.arn.split("/").at(-1)}`;
  }

  /**
   * May `principal` do `action` (`dynamodb:PutItem`) on every one of `resources`? Users may do
   * anything; a role what its inline and attached policies allow. `context` adds condition keys that
   * the caller knows (`dynamodb:LeadingKeys`), by lower-case name.
   */
  authorize(
    principal: Principal,
    action: string,
    resources: readonly string[],
    context: Context = {},
  ): { readonly allowed: true } | { readonly allowed: false; readonly message: string } {
    if (principal.kind === "user") return { allowed: true };
    const role = this.#roleOf(principal);
    const documents = role ? this.#store.documentsOf(role) : [];
    const known: Context = { ...this.#sessionContext(principal, role), ...context };
    for (const resource of resources) {
      const decision = evaluate(documents, action, resource, known);
      if (decision !== Decision.Allow) {
        return { allowed: false, message: decisionMessage(principal, action, resource, decision) };
      }
    }
    return { allowed: true };
  }

  /** What every request of a role session brings (IAM user guide, "global condition context keys"). */
  #sessionContext(principal: Principal, role: Role | undefined): Context {
    const nowMs = this.#core.clock.now();
    return {
      ...requestContext,
      "aws:currenttime": [new Date(nowMs).toISOString()],
      "aws:epochtime": [String(Math.floor(nowMs / 1000))],
      // For a role session the key holds the role's ARN, not the session's.
      "aws:principalarn": [role?.arn ?? principal.arn],
      "aws:principaltype": ["AssumedRole"],
      "aws:principaltag/": [],
      ...keyed("aws:principaltag/", Object.fromEntries(role?.tags ?? [])),
      "aws:userid": [this.userIdOf(principal) ?? ""],
      "aws:principalisawsservice": ["false"],
      "aws:viaawsservice": ["false"],
      // Known to be absent: a user's name, second factor and identity provider, and what is set only
      // when a service calls on a resource's behalf.
      "aws:username": [],
      "aws:multifactorauthpresent": [],
      "aws:multifactorauthage": [],
      "aws:federatedprovider": [],
      "aws:calledvia": [],
      "aws:sourcearn": [],
      "aws:sourceaccount": [],
    };
  }

  #roleOf(principal: Principal): Role | undefined {
    return principal.roleName === undefined ? undefined : this.#store.findRole(principal.roleName);
  }
}

/**
 * What holds for every request to the lab. `aws:SecureTransport` is true because the lab's loopback
 * endpoint stands for AWS's TLS one: a policy that demands TLS acts here as it does there.
 */
const requestContext: Context = {
  "aws:principalaccount": [ACCOUNT_ID],
  "aws:requestedregion": [REGION],
  "aws:securetransport": ["true"],
};
