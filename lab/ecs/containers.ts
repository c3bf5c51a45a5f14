/** The containers of one task as local processes, in the order that `dependsOn` asks for. */
import type { ContainerDefinition } from "@aws-sdk/client-ecs";
import type { Keeper, KeptProcess } from "../service.ts";
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
  readonly onLine: ((line: string) => void) | undefined;
}

interface Started {
  readonly plan: ContainerPlan;
  readonly process: KeptProcess;
  /** Resolves when the container has stopped and its record says so. */
  readonly stopped: Promise<void>;
}

export class Containers {
  readonly #keeper: Keeper;
  readonly #onExit: (plan: ContainerPlan) => void;
  readonly #started = new Map<string, Started>();
  #stopping = false;

  /** `onExit` is called for each container that ends by itself. */
  constructor(keeper: Keeper, onExit: (plan: ContainerPlan) => void) {
    this.#keeper = keeper;
    this.#onExit = onExit;
  }

  /**
   * Starts all, each after what it depends on. Resolves early when they are stopped meanwhile.
   * Rejects when a process cannot be started or a dependency did not end well.
   */
  async start(plans: readonly ContainerPlan[]): Promise<void> {
    const startOne = async (plan: ContainerPlan): Promise<void> => {
      for (const { containerName, condition } of plan.definition.dependsOn ?? []) {
        await ready.get(containerName ?? "");
        await this.#waitFor(containerName ?? "", condition ?? "START");
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
    await Promise.all(
      [...this.#started.values()].map(async ({ plan, process, stopped }) => {
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
    const process = this.#keeper.spawn(command, {
      env,
      ...(cwd !== undefined && { cwd }),
      ...(onLine && { onLine }),
    });
    plan.record.status = "RUNNING";
    this.#started.set(plan.record.name, { plan, process, stopped: this.#watch(plan, process) });
  }

  async #watch(plan: ContainerPlan, process: KeptProcess): Promise<void> {
    const { code, signal, error } = await process.exited;
    plan.record.status = "STOPPED";
    if (error) {
      plan.record.reason = `CannotStartContainerError: ${error.message}`;
    } else {
      plan.record.exitCode = code ?? 128 + (SIGNALS[signal ?? ""] ?? 0);
    }
    if (!this.#stopping && !error) this.#onExit(plan);
  }

  async #waitFor(name: string, condition: string): Promise<void> {
    const dependency = this.#started.get(name);
    if (condition === "START" || !dependency) return;
    await dependency.stopped;
    const { exitCode } = dependency.plan.record;
    if (condition === "SUCCESS" && exitCode !== 0 && !this.#stopping) {
      throw new Error(`dependency '${name}' ended with exit code ${exitCode}, not with success`);
    }
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
