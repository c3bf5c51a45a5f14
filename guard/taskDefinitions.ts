/** A release's task definition, made fit for the slot that it comes back into. */
import {
  type ContainerDefinition,
  DescribeTaskDefinitionCommand,
  type ECSClient,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
  type Tag,
  type TaskDefinition,
} from "@aws-sdk/client-ecs";
import type { EnvironmentNames } from "./names.ts";
import { otherSlot, type Slot } from "./slot.ts";

/** Where a container's `environment` says which slot it is: the sidecar's metrics and leases follow it. */
const SLOT_VARIABLE = "BACKOUT_SLOT";
const LOG_PREFIX = "awslogs-stream-prefix";

/**
 * The ARN of an ACTIVE revision in the slot's own family that runs what `kept` runs. ECS takes no
 * INACTIVE revision for an update, and one of the other slot's family says in its variables that it
 * is the other slot: of both a copy is registered, which needs `iam:PassRole` on the task's roles.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeregisterTaskDefinition.html
 *
 * @returns null when the revision is gone
 */
export async function definitionFor(
  client: ECSClient,
  names: EnvironmentNames,
  slot: Slot,
  kept: string,
): Promise<string | null> {
  const found = await described(client, kept);
  if (!found) return null;
  const { definition, tags } = found;
  const family = names.service[slot];
  if (definition.status === "ACTIVE" && definition.family === family) return kept;
  const copy = await client.send(
    new RegisterTaskDefinitionCommand(renderForSlot(definition, tags, family, slot)),
  );
  return copy.taskDefinition?.taskDefinitionArn ?? null;
}

/** A revision that something may still be made of; null when it is gone. */
export async function described(
  client: ECSClient,
  arn: string,
): Promise<{ definition: TaskDefinition; tags: Tag[] } | null> {
  try {
    const { taskDefinition, tags = [] } = await client.send(
      new DescribeTaskDefinitionCommand({ taskDefinition: arn, include: ["TAGS"] }),
    );
    // One that is being deleted can be seen for a while, but nothing may refer to it any more.
    const leaves = !taskDefinition || taskDefinition.status === "DELETE_IN_PROGRESS";
    return leaves ? null : { definition: taskDefinition, tags };
  } catch (error) {
    // "Unable to describe task definition.", and nothing finer.
    if (error instanceof Error && error.name === "ClientException") return null;
    throw error;
  }
}

/** What ECS adds to a revision by itself, and takes from nobody. */
const OWN_MEMBERS = new Set([
  "taskDefinitionArn",
  "revision",
  "status",
  "requiresAttributes",
  "compatibilities",
  "registeredAt",
  "deregisteredAt",
  "deleteRequestedAt",
  "registeredBy",
]);

/** The same release and configuration, under the name of `slot`. */
export function renderForSlot(
  definition: TaskDefinition,
  tags: readonly Tag[],
  family: string,
  slot: Slot,
): RegisterTaskDefinitionCommandInput {
  const taken = Object.fromEntries(
    Object.entries(definition).filter(([key]) => !OWN_MEMBERS.has(key)),
  );
  return {
    ...taken,
    family,
    containerDefinitions: definition.containerDefinitions?.map((one) => inSlot(one, slot)),
    // An empty list is refused.
    ...(tags.length > 0 ? { tags: [...tags] } : {}),
  };
}

function inSlot(container: ContainerDefinition, slot: Slot): ContainerDefinition {
  const { environment, logConfiguration } = container;
  const own = { ...container };
  if (environment) {
    const others = environment.filter(({ name }) => name !== SLOT_VARIABLE);
    const named = others.length < environment.length;
    own.environment = named ? [...others, { name: SLOT_VARIABLE, value: slot }] : others;
  }
  if (logConfiguration?.options?.[LOG_PREFIX] === otherSlot(slot)) {
    const options = { ...logConfiguration.options, [LOG_PREFIX]: slot };
    own.logConfiguration = { ...logConfiguration, options };
  }
  return own;
}
