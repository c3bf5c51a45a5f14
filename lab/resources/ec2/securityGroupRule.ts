/** aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule and its egress twin. */
import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  DescribeSecurityGroupRulesCommand,
  ModifySecurityGroupRulesCommand,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
  type IpPermission,
} from "@aws-sdk/client-ec2";
import { map, number, required, text, type InputsOf } from "../shape.ts";
import { tagMap, tagOutputs } from "../tags.ts";
import { defineResource, type Context } from "../types.ts";
import { UNKNOWN, withoutNulls, type Properties } from "../values.ts";
import { unless } from "../waiting.ts";
import { changeTags, tagSpecifications } from "./securityGroup.ts";

const INPUTS = {
  securityGroupId: required(text),
  ipProtocol: required(text),
  fromPort: number,
  toPort: number,
  cidrIpv4: text,
  cidrIpv6: text,
  prefixListId: text,
  referencedSecurityGroupId: text,
  description: text,
  tags: map(text),
} as const;
type Inputs = InputsOf<typeof INPUTS>;

const GONE = [
  "InvalidSecurityGroupRuleId.NotFound",
  "InvalidGroup.NotFound",
  "InvalidGroupId.NotFound",
];
const SOURCES = ["cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"];

async function read(id: string, context: Context): Promise<Properties | undefined> {
  const ec2 = await context.clients.ec2();
  return unless(GONE, async () => {
    const answer = await ec2.send(
      new DescribeSecurityGroupRulesCommand({ SecurityGroupRuleIds: [id] }),
    );
    const rule = answer.SecurityGroupRules?.[0];
    if (!rule) return undefined;
    return withoutNulls({
      arn:
        rule.SecurityGroupRuleArn ??
        `arn:aws:ec2:${context.region}:${rule.GroupOwnerId}:security-group-rule/${id}`,
      securityGroupRuleId: id,
      securityGroupId: rule.GroupId,
      region: context.region,
      ...tagOutputs(tagMap(rule.Tags)),
    });
  });
}

function permission(inputs: Inputs): IpPermission {
  const Description = inputs.description;
  const all: IpPermission = {
    IpProtocol: inputs.ipProtocol,
    FromPort: inputs.fromPort,
    ToPort: inputs.toPort,
  };
  if (inputs.cidrIpv4) all.IpRanges = [{ CidrIp: inputs.cidrIpv4, Description }];
  if (inputs.cidrIpv6) all.Ipv6Ranges = [{ CidrIpv6: inputs.cidrIpv6, Description }];
  if (inputs.prefixListId) {
    all.PrefixListIds = [{ PrefixListId: inputs.prefixListId, Description }];
  }
  if (inputs.referencedSecurityGroupId) {
    all.UserIdGroupPairs = [{ GroupId: inputs.referencedSecurityGroupId, Description }];
  }
  return all;
}

function ruleType(direction: "ingress" | "egress") {
  const token =
    direction === "ingress"
      ? "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
      : "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";
  return defineResource({
    token,
    inputs: INPUTS,
    replaceOn: ["securityGroupId"],
    check(inputs) {
      const given = SOURCES.filter((source) => inputs[source] !== undefined);
      if (given.length === 1 || given.some((source) => inputs[source] === UNKNOWN)) return [];
      const reason = `exactly one of ${SOURCES.join(", ")} must be set, not ${given.length}`;
      return [{ property: given[1] ?? "cidrIpv4", reason }];
    },
    async create(inputs, context) {
      const ec2 = await context.clients.ec2();
      const rule = {
        GroupId: inputs.securityGroupId,
        IpPermissions: [permission(inputs)],
        ...tagSpecifications("security-group-rule", inputs.tags),
      };
      const answer =
        direction === "ingress"
          ? await ec2.send(new AuthorizeSecurityGroupIngressCommand(rule))
          : await ec2.send(new AuthorizeSecurityGroupEgressCommand(rule));
      const id = answer.SecurityGroupRules?.[0]?.SecurityGroupRuleId ?? "";
      return { id, outputs: (await read(id, context)) ?? {} };
    },
    read,
    async update({ id, olds, news }, context) {
      const ec2 = await context.clients.ec2();
      if (JSON.stringify(permission(olds)) !== JSON.stringify(permission(news))) {
        await ec2.send(
          new ModifySecurityGroupRulesCommand({
            GroupId: news.securityGroupId,
            SecurityGroupRules: [
              {
                SecurityGroupRuleId: id,
                SecurityGroupRule: {
                  IpProtocol: news.ipProtocol,
                  FromPort: news.fromPort,
                  ToPort: news.toPort,
                  CidrIpv4: news.cidrIpv4,
                  CidrIpv6: news.cidrIpv6,
                  PrefixListId: news.prefixListId,
                  ReferencedGroupId: news.referencedSecurityGroupId,
                  Description: news.description,
                },
              },
            ],
          }),
        );
      }
      await changeTags(ec2, id, olds.tags, news.tags);
      return (await read(id, context)) ?? {};
    },
    async delete(id, { inputs }, context) {
      const ec2 = await context.clients.ec2();
      const rule = { GroupId: inputs.securityGroupId, SecurityGroupRuleIds: [id] };
      await unless(GONE, async () => {
        if (direction === "ingress") await ec2.send(new RevokeSecurityGroupIngressCommand(rule));
        else await ec2.send(new RevokeSecurityGroupEgressCommand(rule));
      });
    },
  });
}

export const securityGroupIngressRule = ruleType("ingress");
export const securityGroupEgressRule = ruleType("egress");
