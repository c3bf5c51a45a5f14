/** What must be so before a task's first container starts; each failure in ECS's own words. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../../base/errors.ts";
import type { LabCore } from "../service.ts";
import type { ContainerPlan } from "./containers.ts";
import type { ImageTable } from "./images.ts";
import { overridden } from "./overrides.ts";
import type { EcsPorts } from "./ports.ts";
import { imageName, processEnvironment } from "./processEnvironment.ts";
import type { TaskRecord } from "./store.ts";

export const TASKS_PRINCIPAL = "ecs-tasks.amazonaws.com";

/** Throws an error whose message is the task's `stoppedReason`. */
export function prepareContainers(
  core: LabCore,
  ports: EcsPorts,
  images: ImageTable,
  task: TaskRecord,
): ContainerPlan[] {
  const { definition } = task.taskDefinition;
  const { overrides } = task;
  const executionRoleArn = overrides.executionRoleArn ?? definition.executionRoleArn;
  const taskRoleArn = overrides.taskRoleArn ?? definition.taskRoleArn;
  if (executionRoleArn) assumeRole(ports, executionRoleArn, task);
  const credentials = taskRoleArn ? assumeRole(ports, taskRoleArn, task) : undefined;
  const directory = join(core.directory, "tasks", task.id);
  mkdirSync(directory, { recursive: true });
  return (definition.containerDefinitions ?? []).map((defined, index): ContainerPlan => {
    const container = overridden(defined, overrides);
    const mapping = images[imageName(container.image ?? "")];
    if (!mapping) throw new Error(noSuchImage(container.image ?? "", images));
    const stream = logStream(ports, container.logConfiguration?.options, container.name, task.id);
    return {
      definition: container,
      record: task.containers[index]!,
      // As a container's: what the image runs is its entry point, and a command comes behind it.
      command: [...mapping.command, ...(container.command ?? [])],
      cwd: mapping.cwd,
      localPorts: task.localPorts,
      env: withReason("CannotStartContainerError", () =>
        processEnvironment({
          container,
          mapping,
          localPorts: task.localPorts,
          directory,
          endpoint: core.endpoint,
          credentials,
        }),
      ),
      onLine:
        stream &&
        ((line) =>
          ports.logs.append(stream.group, stream.name, [
            { timestampMs: core.clock.now(), message: line },
          ])),
    };
  });
}

function assumeRole(ports: EcsPorts, roleArn: string, task: TaskRecord) {
  try {
    return ports.credentials.issue(roleArn, task.id, TASKS_PRINCIPAL);
  } catch (error) {
    throw new Error(
      `ECS was unable to assume the role '${roleArn}' that was provided for this task. Please ` +
        "verify that the role being passed has the proper trust relationship and permissions and " +
        `that your IAM user has permissions to pass this role. (${messageOf(error)})`,
      { cause: error },
    );
  }
}

function noSuchImage(image: string, images: ImageTable): string {
  const known = Object.keys(images).join(", ") || "none";
  return (
    `CannotPullContainerError: the lab has no local command for the image ${image}. Map ` +
    `"${imageName(image)}" to a command in the lab's images setting (mapped now: ${known}).`
  );
}

/** The stream of an awslogs container; created at once, as the driver does. */
function logStream(
  ports: EcsPorts,
  options: Readonly<Record<string, string>> | undefined,
  container: string | undefined,
  taskId: string,
) {
  if (!options) return undefined;
  const group = options["awslogs-group"] ?? "";
  if (options["awslogs-create-group"] !== "true" && !ports.logs.hasGroup(group)) {
    throw new Error(
      "ResourceInitializationError: failed to validate logger args: create stream has been " +
        "retried 1 times: failed to create Cloudwatch log stream: ResourceNotFoundException: The " +
        `specified log group does not exist. (${group}) : exit status 1`,
    );
  }
  const name = `${options["awslogs-stream-prefix"]}/${container}/${taskId}`;
  ports.logs.append(group, name, []);
  return { group, name };
}

function withReason<T>(reason: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw new Error(`${reason}: ${messageOf(error)}`, { cause: error });
  }
}
