/** IAM roles themselves: create, read, update, delete, tags. */
import type * as Sdk from "@aws-sdk/client-iam";

import type { LabCore, Operation } from "../service.ts";
import { AwsError } from "../service.ts";
import { refuseUnsupported } from "../supported.ts";
import { parsePolicy } from "./document.ts";
import type { IamStore, Role } from "./store.ts";
import { iamArn, uniqueId } from "./store.ts";
import {
  addTags,
  encodeDocument,
  page,
  required,
  requiredName,
  requiredPath,
  tagList,
  validation,
} from "./wire.ts";

export function roleOperations(core: LabCore, store: IamStore): Record<string, Operation> {
  return {
    CreateRole: (input: Sdk.CreateRoleRequest): Sdk.CreateRoleResponse => {
      refuseUnsupported("CreateRole", input, [
        "Path",
        "RoleName",
        "AssumeRolePolicyDocument",
        "Description",
        "MaxSessionDuration",
        "Tags",
      ]);
      const name = requiredName(input.RoleName, "RoleName", 64);
      const path = requiredPath(input.Path);
      const role: Role = {
        name,
        path,
        id: uniqueId("AROA"),
        arn: iamArn(`role${path}${name}`),
        createdAtMs: core.clock.now(),
        description: input.Description,
        maxSessionSeconds: sessionSeconds(input.MaxSessionDuration ?? 3600),
        trust: parsePolicy(
          required(input.AssumeRolePolicyDocument, "AssumeRolePolicyDocument"),
          "trust",
        ),
        inline: new Map(),
        attached: new Set(),
        tags: new Map(),
      };
      addTags(role.tags, input.Tags);
      store.addRole(role);
      return { Role: describeRole(role) };
    },

    GetRole: (input: Sdk.GetRoleRequest): Sdk.GetRoleResponse => ({
      Role: { ...describeRole(named(store, input.RoleName)), RoleLastUsed: {} },
    }),

    ListRoles: (input: Sdk.ListRolesRequest): Sdk.ListRolesResponse => {
      const prefix = input.PathPrefix ?? "/";
      const found = store.roles.filter((role) => role.path.startsWith(prefix));
      const { entries, rest } = page(found, input);
      return {
        // ListRoles leaves the tags out (API reference).
        Roles: entries.map((role) => describeRole(role, [])),
        ...rest,
      };
    },

    UpdateRole: (input: Sdk.UpdateRoleRequest): Sdk.UpdateRoleResponse => {
      const role = named(store, input.RoleName);
      if (input.MaxSessionDuration !== undefined) {
        role.maxSessionSeconds = sessionSeconds(input.MaxSessionDuration);
      }
      if (input.Description !== undefined) role.description = input.Description;
      return {};
    },

    UpdateAssumeRolePolicy: (input: Sdk.UpdateAssumeRolePolicyRequest): object => {
      const role = named(store, input.RoleName);
      role.trust = parsePolicy(required(input.PolicyDocument, "PolicyDocument"), "trust");
      return {};
    },

    DeleteRole: (input: Sdk.DeleteRoleRequest): object => {
      const role = named(store, input.RoleName);
      if (role.attached.size > 0) {
        throw deleteConflict("Cannot delete entity, must detach all policies first.");
      }
      if (role.inline.size > 0) {
        throw deleteConflict("Cannot delete entity, must delete policies first.");
      }
      store.removeRole(role);
      return {};
    },

    ListInstanceProfilesForRole: (
      input: Sdk.ListInstanceProfilesForRoleRequest,
    ): Sdk.ListInstanceProfilesForRoleResponse => {
      named(store, input.RoleName);
      // The lab has no CreateInstanceProfile, so there is never one to list.
      return { InstanceProfiles: [], IsTruncated: false };
    },

    TagRole: (input: Sdk.TagRoleRequest): object => {
      addTags(named(store, input.RoleName).tags, input.Tags);
      return {};
    },

    UntagRole: (input: Sdk.UntagRoleRequest): object => {
      const role = named(store, input.RoleName);
      for (const key of input.TagKeys ?? []) role.tags.delete(key);
      return {};
    },

    ListRoleTags: (input: Sdk.ListRoleTagsRequest): Sdk.ListRoleTagsResponse => {
      const { entries, rest } = page(tagList(named(store, input.RoleName).tags), input);
      return { Tags: entries, ...rest };
    },
  };
}

export function named(store: IamStore, roleName: string | undefined): Role {
  return store.role(requiredName(roleName, "RoleName", 64));
}

export function deleteConflict(message: string): AwsError {
  return new AwsError("DeleteConflictException", message, 409);
}

/** A role's longest session: 1 to 12 hours. */
function sessionSeconds(seconds: number): number {
  if (seconds < 3600 || seconds > 43_200) {
    const rule = `Member must have value ${seconds < 3600 ? "greater than or equal to 3600" : "less than or equal to 43200"}`;
    throw validation(`'${seconds}'`, "MaxSessionDuration", rule);
  }
  return seconds;
}

function describeRole(role: Role, tags = tagList(role.tags)): Sdk.Role {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: role.arn,
    CreateDate: new Date(role.createdAtMs),
    AssumeRolePolicyDocument: encodeDocument(role.trust.text),
    Description: role.description,
    MaxSessionDuration: role.maxSessionSeconds,
    ...(tags.length > 0 ? { Tags: tags } : {}),
  };
}
