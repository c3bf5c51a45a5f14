/** Tags of buses and rules. */
import type * as Sdk from "@aws-sdk/client-eventbridge";
import type { Operation } from "../service.ts";
import type { EventStore } from "./store.ts";

export function tagOperations(store: EventStore): Record<string, Operation> {
  return {
    TagResource: (input: Sdk.TagResourceRequest): object => {
      const { tags } = store.tagged(input.ResourceARN);
      for (const { Key, Value } of input.Tags ?? []) tags.set(Key ?? "", Value ?? "");
      return {};
    },
    UntagResource: (input: Sdk.UntagResourceRequest): object => {
      const { tags } = store.tagged(input.ResourceARN);
      for (const key of input.TagKeys ?? []) tags.delete(key);
      return {};
    },
    ListTagsForResource: (
      input: Sdk.ListTagsForResourceRequest,
    ): Sdk.ListTagsForResourceResponse => ({
      Tags: [...store.tagged(input.ResourceARN).tags].map(([Key, Value]) => ({ Key, Value })),
    }),
  };
}
