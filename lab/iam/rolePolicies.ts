/** The policies of a role: inline ones, and managed ones attached to it. */
import type * as Sdk from "@aws-sdk/client-iam";

import type { Operation } from "../service.ts";
import { AwsError } from "../service.ts";
import { parsePolicy } from "./document.ts";
import { named } from "./roles.ts";
import type { IamStore } from "./store.ts";
import { noSuchEntity } from "./store.ts";
import { encodeDocument, page, required, requiredName } from "./wire.ts";

/** Inline policies of one role, together, in characters without white space (IAM quotas). */
const INLINE_CHARACTERS = 10_240;
/** Managed policies of one role (IAM quotas, the default). */
const ATTACHED_POLICIES = 10;

export function rolePolicyOperations(store: IamStore): Record<string, Operation> {
  return {
    PutRolePolicy: (input: Sdk.PutRolePolicyRequest): object => {
      const role = named(store, input.RoleName);
      const name = requiredName(input.PolicyName, "PolicyName", 128);
      const document = parsePolicy(required(input.PolicyDocument, "PolicyDocument"), "identity");
      const texts = [...new Map(role.inline).set(name, document).values()].map((one) => one.text);
      if (texts.join("").replace(/\s/g, "").length > INLINE_CHARACTERS) {
        throw new AwsError(
          "LimitExceededException",
          `Maximum policy size of ${INLINE_CHARACTERS} bytes exceeded for role ${role.name}`,
          409,
        );
      }
      role.inline.set(name, document);
      return {};
    },

    GetRolePolicy: (input: Sdk.GetRolePolicyRequest): Sdk.GetRolePolicyResponse => {
      const role = named(store, input.RoleName);
      const name = requiredName(input.PolicyName, "PolicyName", 128);
      const document = role.inline.get(name);
      if (!document) throw noSuchPolicy(name);
      return {
        RoleName: role.name,
        PolicyName: name,
        PolicyDocument: encodeDocument(document.text),
      };
    },

    DeleteRolePolicy: (input: Sdk.DeleteRolePolicyRequest): object => {
      const role = named(store, input.RoleName);
      const name = requiredName(input.PolicyName, "PolicyName", 128);
      if (!role.inline.delete(name)) throw noSuchPolicy(name);
      return {};
    },

    ListRolePolicies: (input: Sdk.ListRolePoliciesRequest): Sdk.ListRolePoliciesResponse => {
      const { entries, rest } = page([...named(store, input.RoleName).inline.keys()].sort(), input);
      return { PolicyNames: entries, ...rest };
    },

    AttachRolePolicy: (input: Sdk.AttachRolePolicyRequest): object => {
      const role = named(store, input.RoleName);
      const policy = store.policy(required(input.PolicyArn, "PolicyArn"));
      if (role.attached.size >= ATTACHED_POLICIES && !role.attached.has(policy.arn)) {
        throw new AwsError(
          "LimitExceededException",
          `Cannot exceed quota for PoliciesPerRole: ${ATTACHED_POLICIES}`,
          409,
        );
      }
      role.attached.add(policy.arn);
      return {};
    },

    DetachRolePolicy: (input: Sdk.DetachRolePolicyRequest): object => {
      const role = named(store, input.RoleName);
      const policyArn = required(input.PolicyArn, "PolicyArn");
      if (!role.attached.delete(policyArn)) {
        throw noSuchEntity(`Policy ${policyArn} was not found.`);
      }
      return {};
    },

    ListAttachedRolePolicies: (
      input: Sdk.ListAttachedRolePoliciesRequest,
    ): Sdk.ListAttachedRolePoliciesResponse => {
      const prefix = input.PathPrefix ?? "/";
      const attached = [...named(store, input.RoleName).attached]
        .map((policyArn) => store.policy(policyArn))
        .filter((policy) => policy.path.startsWith(prefix))
        .map((policy) => ({ PolicyName: policy.name, PolicyArn: policy.arn }));
      const { entries, rest } = page(attached, input);
      return { AttachedPolicies: entries, ...rest };
    },
  };
}

function noSuchPolicy(name: string): AwsError {
  return noSuchEntity(`The role policy with name ${name} cannot be found.`);
}
