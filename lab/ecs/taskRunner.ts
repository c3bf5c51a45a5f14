/** Runs one task from PROVISIONING to STOPPED; knows nothing of services and targets. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { TaskStopCode } from "@aws-sdk/client-ecs";
import type { Cancel } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import { hexId } from "../../base/ids.ts";
import { arn, type LabCore } from "../service.ts";
import { Containers } from "./containers.ts";
import type { LocalPorts } from "./localPorts.ts";
import type { ImageTable } from "./images.ts";
import type { EcsPorts } from "./ports.ts";
import { prepareContainers } from "./prepare.ts";
import type { ClusterRecord, ContainerRecord, TaskDefinitionRecord, TaskRecord } from "./store.ts";

export interface RunnerParts {
  readonly core: LabCore;
  readonly ports: EcsPorts;
  readonly images: ImageTable;
  readonly localPorts: LocalPorts;
  readonly launchDelayMs: number;
  /** Called after every change of the task's state. */
  changed(task: TaskRecord): void;
  /**
   * Takes the task out of its load balancers, and resolves when its process may be told to stop.
   */
  release(task: TaskRecord): Promise<void>;
}

export class TaskRunner {
  readonly task: TaskRecord;
  readonly #parts: RunnerParts;
  readonly #containers: Containers;
  readonly #cancelLaunch: Cancel;
  #ending: Promise<void> | undefined;

  constructor(parts: RunnerParts, task: TaskRecord) {
    this.task = task;
    this.#parts = parts;
    this.#containers = new Containers(parts.core.keeper, ({ definition }) => {
      if (definition.essential === false) parts.changed(task);
      else void this.stop("EssentialContainerExited", "Essential container in task exited");
    });
    const { clock } = parts.core;
    this.#cancelLaunch = clock.schedule(clock.now() + parts.launchDelayMs, () => this.#launch());
  }

  /** Ends the task; the first reason stays. Resolves when it is STOPPED. */
  stop(code: TaskStopCode, reason: string): Promise<void> {
    this.#ending ??= this.#stop(code, reason);
    return this.#ending;
  }

  /** For a task that is being stopped: no more patience. */
  kill(): void {
    this.#containers.kill();
  }

  async #launch(): Promise<void> {
    const { task } = this;
    try {
      this.#enter("PENDING");
      for (const container of task.taskDefinition.definition.containerDefinitions ?? []) {
        for (const { containerPort } of container.portMappings ?? []) {
          task.localPorts.set(containerPort ?? 0, await this.#parts.localPorts.take());
        }
      }
      if (this.#ending) return;
      const { core, ports, images } = this.#parts;
      await this.#containers.start(prepareContainers(core, ports, images, task));
      if (this.#ending) return;
      task.startedAt = core.clock.now();
      this.#enter("RUNNING");
    } catch (error) {
      void this.stop("TaskFailedToStart", messageOf(error));
    }
  }

  async #stop(code: TaskStopCode, reason: string): Promise<void> {
    const { task } = this;
    const { clock, directory } = this.#parts.core;
    this.#cancelLaunch();
    task.desiredStatus = "STOPPED";
    task.stopCode = code;
    task.stoppedReason = reason;
    task.stoppingAt = clock.now();
    this.#enter("DEACTIVATING");
    await this.#parts.release(task);
    this.#enter("STOPPING");
    await this.#containers.stop();
    this.#parts.localPorts.give(task.localPorts.values());
    for (const container of task.containers) container.status = "STOPPED";
    task.stoppedAt = clock.now();
    await rm(join(directory, "tasks", task.id), { recursive: true, force: true });
    this.#enter("STOPPED");
  }

  #enter(status: TaskRecord["status"]): void {
    this.task.status = status;
    this.task.version += 1;
    this.#parts.changed(this.task);
  }
}

/** A task that has not started yet. */
export function newTask(
  cluster: ClusterRecord,
  taskDefinition: TaskDefinitionRecord,
  createdAt: number,
  origin: Pick<
    TaskRecord,
    "service" | "deploymentId" | "loadBalancers" | "startedBy" | "group" | "tags"
  >,
): TaskRecord {
  const id = hexId(32);
  return {
    arn: arn("ecs", `task/${cluster.name}/${id}`),
    id,
    cluster,
    taskDefinition,
    ...origin,
    createdAt,
    containers: (taskDefinition.definition.containerDefinitions ?? []).map(
      ({ name = "", image = "" }): ContainerRecord => ({
        arn: arn("ecs", `container/${cluster.name}/${id}/${hexId(32)}`),
        name,
        image,
        status: "PENDING",
        exitCode: undefined,
        reason: undefined,
      }),
    ),
    localPorts: new Map(),
    status: "PROVISIONING",
    desiredStatus: "RUNNING",
    startedAt: undefined,
    stoppingAt: undefined,
    stoppedAt: undefined,
    stopCode: undefined,
    stoppedReason: undefined,
    registered: false,
    version: 1,
  };
}
