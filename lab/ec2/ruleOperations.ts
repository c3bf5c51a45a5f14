/** The rules of security groups: authorize, revoke, modify, describe. */
import type * as Sdk from "@aws-sdk/client-ec2";

import type { Operation } from "../service.ts";
import { ACCOUNT_ID, arn } from "../service.ts";
import { define, page } from "./define.ts";
import { ec2Error, required } from "./errors.ts";
import { applyFilters } from "./filters.ts";
import { findGroup } from "./groupOperations.ts";
import type { WantedRule } from "./permissions.ts";
import { peerOf, rulesOf, ruleSpec } from "./permissions.ts";
import type { Ec2Store, Peer, Rule, RuleSpec, SecurityGroup } from "./store.ts";
import { addRule, sameSpec } from "./store.ts";
import { addTags, tagList, tagsFor } from "./tagOperations.ts";

/** Inbound or outbound rules of one group (VPC quotas, the default). */
const MOST_RULES = 60;
/** A permission may also be written as members of the request itself. */
const FLAT = ["IpProtocol", "FromPort", "ToPort", "CidrIp"];

type Authorize = Sdk.AuthorizeSecurityGroupIngressRequest & Sdk.AuthorizeSecurityGroupEgressRequest;
type Revoke = Sdk.RevokeSecurityGroupIngressRequest & Sdk.RevokeSecurityGroupEgressRequest;

export function ruleOperations(store: Ec2Store): Record<string, Operation> {
  return {
    ...authorize(store, "Ingress"),
    ...authorize(store, "Egress"),
    ...revoke(store, "Ingress"),
    ...revoke(store, "Egress"),

    ...define(
      "ModifySecurityGroupRules",
      ["GroupId", "SecurityGroupRules"],
      (input: Sdk.ModifySecurityGroupRulesRequest): Sdk.ModifySecurityGroupRulesResult => {
        const group = store.group(required(input.GroupId, "GroupId"));
        const changes = (input.SecurityGroupRules ?? []).map((update) => {
          const rule = ruleById(group, required(update.SecurityGroupRuleId, "SecurityGroupRuleId"));
          return { rule, wanted: requestedRule(update.SecurityGroupRule ?? {}) };
        });
        for (const { rule, wanted } of changes) {
          const others = [...group.rules.values()].filter((other) => other.id !== rule.id);
          refuseDuplicate(others, rule.isEgress, wanted.spec);
          refuseUnknownPeer(store, wanted.spec.peer);
          group.rules.set(rule.id, { ...rule, ...wanted });
        }
        return { Return: true };
      },
    ),

    ...define(
      "DescribeSecurityGroupRules",
      ["SecurityGroupRuleIds", "Filters", "MaxResults", "NextToken"],
      (input: Sdk.DescribeSecurityGroupRulesRequest): Sdk.DescribeSecurityGroupRulesResult => {
        const ids = input.SecurityGroupRuleIds ?? [];
        for (const id of ids) {
          if (!store.rules.some((rule) => rule.id === id)) throw ruleNotFound(id);
        }
        const found = applyFilters(
          "DescribeSecurityGroupRules",
          store.rules.filter((rule) => ids.length === 0 || ids.includes(rule.id)),
          input.Filters,
          (rule) => ({
            fields: { "group-id": [rule.groupId], "security-group-rule-id": [rule.id] },
            tags: store.tagsOf(rule.id),
          }),
          ["group-id", "security-group-rule-id"],
        );
        const { entries, rest } = page(found, input);
        return { SecurityGroupRules: entries.map((rule) => describe(store, rule)), ...rest };
      },
    ),
  };
}

function authorize(store: Ec2Store, direction: "Ingress" | "Egress"): Record<string, Operation> {
  const members = ["GroupId", "IpPermissions", "TagSpecifications"];
  const flat = direction === "Ingress" ? ["GroupName", ...FLAT] : [];
  return define(
    `AuthorizeSecurityGroup${direction}`,
    [...members, ...flat],
    (input: Authorize): Sdk.AuthorizeSecurityGroupIngressResult => {
      const group = findGroup(store, input);
      const isEgress = direction === "Egress";
      const wanted = requestedRules(input);
      const tags = tagsFor("security-group-rule", input.TagSpecifications);
      const existing = [...group.rules.values()];
      for (const [index, { spec }] of wanted.entries()) {
        refuseDuplicate(existing, isEgress, spec);
        if (wanted.slice(0, index).some((earlier) => sameSpec(earlier.spec, spec))) {
          throw ec2Error(
            "InvalidParameterValue",
            "The same permission must not appear multiple times",
          );
        }
        refuseUnknownPeer(store, spec.peer);
      }
      const count = existing.filter((rule) => rule.isEgress === isEgress).length;
      if (count + wanted.length > MOST_RULES) {
        throw ec2Error(
          "RulesPerSecurityGroupLimitExceeded",
          "The maximum number of rules per security group has been reached.",
        );
      }
      const added = wanted.map(({ spec, description }) =>
        addRule(group, isEgress, spec, description),
      );
      for (const rule of added) addTags(store, rule.id, tags);
      return { Return: true, SecurityGroupRules: added.map((rule) => describe(store, rule)) };
    },
  );
}

