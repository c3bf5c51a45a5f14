/** Tags of whatever ECS knows by ARN. */
import type {
  ListTagsForResourceRequest,
  TagResourceRequest,
  UntagResourceRequest,
} from "@aws-sdk/client-ecs";
import { AwsError } from "../service.ts";
import { lookUpTaskDefinition, nameIn } from "./find.ts";
import { type EcsStore, renderTags, type Tags, tagsFrom } from "./store.ts";
import { invalid } from "./validation.ts";

export function tagOperations(store: EcsStore) {
  return {
    ListTagsForResource: (input: ListTagsForResourceRequest) => ({
      tags: renderTags(tagsOf(store, input.resourceArn)),
    }),
    TagResource: (input: TagResourceRequest) => {
      const tags = tagsOf(store, input.resourceArn);
      for (const [key, value] of tagsFrom(input.tags)) tags.set(key, value);
      return {};
    },
    UntagResource: (input: UntagResourceRequest) => {
      const tags = tagsOf(store, input.resourceArn);
      for (const key of input.tagKeys ?? []) tags.delete(key);
      return {};
    },
  };
}

function tagsOf(store: EcsStore, resourceArn = ""): Tags {
  const kind = /^arn:aws:ecs:[^:]+:\d+:([a-z-]+)\//.exec(resourceArn)?.[1];
  switch (kind) {
    case "cluster": {
      const cluster = store.clusters.get(nameIn(resourceArn));
      if (cluster?.status !== "ACTIVE") {
        throw new AwsError("ClusterNotFoundException", "Cluster not found.");
      }
      return cluster.tags;
    }
    case "service": {
      const service = store.services.get(resourceArn);
      if (!service) throw new AwsError("ServiceNotFoundException", "Service not found.");
      return service.tags;
    }
    case "task-definition":
      return known(lookUpTaskDefinition(store, resourceArn)).tags;
    case "task":
      return known(store.tasks.get(resourceArn)).tags;
    default:
      throw invalid("Invalid resource ARN format.");
  }
}

function known<T>(record: T | undefined): T {
  if (record) return record;
  throw invalid("The specified resource was not found.");
}
