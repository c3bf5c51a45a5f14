/** What a run of a task changes of its definition: commands, environments, roles. Pure. */
import type { ContainerDefinition, TaskOverride } from "@aws-sdk/client-ecs";
import type { TaskDefinitionRecord } from "./store.ts";
import { clientError, invalid, refuseMeaningful } from "./validation.ts";

const OPERATION = "RunTask (overrides)";
/** "A total of 8192 characters are allowed for overrides." */
const MOST_CHARACTERS = 8_192;

/** Each container override must name a container of the task definition. */
export function checkOverrides(
  overrides: TaskOverride | undefined,
  { definition }: TaskDefinitionRecord,
): TaskOverride {
  if (overrides === undefined) return {};
  refuseMeaningful(OPERATION, overrides, ["containerOverrides", "taskRoleArn", "executionRoleArn"]);
  if (JSON.stringify(overrides).length > MOST_CHARACTERS) {
    throw invalid(`Container Overrides length must be at most ${MOST_CHARACTERS}`);
  }
  for (const one of overrides.containerOverrides ?? []) {
    refuseMeaningful(OPERATION, one, ["name", "command", "environment", "cpu", "memory"]);
    if (!definition.containerDefinitions?.some(({ name }) => name === one.name)) {
      throw invalid(
        `Override for container named ${one.name} is not a container in the TaskDefinition.`,
      );
    }
    if (one.command !== undefined && !Array.isArray(one.command)) {
      throw clientError("Unexpected json type: command must be a list.");
    }
  }
  return overrides;
}

/** The definition of a container as this run has it; an empty command is none. */
export function overridden(
  container: ContainerDefinition,
  { containerOverrides = [] }: TaskOverride,
): ContainerDefinition {
  const own = containerOverrides.find(({ name }) => name === container.name);
  if (!own) return container;
  const names = new Set((own.environment ?? []).map(({ name }) => name));
  const kept = (container.environment ?? []).filter(({ name }) => !names.has(name));
  return {
    ...container,
    environment: [...kept, ...(own.environment ?? [])],
    ...(own.command && own.command.length > 0 ? { command: own.command } : {}),
  };
}

/** The roles that its tasks run as; AWS calls them the task role and the execution role. */
export function rolesOf(
  { definition }: TaskDefinitionRecord,
  {
    taskRoleArn,
    executionRoleArn,
  }: { readonly taskRoleArn?: unknown; readonly executionRoleArn?: unknown },
): readonly string[] {
  const roles = [
    taskRoleArn ?? definition.taskRoleArn,
    executionRoleArn ?? definition.executionRoleArn,
  ];
  return roles.flatMap((role) => (typeof role === "string" && role !== "" ? [role] : []));
}