function revoke(store: Ec2Store, direction: "Ingress" | "Egress"): Record<string, Operation> {
  const members = ["GroupId", "IpPermissions", "SecurityGroupRuleIds"];
  const flat = direction === "Ingress" ? ["GroupName", ...FLAT] : [];
  return define(
    `RevokeSecurityGroup${direction}`,
    [...members, ...flat],
    (input: Revoke): Sdk.RevokeSecurityGroupIngressResult => {
      const group = findGroup(store, input);
      const isEgress = direction === "Egress";
      const ids = input.SecurityGroupRuleIds ?? [];
      const rules =
        ids.length > 0
          ? ids.map((id) => ruleById(group, id, isEgress))
          : requestedRules(input).map(({ spec }) => ruleBySpec(group, isEgress, spec));
      for (const rule of rules) {
        group.rules.delete(rule.id);
        store.setTags(rule.id, new Map());
      }
      return { Return: true };
    },
  );
}

function requestedRules(input: Authorize | Revoke): WantedRule[] {
  const permissions = [...(input.IpPermissions ?? [])];
  if (input.CidrIp !== undefined) {
    const { IpProtocol, FromPort, ToPort, CidrIp } = input;
    permissions.push({ IpProtocol, FromPort, ToPort, IpRanges: [{ CidrIp }] });
  }
  if (permissions.length === 0) {
    throw ec2Error("MissingParameter", "The request must contain the parameter ipPermissions");
  }
  return permissions.flatMap(rulesOf);
}

function requestedRule(request: Sdk.SecurityGroupRuleRequest): WantedRule {
  const given = (
    [
      ["ipv4", request.CidrIpv4],
      ["ipv6", request.CidrIpv6],
      ["prefixList", request.PrefixListId],
      ["group", request.ReferencedGroupId],
    ] as const
  ).flatMap(([kind, value]) => (value === undefined ? [] : [peerOf(kind, value)]));
  const [peer, ...more] = given;
  if (!peer || more.length > 0) {
    throw ec2Error(
      "InvalidParameterValue",
      "A rule needs exactly one of CidrIpv4, CidrIpv6, PrefixListId and ReferencedGroupId",
    );
  }
  return { spec: ruleSpec(request, peer), description: request.Description };
}

function refuseDuplicate(existing: readonly Rule[], isEgress: boolean, spec: RuleSpec): void {
  const found = existing.some((rule) => rule.isEgress === isEgress && sameSpec(rule.spec, spec));
  if (!found) return;
  const ports =
    spec.protocol === "-1"
      ? "ALL"
      : `${spec.protocol.toUpperCase()}, from port: ${spec.from}, to port: ${spec.to}`;
  throw ec2Error(
    "InvalidPermission.Duplicate",
    `the specified rule "peer: ${spec.peer.value}, ${ports}, ALLOW" already exists`,
  );
}

function refuseUnknownPeer(store: Ec2Store, peer: Peer): void {
  if (peer.kind === "group") store.group(peer.value);
}

function ruleById(group: SecurityGroup, id: string, isEgress?: boolean): Rule {
  const rule = group.rules.get(id);
  if (!rule || (isEgress !== undefined && rule.isEgress !== isEgress)) throw ruleNotFound(id);
  return rule;
}

function ruleBySpec(group: SecurityGroup, isEgress: boolean, spec: RuleSpec): Rule {
  const rule = [...group.rules.values()].find(
    (one) => one.isEgress === isEgress && sameSpec(one.spec, spec),
  );
  if (rule) return rule;
  throw ec2Error(
    "InvalidPermission.NotFound",
    "The specified rule does not exist in this security group.",
  );
}

function ruleNotFound(id: string): Error {
  return ec2Error(
    "InvalidSecurityGroupRuleId.NotFound",
    `The security group rule ID '${id}' does not exist`,
  );
}

function describe(store: Ec2Store, rule: Rule): Sdk.SecurityGroupRule {
  const { peer, protocol, from, to } = rule.spec;
  return {
    SecurityGroupRuleId: rule.id,
    SecurityGroupRuleArn: arn("ec2", `security-group-rule/${rule.id}`),
    GroupId: rule.groupId,
    GroupOwnerId: ACCOUNT_ID,
    IsEgress: rule.isEgress,
    IpProtocol: protocol,
    FromPort: from,
    ToPort: to,
    ...(peer.kind === "ipv4" ? { CidrIpv4: peer.value } : {}),
    ...(peer.kind === "ipv6" ? { CidrIpv6: peer.value } : {}),
    ...(peer.kind === "prefixList" ? { PrefixListId: peer.value } : {}),
    ...(peer.kind === "group"
      ? { ReferencedGroupInfo: { GroupId: peer.value, UserId: ACCOUNT_ID } }
      : {}),
    Description: rule.description,
    Tags: tagList(store.tagsOf(rule.id)),
  };
}
