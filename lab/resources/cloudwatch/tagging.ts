/** Tags of alarms. */
import {
  ListTagsForResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-cloudwatch";
import { tagChange, tagList, tagMap, type TagMap } from "../tags.ts";
import type { Context } from "../types.ts";

export async function readTags(arn: string, context: Context): Promise<Record<string, string>> {
  const cloudwatch = await context.clients.cloudwatch();
  const answer = await cloudwatch.send(new ListTagsForResourceCommand({ ResourceARN: arn }));
  return tagMap(answer.Tags);
}

/** PutMetricAlarm and PutCompositeAlarm take tags only when they make the alarm. */
export async function changeTags(
  arn: string,
  olds: TagMap | undefined,
  news: TagMap | undefined,
  context: Context,
): Promise<void> {
  const cloudwatch = await context.clients.cloudwatch();
  const { set, removed } = tagChange(olds, news);
  if (removed.length > 0) {
    await cloudwatch.send(new UntagResourceCommand({ ResourceARN: arn, TagKeys: [...removed] }));
  }
  if (Object.keys(set).length > 0) {
    await cloudwatch.send(new TagResourceCommand({ ResourceARN: arn, Tags: tagList(set) }));
  }
}
