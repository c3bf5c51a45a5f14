/** Tags as a map (Pulumi) and as lists (AWS, in two spellings), and what to write to get there. */
export type TagMap = Readonly<Record<string, string>>;

export function tagList(tags: TagMap | undefined): { Key: string; Value: string }[] {
  return Object.entries(tags ?? {}).map(([Key, Value]) => ({ Key, Value }));
}

export function tagMap(
  tags: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] = [],
): Record<string, string> {
  return Object.fromEntries(tags.map((tag) => [tag.Key ?? "", tag.Value ?? ""]));
}

export interface TagChange {
  readonly set: TagMap;
  readonly removed: readonly string[];
}

export function tagChange(olds: TagMap | undefined, news: TagMap | undefined): TagChange {
  const set = Object.entries(news ?? {}).filter(([key, value]) => olds?.[key] !== value);
  const removed = Object.keys(olds ?? {}).filter((key) => news?.[key] === undefined);
  return { set: Object.fromEntries(set), removed };
}

/** The tag outputs of a resource; without default tags both are the same. */
export function tagOutputs(tags: TagMap | undefined): { tags: TagMap; tagsAll: TagMap } {
  return { tags: tags ?? {}, tagsAll: tags ?? {} };
}
