/** The containers of one task as local processes, in the order that `dependsOn` asks for. */
import type { ContainerDefinition } from "@aws-sdk/client-ecs";
import type { Clock } from "../../base/clock.ts";
import type { Keeper, KeptProcess } from "../service.ts";
import { Dependency } from "./dependency.ts";
import { HealthMonitor } from "./healthMonitor.ts";
import type { PortHost } from "./localPorts.ts";
import type { ContainerRecord } from "./store.ts";

/** ECS's default `stopTimeout`. */
const STOP_TIMEOUT_SECONDS = 30;
const SIGNALS: Readonly<Record<string, number>> = { SIGKILL: 9, SIGTERM: 15, SIGINT: 2, SIGHUP: 1 };

export interface ContainerPlan {
  readonly definition: ContainerDefinition;
  readonly record: ContainerRecord;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string | undefined;
  /** containerPort to local port, of all containers of the task. */
  readonly localPorts: ReadonlyMap<number, number>;
  readonly onLine: ((line: string) => void) | undefined;
}

export interface ContainerParts {
  readonly clock: Clock;
  readonly keeper: Keeper;
  readonly portHost: PortHost;
  /** Wall time that a process has to listen before its health checks begin all the same. */
  readonly listenGraceMs: number;
  /** Called for each container that ends by itself. */
  readonly onExit: (plan: ContainerPlan) => void;
  /** Called when a container's health is another. */
  readonly onHealth: () => void;
}

interface Started {
  readonly plan: ContainerPlan;
  readonly process: KeptProcess;
  /** Resolves when the container has stopped and its record says so. */
  readonly stopped: Promise<void>;
  monitor: HealthMonitor | undefined;
}

export class Containers {
  readonly #parts: ContainerParts;
  readonly #started = new Map<string, Started>();
  readonly #dependencies = new Map<string, Dependency>();
  #stopping = false;

  constructor(parts: ContainerParts) {
    this.#parts = parts;
  }

  /**
   * Starts all, each after what it depends on. Resolves early when they are stopped meanwhile.
   * Rejects when a process cannot be started or a dependency did not come to what was asked.
   */
  async start(plans: readonly ContainerPlan[]): Promise<void> {
    for (const { record, definition } of plans) {
      const dependency = new Dependency(this.#parts.clock, record, definition.startTimeout);
      this.#dependencies.set(record.name, dependency);
    }
    const startOne = async (plan: ContainerPlan): Promise<void> => {
      for (const { containerName, condition } of plan.definition.dependsOn ?? []) {
        await ready.get(containerName ?? "");
        await this.#dependencies.get(containerName ?? "")?.reaches(condition ?? "START");
      }
      if (!this.#stopping) this.#launch(plan);
    };
    const ready = new Map<string, Promise<void>>();
    for (const plan of inOrder(plans)) ready.set(plan.record.name, startOne(plan));
    await Promise.all(ready.values());
    await Promise.all([...this.#started.values()].map(failedToStart));
  }

  /** SIGTERM, then SIGKILL after `stopTimeout` wall seconds; resolves when all have ended. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const dependency of this.#dependencies.values()) dependency.giveUp();
    await Promise.all(
      [...this.#started.values()].map(async ({ plan, process, stopped, monitor }) => {
        monitor?.stop();
        process.kill("SIGTERM");
        const seconds = plan.definition.stopTimeout ?? STOP_TIMEOUT_SECONDS;
        const late = setTimeout(() => process.kill("SIGKILL"), seconds * 1000);
        await stopped;
        clearTimeout(late);
      }),
    );
  }

  kill(): void {
    for (const { process } of this.#started.values()) process.kill("SIGKILL");
  }

  #launch(plan: ContainerPlan): void {
    const { command, env, cwd, onLine } = plan;
    const process = this.#parts.keeper.spawn(command, {
      env,
      ...(cwd !== undefined && { cwd }),
      ...(onLine && { onLine }),
    });
    plan.record.status = "RUNNING";
    const stopped = this.#watch(plan, process);
    const started: Started = { plan, process, stopped, monitor: undefined };
    this.#started.set(plan.record.name, started);
    void this.#monitor(started);
  }

  async #watch(plan: ContainerPlan, process: KeptProcess): Promise<void> {
    const { code, signal, error } = await process.exited;
    plan.record.status = "STOPPED";
    if (error) {
      plan.record.reason = `CannotStartContainerError: ${error.message}`;
    } else {
      plan.record.exitCode = code ?? 128 + (SIGNALS[signal ?? ""] ?? 0);
    }
    this.#started.get(plan.record.name)?.monitor?.stop();
    this.#dependencies.get(plan.record.name)?.look();
    if (!this.#stopping && !error) this.#parts.onExit(plan);
  }

  /** Begins the container's health checks once its process has come up. */
  async #monitor(started: Started): Promise<void> {
    const { definition, record, env, cwd, localPorts } = started.plan;
    if (!definition.healthCheck) return;
    const { clock, keeper, portHost, listenGraceMs, onHealth } = this.#parts;
    const runs = (): boolean => record.status === "RUNNING" && !this.#stopping;
    const ports = (definition.portMappings ?? []).map(({ containerPort }) =>
      localPorts.get(containerPort ?? 0),
    );
    const listening = portHost.untilListening(
      ports.filter((port) => port !== undefined),
      listenGraceMs,
      runs,
    );
    await clock.hold(`container ${record.name} begins to listen`, listening);
    if (!runs()) return;
    const checked = { check: definition.healthCheck, record, env, cwd, localPorts };
    started.monitor = new HealthMonitor(clock, keeper, checked, () => {
      this.#dependencies.get(record.name)?.look();
      onHealth();
    });
  }
}

/** Rejects if the process never was: the keeper says so at once, without a pid. */
async function failedToStart({ plan, process, stopped }: Started): Promise<void> {
  if (process.pid !== undefined) return;
  await stopped;
  throw new Error(plan.record.reason);
}

/** Dependencies first; task definitions without such an order cannot be registered. */
function inOrder(plans: readonly ContainerPlan[]): ContainerPlan[] {
  const ordered: ContainerPlan[] = [];
  const visit = (plan: ContainerPlan): void => {
    if (ordered.includes(plan)) return;
    for (const { containerName } of plan.definition.dependsOn ?? []) {
      const dependency = plans.find(({ record }) => record.name === containerName);
      if (dependency) visit(dependency);
    }
    ordered.push(plan);
  };
  for (const plan of plans) visit(plan);
  return ordered;
}
