/** ECS spells tags in lower case. */
import { TagResourceCommand, UntagResourceCommand, type Tag } from "@aws-sdk/client-ecs";
import { tagChange, type TagMap } from "../tags.ts";
import type { Context } from "../types.ts";

export function ecsTags(tags: TagMap | undefined): { key: string; value: string }[] {
  return Object.entries(tags ?? {}).map(([key, value]) => ({ key, value }));
}

export function fromEcsTags(tags: readonly Tag[] = []): Record<string, string> {
  return Object.fromEntries(tags.map((tag) => [tag.key ?? "", tag.value ?? ""]));
}

export async function changeTags(
  arn: string,
  olds: TagMap | undefined,
  news: TagMap | undefined,
  context: Context,
): Promise<void> {
  const ecs = await context.clients.ecs();
  const { set, removed } = tagChange(olds, news);
  if (removed.length > 0) {
    await ecs.send(new UntagResourceCommand({ resourceArn: arn, tagKeys: [...removed] }));
  }
  if (Object.keys(set).length > 0) {
    await ecs.send(new TagResourceCommand({ resourceArn: arn, tags: ecsTags(set) }));
  }
}
