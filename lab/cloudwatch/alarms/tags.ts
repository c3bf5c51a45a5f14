/** TagResource, UntagResource and ListTagsForResource: of alarms, mute rules and dashboards. */
import type {
  ListTagsForResourceInput,
  ListTagsForResourceOutput,
  Tag,
  TagResourceInput,
  UntagResourceInput,
} from "@aws-sdk/client-cloudwatch";
import { AwsError } from "../../service.ts";
import { dashboardArn } from "../dashboards/operations.ts";
import { muteRuleArn } from "../mutes/muteBook.ts";
import { requireLength } from "../validation.ts";
import { alarmArn } from "./alarm.ts";
import { requireTags } from "./define.ts";
import type { AlarmRoom } from "./room.ts";

export function tagResource(room: AlarmRoom, input: TagResourceInput): void {
  const tags = tagsOf(room, input.ResourceARN);
  const added = requireTags(input.Tags);
  requireTags([...new Map([...tags, ...added])].map(([Key, Value]) => ({ Key, Value })));
  for (const [key, value] of added) tags.set(key, value);
}

export function untagResource(room: AlarmRoom, input: UntagResourceInput): void {
  const tags = tagsOf(room, input.ResourceARN);
  for (const key of input.TagKeys ?? []) tags.delete(key);
}

export function listTagsForResource(
  room: AlarmRoom,
  input: ListTagsForResourceInput,
): ListTagsForResourceOutput {
  const tags = tagsOf(room, input.ResourceARN);
  return { Tags: [...tags].map(([Key, Value]): Tag => ({ Key, Value })) };
}

function tagsOf(
  { book, mutes, dashboards }: AlarmRoom,
  resourceArn: string | undefined,
): Map<string, string> {
  const text = requireLength("resourceARN", resourceArn, 1, 1024);
  for (const [arnOf, find] of [
    [alarmArn, (name: string) => book.get(name)],
    [muteRuleArn, (name: string) => mutes.get(name)],
    [dashboardArn, (name: string) => dashboards.get(name)],
  ] as const) {
    if (!text.startsWith(arnOf(""))) continue;
    const resource = find(text.slice(arnOf("").length));
    if (resource) return resource.tags;
  }
  throw new AwsError("ResourceNotFoundException", `Unknown resource ${text}`, 404, {
    ResourceType: "resource",
    ResourceId: text,
  });
}
