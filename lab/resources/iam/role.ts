/** aws:iam/role:Role; its policies are resources of their own. */
import {
  CreateRoleCommand,
  DeleteRoleCommand,
  GetRoleCommand,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
} from "@aws-sdk/client-iam";
import { json, map, number, required, text } from "../shape.ts";
import { tagChange, tagList, tagMap, tagOutputs } from "../tags.ts";
import { defineResource, type Context } from "../types.ts";
import { withoutNulls, type Properties } from "../values.ts";
import { unless } from "../waiting.ts";

const GONE = ["NoSuchEntityException"];

async function read(name: string, context: Context): Promise<Properties | undefined> {
  const iam = await context.clients.iam();
  return unless(GONE, async () => {
    const { Role: role } = await iam.send(new GetRoleCommand({ RoleName: name }));
    return withoutNulls({
      arn: role?.Arn,
      name,
      uniqueId: role?.RoleId,
      path: role?.Path,
      createDate: role?.CreateDate?.toISOString().replace(/\.\d+Z$/, "Z"),
      maxSessionDuration: role?.MaxSessionDuration ?? 3600,
      ...tagOutputs(tagMap(role?.Tags)),
    });
  });
}

export const role = defineResource({
  token: "aws:iam/role:Role",
  inputs: {
    name: text,
    path: text,
    description: text,
    assumeRolePolicy: required(json),
    maxSessionDuration: number,
    tags: map(text),
  },
  defaults: { path: "/", maxSessionDuration: 3600 },
  autoname: { property: "name", maxLength: 64 },
  replaceOn: ["name", "path"],
  async create(inputs, context) {
    const iam = await context.clients.iam();
    const id = inputs.name ?? "";
    await iam.send(
      new CreateRoleCommand({
        RoleName: id,
        Path: inputs.path,
        Description: inputs.description,
        AssumeRolePolicyDocument: inputs.assumeRolePolicy,
        MaxSessionDuration: inputs.maxSessionDuration,
        Tags: tagList(inputs.tags),
      }),
    );
    return { id, outputs: (await read(id, context)) ?? {} };
  },
  read,
  async update({ id, olds, news }, context) {
    const iam = await context.clients.iam();
    if (olds.assumeRolePolicy !== news.assumeRolePolicy) {
      const PolicyDocument = news.assumeRolePolicy;
      await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: id, PolicyDocument }));
    }
    if (
      olds.description !== news.description ||
      olds.maxSessionDuration !== news.maxSessionDuration
    ) {
      await iam.send(
        new UpdateRoleCommand({
          RoleName: id,
          Description: news.description ?? "",
          MaxSessionDuration: news.maxSessionDuration,
        }),
      );
    }
    const { set, removed } = tagChange(olds.tags, news.tags);
    if (removed.length > 0) {
      await iam.send(new UntagRoleCommand({ RoleName: id, TagKeys: [...removed] }));
    }
    if (Object.keys(set).length > 0) {
      await iam.send(new TagRoleCommand({ RoleName: id, Tags: tagList(set) }));
    }
    return (await read(id, context)) ?? {};
  },
  async delete(id, _known, context) {
    const iam = await context.clients.iam();
    await unless(GONE, () => iam.send(new DeleteRoleCommand({ RoleName: id })));
  },
});
