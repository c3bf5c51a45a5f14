/** AddTags, RemoveTags, DescribeTags, and the tags given at creation. */
import type {
  AddTagsInput,
  AddTagsOutput,
  DescribeTagsInput,
  DescribeTagsOutput,
  RemoveTagsInput,
  RemoveTagsOutput,
  Tag,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { AwsError, type Operation } from "../service.ts";
import type { Context } from "./context.ts";
import type { Store } from "./store.ts";
import { requireList, requireText, validationError } from "./validation.ts";

const MOST_TAGS = 50;

export function tagOperations({ store }: Context): Record<string, Operation> {
  return {
    AddTags(input: AddTagsInput): AddTagsOutput {
      const arns = requireList("ResourceArns", input.ResourceArns);
      const tags = checkTags(input.Tags);
      const merged = arns.map((arn) => {
        requireResource(store, arn);
        return { arn, tags: new Map([...(store.tags.get(arn) ?? []), ...tags]) };
      });
      if (merged.some((one) => one.tags.size > MOST_TAGS)) throw tooManyTags();
      for (const one of merged) store.tags.set(one.arn, one.tags);
      return {};
    },
    RemoveTags(input: RemoveTagsInput): RemoveTagsOutput {
      const arns = requireList("ResourceArns", input.ResourceArns);
      for (const arn of arns) requireResource(store, arn);
      for (const arn of arns) {
        for (const key of input.TagKeys ?? []) store.tags.get(arn)?.delete(key);
      }
      return {};
    },
    DescribeTags(input: DescribeTagsInput): DescribeTagsOutput {
      const arns = requireList("ResourceArns", input.ResourceArns);
      if (arns.length > 20) throw validationError("You can specify at most 20 resource ARNs");
      return {
        TagDescriptions: arns.map((arn) => {
          requireResource(store, arn);
          const tags = [...(store.tags.get(arn) ?? [])];
          return { ResourceArn: arn, Tags: tags.map(([Key, Value]) => ({ Key, Value })) };
        }),
      };
    },
  };
}

/** The tags of a Create call as a map; refuses doubled keys and more than 50. */
export function checkTags(tags: readonly Tag[] | undefined): Map<string, string> {
  const map = new Map<string, string>();
  for (const { Key, Value } of tags ?? []) {
    const key = requireText("tags.member.key", Key);
    if (key.length > 128 || (Value ?? "").length > 256) {
      throw validationError(`The tag '${key}' is longer than 128 (key) or 256 (value) characters`);
    }
    if (key.startsWith("aws:")) {
      throw validationError(`The tag key '${key}' cannot begin with the reserved prefix aws:`);
    }
    if (map.has(key)) {
      throw new AwsError("DuplicateTagKeysException", `Tag keys must be unique: '${key}'`);
    }
    map.set(key, Value ?? "");
  }
  if (map.size > MOST_TAGS) throw tooManyTags();
  return map;
}

function tooManyTags(): AwsError {
  return new AwsError("TooManyTagsException", "The maximum number of tags per resource is 50");
}

/** Fails as the resource's own look-up would. */
function requireResource(store: Store, arn: string): void {
  if (arn.includes(":loadbalancer/")) store.loadBalancer(arn);
  else if (arn.includes(":targetgroup/")) store.targetGroup(arn);
  else if (arn.includes(":listener/")) store.listener(arn);
  else if (arn.includes(":listener-rule/")) store.rule(arn);
  else throw validationError(`'${arn}' is not a valid Elastic Load Balancing ARN`);
}
