/** TagResource, UntagResource and ListTagsForResource. */
import type {
  ListTagsForResourceInput,
  ListTagsForResourceOutput,
  Tag,
  TagResourceInput,
  UntagResourceInput,
} from "@aws-sdk/client-cloudwatch";
import { AwsError } from "../../service.ts";
import { requireLength } from "../validation.ts";
import { alarmArn } from "./alarm.ts";
import type { Alarm } from "./alarm.ts";
import type { AlarmBook } from "./book.ts";
import { requireTags } from "./define.ts";
import type { AlarmRoom } from "./room.ts";
import { nameOf } from "./rule.ts";

export function tagResource({ book }: AlarmRoom, input: TagResourceInput): void {
  const { tags } = byArn(book, input.ResourceARN);
  const added = requireTags(input.Tags);
  requireTags([...new Map([...tags, ...added])].map(([Key, Value]) => ({ Key, Value })));
  for (const [key, value] of added) tags.set(key, value);
}

export function untagResource({ book }: AlarmRoom, input: UntagResourceInput): void {
  const { tags } = byArn(book, input.ResourceARN);
  for (const key of input.TagKeys ?? []) tags.delete(key);
}

export function listTagsForResource(
  { book }: AlarmRoom,
  input: ListTagsForResourceInput,
): ListTagsForResourceOutput {
  const { tags } = byArn(book, input.ResourceARN);
  return { Tags: [...tags].map(([Key, Value]): Tag => ({ Key, Value })) };
}

function byArn(book: AlarmBook, resourceArn: string | undefined): Alarm {
  const text = requireLength("resourceARN", resourceArn, 1, 1024);
  const alarm = book.get(nameOf(text));
  if (!alarm || alarmArn(alarm.definition.name) !== text)
    throw new AwsError("ResourceNotFoundException", `Unknown resource ${text}`, 404, {
      ResourceType: "alarm",
      ResourceId: text,
    });
  return alarm;
}
