/** Security groups. They are kept and described; loopback traffic is not filtered by them. */
import type * as Sdk from "@aws-sdk/client-ec2";

import type { Operation } from "../service.ts";
import { ACCOUNT_ID, arn } from "../service.ts";
import { define, page } from "./define.ts";
import { ec2Error, required } from "./errors.ts";
import { applyFilters } from "./filters.ts";
import { permissionsOf } from "./permissions.ts";
import type { Ec2Store, SecurityGroup } from "./store.ts";
import { addRule, newGroup } from "./store.ts";
import { addTags, tagList, tagsFor } from "./tagOperations.ts";

/** What EC2 takes in names and descriptions of groups in a VPC. */
const TEXT = /^[\w\s.\-:/()#,@[\]+=&;{}!$*]{1,255}$/;

export function groupOperations(store: Ec2Store): Record<string, Operation> {
  return {
    ...define(
      "CreateSecurityGroup",
      ["GroupName", "Description", "VpcId", "TagSpecifications"],
      (input: Sdk.CreateSecurityGroupRequest): Sdk.CreateSecurityGroupResult => {
        const name = checkText(required(input.GroupName, "GroupName"), "groupName");
        const description = checkText(
          required(input.Description, "GroupDescription"),
          "groupDescription",
        );
        if (name.startsWith("sg-") || name === "default") {
          throw ec2Error(
            "InvalidParameterValue",
            `Invalid security group name: '${name}'. Group names may not be in the format sg-*, nor 'default'.`,
          );
        }
        const vpcId = checkVpcId(input.VpcId ?? store.network.vpcId);
        const taken = [...store.groups.values()].some(
          (group) => group.vpcId === vpcId && group.name === name,
        );
        if (taken) {
          throw ec2Error(
            "InvalidGroup.Duplicate",
            `The security group '${name}' already exists for VPC '${vpcId}'`,
          );
        }
        const tags = tagsFor("security-group", input.TagSpecifications);
        const group = newGroup(name, description, vpcId);
        // A new group lets everything out (user guide, "Default security groups").
        const peer = { kind: "ipv4", value: "0.0.0.0/0" } as const;
        addRule(group, true, { protocol: "-1", from: -1, to: -1, peer });
        addTags(store, group.id, tags);
        store.groups.set(group.id, group);
        return { GroupId: group.id, Tags: tags, SecurityGroupArn: groupArn(group) };
      },
    ),

    ...define(
      "DeleteSecurityGroup",
      ["GroupId", "GroupName"],
      (input: Sdk.DeleteSecurityGroupRequest): Sdk.DeleteSecurityGroupResult => {
        const group = findGroup(store, input);
        if (group.name === "default") {
          throw ec2Error(
            "CannotDelete",
            `the specified group: "${group.id}" name: "default" cannot be deleted by a user`,
          );
        }
        const referrer = store.rules.find(
          (rule) =>
            rule.groupId !== group.id &&
            rule.spec.peer.kind === "group" &&
            rule.spec.peer.value === group.id,
        );
        if (referrer) {
          throw ec2Error("DependencyViolation", `resource ${group.id} has a dependent object`);
        }
        for (const id of [group.id, ...group.rules.keys()]) store.setTags(id, new Map());
        store.groups.delete(group.id);
        return { Return: true, GroupId: group.id };
      },
    ),

    ...define(
      "DescribeSecurityGroups",
      ["GroupIds", "GroupNames", "Filters", "MaxResults", "NextToken"],
      (input: Sdk.DescribeSecurityGroupsRequest): Sdk.DescribeSecurityGroupsResult => {
        const ids = input.GroupIds ?? [];
        const names = input.GroupNames ?? [];
        const wanted = new Set([
          ...ids.map((id) => store.group(id)),
          ...names.map((GroupName) => findGroup(store, { GroupName })),
        ]);
        const candidates = wanted.size > 0 ? [...wanted] : [...store.groups.values()];
        const found = applyFilters(
          "DescribeSecurityGroups",
          candidates,
          input.Filters,
          (group) => ({
            fields: {
              "group-id": [group.id],
              "group-name": [group.name],
              "vpc-id": [group.vpcId],
              description: [group.description],
              "owner-id": [ACCOUNT_ID],
            },
            tags: store.tagsOf(group.id),
          }),
          ["group-id", "group-name", "vpc-id", "description", "owner-id"],
        );
        const { entries, rest } = page(found, input);
        return { SecurityGroups: entries.map((group) => describe(store, group)), ...rest };
      },
    ),
  };
}

/** By id, or by name in the default VPC. */
export function findGroup(
  store: Ec2Store,
  input: { readonly GroupId?: string | undefined; readonly GroupName?: string | undefined },
): SecurityGroup {
  const { GroupId: id, GroupName: name } = input;
  if (id !== undefined) return store.group(id);
  const wanted = required(name, "GroupName or GroupId");
  const group = [...store.groups.values()].find(
    (one) => one.name === wanted && one.vpcId === store.network.vpcId,
  );
  if (group) return group;
  throw ec2Error(
    "InvalidGroup.NotFound",
    `The security group '${wanted}' does not exist in default VPC '${store.network.vpcId}'`,
  );
}

/** Any VPC id will do: nothing in the lab is routed by VPC. */
function checkVpcId(id: string): string {
  if (/^vpc-[0-9a-z-]+$/.test(id)) return id;
  throw ec2Error("InvalidVpcID.NotFound", `The vpc ID '${id}' does not exist`);
}

function checkText(text: string, member: string): string {
  if (TEXT.test(text)) return text;
  throw ec2Error(
    "InvalidParameterValue",
    `Value (${text}) for parameter ${member} is invalid. ` +
      "Character sets beyond ASCII are not supported.",
  );
}

function groupArn(group: SecurityGroup): string {
  return arn("ec2", `security-group/${group.id}`);
}

function describe(store: Ec2Store, group: SecurityGroup): Sdk.SecurityGroup {
  const rules = [...group.rules.values()];
  return {
    GroupId: group.id,
    GroupName: group.name,
    Description: group.description,
    VpcId: group.vpcId,
    OwnerId: ACCOUNT_ID,
    SecurityGroupArn: groupArn(group),
    IpPermissions: permissionsOf(rules.filter((rule) => !rule.isEgress)),
    IpPermissionsEgress: permissionsOf(rules.filter((rule) => rule.isEgress)),
    Tags: tagList(store.tagsOf(group.id)),
  };
}
