/** aws:ec2/securityGroup:SecurityGroup; its rules are resources of their own. */
import {
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  DeleteSecurityGroupCommand,
  DeleteTagsCommand,
  DescribeSecurityGroupsCommand,
  RevokeSecurityGroupEgressCommand,
  type EC2Client,
} from "@aws-sdk/client-ec2";
import { map, text } from "../shape.ts";
import { tagChange, tagList, tagMap, tagOutputs, type TagMap } from "../tags.ts";
import { defineResource, type Context } from "../types.ts";
import { withoutNulls, type Properties } from "../values.ts";
import { eventually, unless } from "../waiting.ts";

const GONE = ["InvalidGroup.NotFound", "InvalidGroupId.NotFound"];
/** EC2 allows both deletions only once nothing uses the group any more. */
const IN_USE = ["DependencyViolation"];

async function read(id: string, context: Context): Promise<Properties | undefined> {
  const ec2 = await context.clients.ec2();
  return unless(GONE, async () => {
    const answer = await ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [id] }));
    const group = answer.SecurityGroups?.[0];
    if (!group) return undefined;
    return withoutNulls({
      arn:
        group.SecurityGroupArn ??
        `arn:aws:ec2:${context.region}:${group.OwnerId}:security-group/${id}`,
      name: group.GroupName,
      description: group.Description,
      ownerId: group.OwnerId,
      vpcId: group.VpcId,
      region: context.region,
      ...tagOutputs(tagMap(group.Tags)),
    });
  });
}

export const securityGroup = defineResource({
  token: "aws:ec2/securityGroup:SecurityGroup",
  inputs: { name: text, description: text, vpcId: text, tags: map(text) },
  defaults: { description: "Managed by Pulumi" },
  autoname: { property: "name", maxLength: 255 },
  replaceOn: ["name", "description", "vpcId"],
  async create(inputs, context) {
    const ec2 = await context.clients.ec2();
    const { GroupId: id = "" } = await ec2.send(
      new CreateSecurityGroupCommand({
        GroupName: inputs.name,
        Description: inputs.description,
        VpcId: inputs.vpcId,
        ...tagSpecifications("security-group", inputs.tags),
      }),
    );
    // AWS lets a new group's traffic out everywhere; Pulumi's provider takes that rule away.
    await unless(["InvalidPermission.NotFound"], () =>
      ec2.send(
        new RevokeSecurityGroupEgressCommand({
          GroupId: id,
          IpPermissions: [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
        }),
      ),
    );
    return { id, outputs: (await read(id, context)) ?? {} };
  },
  read,
  async update({ id, olds, news }, context) {
    await changeTags(await context.clients.ec2(), id, olds.tags, news.tags);
    return (await read(id, context)) ?? {};
  },
  async delete(id, _known, context) {
    const ec2 = await context.clients.ec2();
    await eventually(`security group ${id} is no longer used`, context, () =>
      unless(IN_USE, async () => {
        await unless(GONE, () => ec2.send(new DeleteSecurityGroupCommand({ GroupId: id })));
        return true;
      }),
    );
  },
});

export function tagSpecifications(
  type: "security-group" | "security-group-rule",
  tags: TagMap | undefined,
) {
  if (Object.keys(tags ?? {}).length === 0) return {};
  return { TagSpecifications: [{ ResourceType: type, Tags: tagList(tags) }] };
}

export async function changeTags(
  ec2: EC2Client,
  id: string,
  olds: TagMap | undefined,
  news: TagMap | undefined,
): Promise<void> {
  const { set, removed } = tagChange(olds, news);
  if (removed.length > 0) {
    const Tags = removed.map((Key) => ({ Key }));
    await ec2.send(new DeleteTagsCommand({ Resources: [id], Tags }));
  }
  if (Object.keys(set).length > 0) {
    await ec2.send(new CreateTagsCommand({ Resources: [id], Tags: tagList(set) }));
  }
}
