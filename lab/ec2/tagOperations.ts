/** Tags of EC2 resources, by the resources' ids. */
import type * as Sdk from "@aws-sdk/client-ec2";

import type { Operation } from "../service.ts";
import { define, page } from "./define.ts";
import { ec2Error, requiredList } from "./errors.ts";
import { applyFilters } from "./filters.ts";
import type { Ec2Store } from "./store.ts";

const MOST_TAGS = 50;

export function tagOperations(store: Ec2Store): Record<string, Operation> {
  return {
    ...define("CreateTags", ["Resources", "Tags"], (input: Sdk.CreateTagsRequest) => {
      const resources = requiredList(input.Resources, "resourceIdSet");
      requiredList(input.Tags, "tagSet");
      for (const id of resources) refuseUnknown(store, id);
      for (const id of resources) addTags(store, id, input.Tags);
      return {};
    }),

    /** Without Tags all tags go; a tag with a value goes only if that is its value. */
    ...define("DeleteTags", ["Resources", "Tags"], (input: Sdk.DeleteTagsRequest) => {
      const resources = requiredList(input.Resources, "resourceIdSet");
      for (const id of resources) refuseUnknown(store, id);
      for (const id of resources) {
        const kept = [...store.tagsOf(id)].filter(
          ([key, value]) =>
            input.Tags !== undefined &&
            !input.Tags.some(
              (tag) => tag.Key === key && (tag.Value === undefined || tag.Value === value),
            ),
        );
        store.setTags(id, new Map(kept));
      }
      return {};
    }),

    ...define(
      "DescribeTags",
      ["Filters", "MaxResults", "NextToken"],
      (input: Sdk.DescribeTagsRequest): Sdk.DescribeTagsResult => {
        const all = store.taggedIds.flatMap((ResourceId) =>
          [...store.tagsOf(ResourceId)].map(([Key, Value]) => ({
            ResourceId,
            ResourceType: store.typeOf(ResourceId),
            Key,
            Value,
          })),
        );
        const found = applyFilters(
          "DescribeTags",
          all,
          input.Filters,
          (tag) => ({
            fields: {
              "resource-id": [tag.ResourceId],
              "resource-type": tag.ResourceType === undefined ? [] : [tag.ResourceType],
              key: [tag.Key],
              value: [tag.Value],
            },
            tags: new Map([[tag.Key, tag.Value]]),
          }),
          ["resource-id", "resource-type", "key", "value"],
        );
        const { entries, rest } = page(found, input);
        return { Tags: entries, ...rest };
      },
    ),
  };
}

/** Throws TagLimitExceeded beyond 50 tags. */
export function addTags(
  store: Ec2Store,
  resourceId: string,
  added: readonly Sdk.Tag[] | undefined,
): void {
  const tags = new Map(store.tagsOf(resourceId));
  for (const tag of added ?? []) tags.set(tag.Key ?? "", tag.Value ?? "");
  if (tags.size > MOST_TAGS) {
    throw ec2Error(
      "TagLimitExceeded",
      "The maximum number of Tags for a resource has been reached.",
    );
  }
  store.setTags(resourceId, tags);
}

/** The tags that a create call gives its new resources. */
export function tagsFor(
  type: string,
  specifications: readonly Sdk.TagSpecification[] | undefined,
): Sdk.Tag[] {
  return (specifications ?? []).flatMap((specification) => {
    if (specification.ResourceType !== type) {
      throw ec2Error(
        "InvalidParameterValue",
        `'${String(specification.ResourceType)}' is not a valid taggable resource type for this operation.`,
      );
    }
    return specification.Tags ?? [];
  });
}

export function tagList(tags: ReadonlyMap<string, string>): Sdk.Tag[] {
  return [...tags].map(([Key, Value]) => ({ Key, Value }));
}

function refuseUnknown(store: Ec2Store, resourceId: string): void {
  if (store.typeOf(resourceId) === undefined) {
    throw ec2Error("InvalidID", `The ID '${resourceId}' is not valid`);
  }
}
