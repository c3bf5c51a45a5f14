/** What IAM remembers: roles and managed policies. */
import { randomInt } from "node:crypto";

import { ACCOUNT_ID, AwsError } from "../service.ts";
import type { PolicyDocument } from "./document.ts";
import { awsManagedPolicies } from "./managed.ts";

export interface Role {
  readonly name: string;
  readonly path: string;
  /** Unique for ever: a role created again under the same name has another id. */
  readonly id: string;
  readonly arn: string;
  readonly createdAtMs: number;
  description: string | undefined;
  maxSessionSeconds: number;
  trust: PolicyDocument;
  readonly inline: Map<string, PolicyDocument>;
  /** ARNs of attached managed policies, in the order of attachment. */
  readonly attached: Set<string>;
  readonly tags: Map<string, string>;
}

export interface ManagedPolicy {
  readonly arn: string;
  readonly name: string;
  readonly path: string;
  readonly id: string;
  readonly description: string | undefined;
  readonly createdAtMs: number;
  readonly document: PolicyDocument;
  readonly tags: Map<string, string>;
}

export class IamStore {
  readonly #roles = new Map<string, Role>();
  readonly policies = new Map(awsManagedPolicies().map((policy) => [policy.arn, policy]));

  /** Sorted by name. Names differ by more than case, as in IAM. */
  get roles(): Role[] {
    return [...this.#roles.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  findRole(name: string): Role | undefined {
    return this.#roles.get(name.toLowerCase());
  }

  findRoleByArn(arn: string): Role | undefined {
    return [...this.#roles.values()].find((role) => role.arn === arn);
  }

  /** Throws NoSuchEntity. */
  role(name: string): Role {
    const role = this.findRole(name);
    if (!role) throw noSuchEntity(`The role with name ${name} cannot be found.`);
    return role;
  }

  /** Throws EntityAlreadyExists. */
  addRole(role: Role): void {
    if (this.findRole(role.name)) {
      throw new AwsError(
        "EntityAlreadyExistsException",
        `Role with name ${role.name} already exists.`,
        409,
      );
    }
    this.#roles.set(role.name.toLowerCase(), role);
  }

  removeRole(role: Role): void {
    this.#roles.delete(role.name.toLowerCase());
  }

  /** Throws NoSuchEntity. */
  policy(arn: string): ManagedPolicy {
    const policy = this.policies.get(arn);
    if (policy) return policy;
    if (arn.startsWith("arn:aws:iam::aws:policy/")) {
      throw noSuchEntity(
        `Policy ${arn} does not exist or is not attachable. ` +
          "(Of the AWS managed policies the lab knows " +
          `${[...this.policies.keys()].filter(isAwsManaged).join(" and ")}.)`,
      );
    }
    throw noSuchEntity(`Policy ${arn} does not exist or is not attachable.`);
  }

  /** Everything that a role's sessions are granted and denied by. */
  documentsOf(role: Role): PolicyDocument[] {
    return [
      ...role.inline.values(),
      ...[...role.attached].map((policyArn) => this.policy(policyArn).document),
    ];
  }

  /** How many roles hold the policy. */
  attachmentCount(policyArn: string): number {
    return this.roles.filter((role) => role.attached.has(policyArn)).length;
  }
}

export function isAwsManaged(policyArn: string): boolean {
  return policyArn.startsWith("arn:aws:iam::aws:");
}

export function iamArn(resource: string): string {
  return `arn:aws:iam::${ACCOUNT_ID}:${resource}`;
}

/** `AROA` and 17 characters, as IAM's unique ids look. */
export function uniqueId(prefix: string, length = 17): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  return prefix + Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join("");
}

export function noSuchEntity(message: string): AwsError {
  return new AwsError("NoSuchEntityException", message, 404);
}
