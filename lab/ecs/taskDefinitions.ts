/** Task definitions: families of numbered, immutable revisions. */
import type {
  DeleteTaskDefinitionsRequest,
  DeregisterTaskDefinitionRequest,
  DescribeTaskDefinitionRequest,
  ListTaskDefinitionsRequest,
  RegisterTaskDefinitionRequest,
} from "@aws-sdk/client-ecs";
import { arn, type Call, type LabCore } from "../service.ts";
import { lookUpTaskDefinition } from "./find.ts";
import { renderTags, tagsFrom, type EcsStore, type TaskDefinitionRecord } from "./store.ts";
import { renderDefinition } from "./taskDefinition.ts";
import { clientError, invalid, paged } from "./validation.ts";

export function taskDefinitionOperations(core: LabCore, store: EcsStore) {
  return {
    RegisterTaskDefinition: (input: RegisterTaskDefinitionRequest, call: Call) => {
      const definition = renderDefinition(input);
      const family = input.family ?? "";
      const revisions = store.families.get(family) ?? [];
      const revision = revisions.length + 1;
      const record: TaskDefinitionRecord = {
        arn: arn("ecs", `task-definition/${family}:${revision}`),
        family,
        revision,
        definition: {
          ...definition,
          taskDefinitionArn: arn("ecs", `task-definition/${family}:${revision}`),
          revision,
          status: "ACTIVE",
          registeredAt: new Date(core.clock.now()),
          registeredBy: call.principal.arn,
        },
        tags: tagsFrom(input.tags),
      };
      store.families.set(family, [...revisions, record]);
      return { taskDefinition: record.definition, tags: renderTags(record.tags) };
    },

    DescribeTaskDefinition: (input: DescribeTaskDefinitionRequest) => {
      const record = lookUpTaskDefinition(store, input.taskDefinition);
      if (!record) throw clientError("Unable to describe task definition.");
      return {
        taskDefinition: record.definition,
        ...(input.include?.includes("TAGS") && { tags: renderTags(record.tags) }),
      };
    },

    DeregisterTaskDefinition: (input: DeregisterTaskDefinitionRequest) => {
      if (!/:\d+$/.test(input.taskDefinition ?? "")) throw clientError("Revision is missing");
      const record = lookUpTaskDefinition(store, input.taskDefinition);
      if (!record) {
        throw clientError("The specified task definition does not exist.");
      }
      if (record.definition.status === "ACTIVE") {
        const deregisteredAt = new Date(core.clock.now());
        record.definition = { ...record.definition, status: "INACTIVE", deregisteredAt };
      }
      return { taskDefinition: record.definition };
    },

    DeleteTaskDefinitions: (input: DeleteTaskDefinitionsRequest) => {
      const taskDefinitions = [];
      const failures = [];
      const references = input.taskDefinitions ?? [];
      if (references.length === 0) throw invalid("Task definitions can not be empty.");
      for (const reference of references) {
        const record = lookUpTaskDefinition(store, reference);
        if (!record) {
          failures.push({
            arn: reference,
            reason: "The specified task definition does not exist.",
          });
        } else if (record.definition.status === "ACTIVE") {
          failures.push({
            arn: record.arn,
            reason: "The specified task definition is still in ACTIVE status.",
          });
        } else {
          const deleteRequestedAt = new Date(core.clock.now());
          taskDefinitions.push({
            ...record.definition,
            status: "DELETE_IN_PROGRESS",
            deleteRequestedAt,
          });
          store.families.get(record.family)![record.revision - 1] = undefined;
        }
      }
      return { taskDefinitions, failures };
    },

    ListTaskDefinitions: (input: ListTaskDefinitionsRequest) => {
      const status = input.status ?? "ACTIVE";
      const found = [...store.families]
        .filter(([family]) => !input.familyPrefix || family === input.familyPrefix)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .flatMap(([, revisions]) => revisions.flatMap((record) => (record ? [record] : [])))
        .filter(({ definition }) => definition.status === status);
      const { page, next } = paged(input.sort === "DESC" ? found.toReversed() : found, input);
      return { taskDefinitionArns: page.map((record) => record.arn), ...next };
    },
  };
}
