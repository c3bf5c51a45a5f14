/** Tags of load balancers, target groups and listeners. */
import {
  AddTagsCommand,
  DescribeTagsCommand,
  RemoveTagsCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { tagChange, tagList, tagMap, type TagMap } from "../tags.ts";
import type { Context } from "../types.ts";

export async function readTags(arn: string, context: Context): Promise<Record<string, string>> {
  const elbv2 = await context.clients.elbv2();
  const answer = await elbv2.send(new DescribeTagsCommand({ ResourceArns: [arn] }));
  return tagMap(answer.TagDescriptions?.[0]?.Tags);
}

export async function changeTags(
  arn: string,
  olds: TagMap | undefined,
  news: TagMap | undefined,
  context: Context,
): Promise<void> {
  const elbv2 = await context.clients.elbv2();
  const { set, removed } = tagChange(olds, news);
  if (removed.length > 0) {
    await elbv2.send(new RemoveTagsCommand({ ResourceArns: [arn], TagKeys: [...removed] }));
  }
  if (Object.keys(set).length > 0) {
    await elbv2.send(new AddTagsCommand({ ResourceArns: [arn], Tags: tagList(set) }));
  }
}

/** An empty list of tags is an error in ELBv2. */
export function tagsOnCreate(tags: TagMap | undefined) {
  return Object.keys(tags ?? {}).length === 0 ? {} : { Tags: tagList(tags) };
}

/** `app/web/0123456789abcdef`: the part of an ARN that CloudWatch's dimensions use. */
export function arnSuffix(arn: string, after: string): string {
  return arn.slice(arn.indexOf(after) + after.length);
}
