/** aws:ecs/taskDefinition:TaskDefinition: every change is a new revision. */
import {
  DeregisterTaskDefinitionCommand,
  DescribeTaskDefinitionCommand,
  RegisterTaskDefinitionCommand,
  type CPUArchitecture,
  type Compatibility,
  type ContainerDefinition,
  type NetworkMode,
  type OSFamily,
  type TaskDefinition,
} from "@aws-sdk/client-ecs";
import { boolean, json, map, object, required, set, text, words } from "../shape.ts";
import { tagOutputs } from "../tags.ts";
import { defineResource, type Context } from "../types.ts";
import { textOf, withoutNulls, type Properties } from "../values.ts";
import { unless } from "../waiting.ts";
import { changeTags, ecsTags, fromEcsTags } from "./tagging.ts";

const GONE = ["ClientException", "InvalidParameterException"];

function outputs(
  found: TaskDefinition,
  tags: Record<string, string>,
  context: Context,
): Properties {
  const arn = found.taskDefinitionArn ?? "";
  return withoutNulls({
    arn,
    arnWithoutRevision: arn.replace(/:\d+$/, ""),
    family: found.family,
    revision: found.revision,
    networkMode: found.networkMode,
    region: context.region,
    ...tagOutputs(tags),
  });
}

async function read(arn: string, context: Context): Promise<Properties | undefined> {
  const ecs = await context.clients.ecs();
  return unless(GONE, async () => {
    const answer = await ecs.send(
      new DescribeTaskDefinitionCommand({ taskDefinition: arn, include: ["TAGS"] }),
    );
    const found = answer.taskDefinition;
    if (!found || found.status === "INACTIVE") return undefined;
    return outputs(found, fromEcsTags(answer.tags), context);
  });
}

export const taskDefinition = defineResource({
  token: "aws:ecs/taskDefinition:TaskDefinition",
  inputs: {
    family: required(text),
    containerDefinitions: required(json),
    cpu: text,
    memory: text,
    networkMode: words<NetworkMode>(),
    requiresCompatibilities: set(words<Compatibility>()),
    executionRoleArn: text,
    taskRoleArn: text,
    runtimePlatform: object({
      cpuArchitecture: words<CPUArchitecture>(),
      operatingSystemFamily: words<OSFamily>(),
    }),
    /** Not ECS's: the revision stays ACTIVE when the resource is replaced or deleted. */
    skipDestroy: boolean,
    tags: map(text),
  },
  replaceOn: [
    "family",
    "containerDefinitions",
    "cpu",
    "memory",
    "networkMode",
    "requiresCompatibilities",
    "executionRoleArn",
    "taskRoleArn",
    "runtimePlatform",
  ],
  async create(inputs, context) {
    const ecs = await context.clients.ecs();
    const containerDefinitions: ContainerDefinition[] = JSON.parse(inputs.containerDefinitions);
    const answer = await ecs.send(
      new RegisterTaskDefinitionCommand({
        family: inputs.family,
        containerDefinitions,
        cpu: inputs.cpu,
        memory: inputs.memory,
        networkMode: inputs.networkMode,
        requiresCompatibilities: inputs.requiresCompatibilities,
        executionRoleArn: inputs.executionRoleArn,
        taskRoleArn: inputs.taskRoleArn,
        runtimePlatform: inputs.runtimePlatform,
        ...(inputs.tags ? { tags: ecsTags(inputs.tags) } : {}),
      }),
    );
    // Pulumi's id is the family; the revision is in the ARN alone.
    return {
      id: inputs.family,
      outputs: outputs(answer.taskDefinition ?? {}, inputs.tags ?? {}, context),
    };
  },
  read: (id, context, known) => read(textOf(known["arn"]) || id, context),
  async update({ olds, news, outputs: known }, context) {
    const arn = textOf(known["arn"]);
    await changeTags(arn, olds.tags, news.tags, context);
    return (await read(arn, context)) ?? {};
  },
  async delete(_id, { inputs, outputs: known }, context) {
    if (inputs.skipDestroy) return;
    const ecs = await context.clients.ecs();
    const arn = textOf(known["arn"]);
    await unless(GONE, () =>
      ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: arn })),
    );
  },
});
