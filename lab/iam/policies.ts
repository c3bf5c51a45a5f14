/** Managed policies of the account. The lab keeps one version of each, `v1`. */
import type * as Sdk from "@aws-sdk/client-iam";

import type { LabCore, Operation } from "../service.ts";
import { AwsError } from "../service.ts";
import { parsePolicy } from "./document.ts";
import { deleteConflict } from "./roles.ts";
import type { IamStore, ManagedPolicy } from "./store.ts";
import { iamArn, isAwsManaged, noSuchEntity, uniqueId } from "./store.ts";
import { addTags, encodeDocument, required, requiredName, requiredPath, tagList } from "./wire.ts";

const VERSION = "v1";

export function policyOperations(core: LabCore, store: IamStore): Record<string, Operation> {
  const find = (policyArn: string | undefined): ManagedPolicy => {
    const policy = store.policies.get(required(policyArn, "PolicyArn"));
    if (!policy) throw noSuchEntity(`Policy ${policyArn} was not found.`);
    return policy;
  };
  return {
    CreatePolicy: (input: Sdk.CreatePolicyRequest): Sdk.CreatePolicyResponse => {
      const name = requiredName(input.PolicyName, "PolicyName", 128);
      const path = requiredPath(input.Path);
      const policyArn = iamArn(`policy${path}${name}`);
      const taken = [...store.policies.values()].some(
        (other) => !isAwsManaged(other.arn) && other.name.toLowerCase() === name.toLowerCase(),
      );
      if (taken) {
        throw new AwsError(
          "EntityAlreadyExistsException",
          `A policy called ${name} already exists. Duplicate names are not allowed.`,
          409,
        );
      }
      const policy: ManagedPolicy = {
        arn: policyArn,
        name,
        path,
        id: uniqueId("ANPA"),
        description: input.Description,
        createdAtMs: core.clock.now(),
        document: parsePolicy(required(input.PolicyDocument, "PolicyDocument"), "identity"),
        tags: new Map(),
      };
      addTags(policy.tags, input.Tags);
      store.policies.set(policyArn, policy);
      // CreatePolicy does not return the description (API reference of the Policy type).
      return { Policy: { ...describe(store, policy), Description: undefined } };
    },

    GetPolicy: (input: Sdk.GetPolicyRequest): Sdk.GetPolicyResponse => ({
      Policy: describe(store, find(input.PolicyArn)),
    }),

    GetPolicyVersion: (input: Sdk.GetPolicyVersionRequest): Sdk.GetPolicyVersionResponse => {
      const policy = find(input.PolicyArn);
      if (input.VersionId !== VERSION) {
        throw noSuchEntity(`Policy ${policy.arn} version ${input.VersionId} does not exist.`);
      }
      return {
        PolicyVersion: { ...version(policy), Document: encodeDocument(policy.document.text) },
      };
    },

    ListPolicyVersions: (input: Sdk.ListPolicyVersionsRequest): Sdk.ListPolicyVersionsResponse => ({
      Versions: [version(find(input.PolicyArn))],
      IsTruncated: false,
    }),

    DeletePolicy: (input: Sdk.DeletePolicyRequest): object => {
      const policy = find(input.PolicyArn);
      if (isAwsManaged(policy.arn)) {
        throw new AwsError("AccessDenied", `Policy ${policy.arn} is managed by AWS.`, 403);
      }
      if (store.attachmentCount(policy.arn) > 0) {
        throw deleteConflict("Cannot delete a policy attached to entities.");
      }
      store.policies.delete(policy.arn);
      return {};
    },
  };
}

function describe(store: IamStore, policy: ManagedPolicy): Sdk.Policy {
  return {
    PolicyName: policy.name,
    PolicyId: policy.id,
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: VERSION,
    AttachmentCount: store.attachmentCount(policy.arn),
    PermissionsBoundaryUsageCount: 0,
    IsAttachable: true,
    Description: policy.description,
    CreateDate: new Date(policy.createdAtMs),
    UpdateDate: new Date(policy.createdAtMs),
    Tags: tagList(policy.tags),
  };
}

function version(policy: ManagedPolicy): Sdk.PolicyVersion {
  return {
    VersionId: VERSION,
    IsDefaultVersion: true,
    CreateDate: new Date(policy.createdAtMs),
  };
}
