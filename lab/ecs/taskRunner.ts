/** Runs one task from PROVISIONING to STOPPED; knows nothing of services and targets. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { TaskOverride, TaskStopCode } from "@aws-sdk/client-ecs";
import type { Cancel } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import { hexId } from "../../base/ids.ts";
import { arn, type LabCore } from "../service.ts";
import { Containers } from "./containers.ts";
import type { PortHost } from "./localPorts.ts";
import type { ImageTable } from "./images.ts";
import type { EcsPorts } from "./ports.ts";
import { prepareContainers } from "./prepare.ts";
import type { ClusterRecord, ContainerRecord, TaskDefinitionRecord, TaskRecord } from "./store.ts";

export interface RunnerParts {
  readonly core: LabCore;
  readonly ports: EcsPorts;
  readonly images: ImageTable;
  readonly portHost: PortHost;
  readonly launchDelayMs: number;
  readonly listenGraceMs: number;
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
    const { clock, keeper } = parts.core;
    this.#containers = new Containers({
      clock,
      keeper,
      portHost: parts.portHost,
      listenGraceMs: parts.listenGraceMs,
      onExit: ({ definition }) => {
        if (definition.essential === false) parts.changed(task);
        else void this.stop("EssentialContainerExited", "Essential container in task exited");
      },
      onHealth: () => parts.changed(task),
    });
    this.#cancelLaunch = clock.schedule(clock.now() + parts.launchDelayMs, () => {
      const launched = this.#launch();
      // A launch that waits for health or a timeout waits for this clock, which then must go on.
      return waitsForClock(task) ? undefined : launched;
    });
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
          task.localPorts.set(containerPort ?? 0, await this.#parts.portHost.take());
        }
      }
      if (this.#ending) return;
      const { core, ports, images } = this.#parts;
      await this.#containers.start(prepareContainers(core, ports, images, task));
      if (this.#ending) return;
      this.#enter("ACTIVATING");
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
    await clock.hold(`task ${task.id} stops`, this.#containers.stop());
    task.executionStoppedAt = clock.now();
    for (const container of task.containers) container.status = "STOPPED";
    this.#enter("DEPROVISIONING");
    this.#parts.portHost.give(task.localPorts.values());
    const removed = rm(join(directory, "tasks", task.id), { recursive: true, force: true });
    await clock.hold(`task ${task.id} leaves`, removed);
    task.stoppedAt = clock.now();
    this.#enter("STOPPED");
  }

  #enter(status: TaskRecord["status"]): void {
    this.task.status = status;
    this.task.version += 1;
    this.#parts.changed(this.task);
  }
}

function waitsForClock({ taskDefinition }: TaskRecord): boolean {
  const containers = taskDefinition.definition.containerDefinitions ?? [];
  return containers.some(
    ({ dependsOn, startTimeout }) =>
      startTimeout !== undefined || dependsOn?.some(({ condition }) => condition === "HEALTHY"),
  );
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
  overrides: TaskOverride = {},
): TaskRecord {
  const id = hexId(32);
  return {
    arn: arn("ecs", `task/${cluster.name}/${id}`),
    id,
    cluster,
    taskDefinition,
    ...origin,
    overrides,
    createdAt,
    containers: (taskDefinition.definition.containerDefinitions ?? []).map(
      ({ name = "", image = "" }): ContainerRecord => ({
        arn: arn("ecs", `container/${cluster.name}/${id}/${hexId(32)}`),
        name,
        image,
        status: "PENDING",
        exitCode: undefined,
        reason: undefined,
        health: "UNKNOWN",
      }),
    ),
    localPorts: new Map(),
    status: "PROVISIONING",
    desiredStatus: "RUNNING",
    startedAt: undefined,
    stoppingAt: undefined,
    executionStoppedAt: undefined,
    stoppedAt: undefined,
    stopCode: undefined,
    stoppedReason: undefined,
    registered: false,
    wasHealthy: false,
    failedChecks: undefined,
    version: 1,
  };
}
