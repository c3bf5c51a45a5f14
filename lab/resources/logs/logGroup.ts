/** aws:cloudwatch/logGroup:LogGroup */
import {
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  DeleteRetentionPolicyCommand,
  DescribeLogGroupsCommand,
  ListTagsForResourceCommand,
  PutRetentionPolicyCommand,
  TagResourceCommand,
  UntagResourceCommand,
  type CloudWatchLogsClient,
} from "@aws-sdk/client-cloudwatch-logs";
import { map, number, text } from "../shape.ts";
import { tagChange, tagOutputs } from "../tags.ts";
import { defineResource, SettlingError, type Context } from "../types.ts";
import { textOf, withoutNulls, type Properties } from "../values.ts";
import { unless } from "../waiting.ts";

async function read(name: string, context: Context): Promise<Properties | undefined> {
  const logs = await context.clients.logs();
  const { logGroups = [] } = await logs.send(
    new DescribeLogGroupsCommand({ logGroupNamePrefix: name }),
  );
  const group = logGroups.find((one) => one.logGroupName === name);
  if (!group) return undefined;
  // `arn` ends with `:*`, which neither Pulumi nor the tagging calls want.
  const arn = group.logGroupArn ?? (group.arn ?? "").replace(/:\*$/, "");
  const { tags } = await logs.send(new ListTagsForResourceCommand({ resourceArn: arn }));
  return withoutNulls({
    arn,
    name,
    retentionInDays: group.retentionInDays ?? 0,
    logGroupClass: group.logGroupClass ?? "STANDARD",
    region: context.region,
    ...tagOutputs(tags),
  });
}

/** Zero days: logs are kept for ever. */
async function retain(
  logs: CloudWatchLogsClient,
  logGroupName: string,
  retentionInDays: number,
): Promise<void> {
  if (retentionInDays > 0) {
    await logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays }));
  } else {
    await logs.send(new DeleteRetentionPolicyCommand({ logGroupName }));
  }
}

export const logGroup = defineResource({
  token: "aws:cloudwatch/logGroup:LogGroup",
  inputs: { name: text, retentionInDays: number, tags: map(text) },
  autoname: { property: "name", maxLength: 512 },
  replaceOn: ["name"],
  async create(inputs, context) {
    const logs = await context.clients.logs();
    const id = inputs.name ?? "";
    const tags = inputs.tags ? { tags: inputs.tags } : {};
    await logs.send(new CreateLogGroupCommand({ logGroupName: id, ...tags }));
    try {
      if (inputs.retentionInDays) await retain(logs, id, inputs.retentionInDays);
      return { id, outputs: (await read(id, context)) ?? {} };
    } catch (error) {
      throw new SettlingError(id, {}, error);
    }
  },
  read,
  async update({ id, olds, news, outputs }, context) {
    const logs = await context.clients.logs();
    if ((olds.retentionInDays ?? 0) !== (news.retentionInDays ?? 0)) {
      await retain(logs, id, news.retentionInDays ?? 0);
    }
    const resourceArn = textOf(outputs["arn"]);
    const { set, removed } = tagChange(olds.tags, news.tags);
    if (removed.length > 0) {
      await logs.send(new UntagResourceCommand({ resourceArn, tagKeys: [...removed] }));
    }
    if (Object.keys(set).length > 0) {
      await logs.send(new TagResourceCommand({ resourceArn, tags: { ...set } }));
    }
    return (await read(id, context)) ?? {};
  },
  async delete(id, _known, context) {
    const logs = await context.clients.logs();
    await unless(["ResourceNotFoundException"], () =>
      logs.send(new DeleteLogGroupCommand({ logGroupName: id })),
    );
  },
});
