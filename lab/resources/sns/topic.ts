/** aws:sns/topic:Topic */
import {
  CreateTopicCommand,
  DeleteTopicCommand,
  GetTopicAttributesCommand,
  ListTagsForResourceCommand,
  SetTopicAttributesCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-sns";
import { json, map, text } from "../shape.ts";
import { tagChange, tagList, tagMap, tagOutputs } from "../tags.ts";
import { defineResource, type Context } from "../types.ts";
import { withoutNulls, type Properties } from "../values.ts";
import { unless } from "../waiting.ts";

async function read(arn: string, context: Context): Promise<Properties | undefined> {
  const sns = await context.clients.sns();
  return unless(["NotFoundException"], async () => {
    const { Attributes = {} } = await sns.send(new GetTopicAttributesCommand({ TopicArn: arn }));
    const { Tags } = await sns.send(new ListTagsForResourceCommand({ ResourceArn: arn }));
    return withoutNulls({
      arn,
      name: arn.split(":").at(-1),
      owner: Attributes["Owner"],
      policy: Attributes["Policy"],
      displayName: Attributes["DisplayName"] || undefined,
      region: context.region,
      ...tagOutputs(tagMap(Tags)),
    });
  });
}

export const topic = defineResource({
  token: "aws:sns/topic:Topic",
  inputs: { name: text, displayName: text, policy: json, tags: map(text) },
  autoname: { property: "name", maxLength: 256 },
  replaceOn: ["name"],
  async create(inputs, context) {
    const sns = await context.clients.sns();
    const attributes: Record<string, string> = {};
    if (inputs.displayName !== undefined) attributes["DisplayName"] = inputs.displayName;
    if (inputs.policy !== undefined) attributes["Policy"] = inputs.policy;
    const { TopicArn: id = "" } = await sns.send(
      new CreateTopicCommand({
        Name: inputs.name,
        Attributes: attributes,
        Tags: tagList(inputs.tags),
      }),
    );
    return { id, outputs: (await read(id, context)) ?? {} };
  },
  read,
  async update({ id, olds, news }, context) {
    const sns = await context.clients.sns();
    const set = (AttributeName: string, AttributeValue: string): Promise<unknown> =>
      sns.send(new SetTopicAttributesCommand({ TopicArn: id, AttributeName, AttributeValue }));
    if (olds.displayName !== news.displayName) await set("DisplayName", news.displayName ?? "");
    if (news.policy !== undefined && olds.policy !== news.policy) await set("Policy", news.policy);
    const { set: tags, removed } = tagChange(olds.tags, news.tags);
    if (removed.length > 0) {
      await sns.send(new UntagResourceCommand({ ResourceArn: id, TagKeys: [...removed] }));
    }
    if (Object.keys(tags).length > 0) {
      await sns.send(new TagResourceCommand({ ResourceArn: id, Tags: tagList(tags) }));
    }
    return (await read(id, context)) ?? {};
  },
  async delete(id, _known, context) {
    const sns = await context.clients.sns();
    await unless(["NotFoundException"], () => sns.send(new DeleteTopicCommand({ TopicArn: id })));
  },
});
