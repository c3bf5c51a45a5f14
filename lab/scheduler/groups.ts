/** Schedule groups and their tags. */
import type * as Sdk from "@aws-sdk/client-scheduler";
import type { Operation } from "../service.ts";
import { invalid } from "../events/errors.ts";
import { conflict } from "./errors.ts";
import { page } from "./paging.ts";
import type { Runner } from "./runner.ts";
import { DEFAULT_GROUP } from "./store.ts";
import type { Group, ScheduleStore } from "./store.ts";
import { nameOf } from "./validation.ts";

export function groupOperations(
  store: ScheduleStore,
  runner: Runner,
  now: () => number,
): Record<string, Operation> {
  return {
    CreateScheduleGroup: (input: Sdk.CreateScheduleGroupInput): Sdk.CreateScheduleGroupOutput => {
      const name = nameOf(input.Name);
      if (store.groups.has(name)) throw conflict(`Schedule group ${name}`);
      const group = store.createGroup(name, now());
      for (const { Key, Value } of input.Tags ?? []) group.tags.set(Key ?? "", Value ?? "");
      return { ScheduleGroupArn: group.arn };
    },

    GetScheduleGroup: (input: Sdk.GetScheduleGroupInput): Sdk.GetScheduleGroupOutput =>
      describe(store.group(nameOf(input.Name))),

    ListScheduleGroups: (input: Sdk.ListScheduleGroupsInput): Sdk.ListScheduleGroupsOutput => {
      const all = [...store.groups.values()]
        .filter(({ name }) => name.startsWith(input.NamePrefix ?? ""))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      const { entries, rest } = page(all, input);
      return { ScheduleGroups: entries.map(describe), ...rest };
    },

    /** Its schedules go with it: at once here, little by little (state DELETING) on AWS. */
    DeleteScheduleGroup: (input: Sdk.DeleteScheduleGroupInput): Sdk.DeleteScheduleGroupOutput => {
      const group = store.group(nameOf(input.Name));
      if (group.name === DEFAULT_GROUP)
        throw invalid("The default schedule group cannot be deleted.");
      for (const schedule of group.schedules.values()) runner.forget(schedule);
      group.schedules.clear();
      store.groups.delete(group.name);
      return {};
    },

    TagResource: (input: Sdk.TagResourceInput): Sdk.TagResourceOutput => {
      const { tags } = store.tagged(input.ResourceArn);
      for (const { Key, Value } of input.Tags ?? []) tags.set(Key ?? "", Value ?? "");
      return {};
    },
    UntagResource: (input: Sdk.UntagResourceInput): Sdk.UntagResourceOutput => {
      const { tags } = store.tagged(input.ResourceArn);
      for (const key of input.TagKeys ?? []) tags.delete(key);
      return {};
    },
    ListTagsForResource: (input: Sdk.ListTagsForResourceInput): Sdk.ListTagsForResourceOutput => ({
      Tags: [...store.tagged(input.ResourceArn).tags].map(([Key, Value]) => ({ Key, Value })),
    }),
  };
}

function describe({ arn, name, createdMs }: Group): Sdk.ScheduleGroupSummary {
  return {
    Arn: arn,
    Name: name,
    State: "ACTIVE",
    CreationDate: new Date(createdMs),
    LastModificationDate: new Date(createdMs),
  };
}
