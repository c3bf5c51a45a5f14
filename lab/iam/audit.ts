/** `--iam=audit`: every call of a role is let through, and what it would have needed is written down. */
import type { Principal } from "../service.ts";
import type { Authority } from "../wire/dispatch.ts";
import type { Context } from "./conditions.ts";
import type { ExtraAnswer } from "../server.ts";
import type { LeastPolicy, Use } from "./leastPolicy.ts";
import { leastPolicy } from "./leastPolicy.ts";

/** A call that the role's own policies do not allow: it would have failed on AWS. */
export interface RefusedUse extends Use {
  /** The sentence of AWS's error. */
  readonly message: string;
  readonly calls: number;
}

export interface RoleAudit {
  readonly roleName: string;
  /** What the role used, and nothing beside it. */
  readonly policy: LeastPolicy;
  /** In the order of action and resource. */
  readonly refused: readonly RefusedUse[];
}

interface Seen extends Use {
  readonly roleName: string;
  /** Of the first call that the role's policies did not allow. */
  message: string | undefined;
  refusedCalls: number;
}

/**
 * Stands in for `iam`, which still says who calls and what it would have decided. Trust policies and
 * the resource policies of functions and topics stay enforced: no policy of a role grants those.
 */
export class IamAudit implements Authority {
  readonly #iam: Authority;
  readonly #seen = new Map<string, Seen>();

  constructor(iam: Authority) {
    this.#iam = iam;
  }

  principalOf(accessKeyId: string): Principal | undefined {
    return this.#iam.principalOf(accessKeyId);
  }

  authorize(
    principal: Principal,
    action: string,
    resources: readonly string[],
    context?: Context,
  ): { readonly allowed: true } {
    const { roleName } = principal;
    if (roleName === undefined) return { allowed: true };
    for (const resource of resources) {
      const decision = this.#iam.authorize(principal, action, [resource], context);
      const key = JSON.stringify([roleName, action, resource]);
      const seen = this.#seen.get(key) ?? unseen(roleName, action, resource);
      if (!decision.allowed) {
        seen.message ??= decision.message;
        seen.refusedCalls++;
      }
      this.#seen.set(key, seen);
    }
    return { allowed: true };
  }

  /** By role name; roles that called nothing are left out. */
  report(): RoleAudit[] {
    const seen = [...this.#seen].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
    return [...Map.groupBy(seen, (one) => one.roleName)].map(([roleName, uses]) => ({
      roleName,
      policy: leastPolicy(uses),
      refused: uses.flatMap(({ action, resource, message, refusedCalls: calls }) =>
        message === undefined ? [] : [{ action, resource, message, calls }],
      ),
    }));
  }
}

function unseen(roleName: string, action: string, resource: string): Seen {
  return { roleName, action, resource, message: undefined, refusedCalls: 0 };
}

/** `GET /_lab/iam/audit`; undefined for every other request. */
export function auditRoute(
  audit: IamAudit | undefined,
  method: string,
  path: string,
): ExtraAnswer | undefined {
  if (method !== "GET" || path !== "/_lab/iam/audit") return undefined;
  if (audit) return { status: 200, body: { roles: audit.report() } };
  return {
    status: 409,
    body: {
      error:
        "This lab enforces the policies of roles and audits none. Start a lab with --iam=audit.",
    },
  };
}
