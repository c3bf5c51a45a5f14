/**
 * The service scheduler: after every change it asks `decide` and acts, and writes the service's
 * events in AWS's words.
 */
import { every } from "../../base/clock.ts";
import type { LabCore } from "../service.ts";
import { decide, launchBackoffMs } from "./decide.ts";
import { addEvent } from "./events.ts";
import { LocalPorts } from "./localPorts.ts";
import type { ImageTable } from "./images.ts";
import type { EcsPorts, EcsSettings } from "./ports.ts";
import type { EcsStore, ServiceRecord, TaskRecord } from "./store.ts";
import { phaseOf, targetsOf } from "./targets.ts";
import { Registrar } from "./registrar.ts";
import { newTask, type RunnerParts, TaskRunner } from "./taskRunner.ts";

/** Nominal time between two looks at what happens without telling: the health of targets. */
const LOOK_MS = 5000;
/** Wall time between SIGTERM and SIGKILL when the lab stops. */
const STOP_GRACE_MS = 500;

export class Scheduler {
  readonly #core: LabCore;
  readonly #ports: EcsPorts;
  readonly #store: EcsStore;
  readonly #parts: RunnerParts;
  readonly #registrar: Registrar;
  readonly #runners = new Map<string, TaskRunner>();
  readonly #cancelLooks: () => void;
  /** Services being reconciled, and whether something changed meanwhile. */
  readonly #reconciling = new Map<ServiceRecord, boolean>();
  #stopped = false;

  constructor(
    core: LabCore,
    ports: EcsPorts,
    images: ImageTable,
    store: EcsStore,
    settings: EcsSettings,
  ) {
    this.#core = core;
    this.#ports = ports;
    this.#store = store;
    this.#registrar = new Registrar(core, ports.targets, settings.listenGraceMs ?? 10_000);
    this.#parts = {
      core,
      ports,
      images,
      localPorts: new LocalPorts(),
      launchDelayMs: settings.launchDelayMs ?? 10_000,
      changed: (task) => this.#taskChanged(task),
      release: (task) => this.#registrar.release(task),
    };
    this.#cancelLooks = every(core.clock, LOOK_MS, () => {
      for (const task of store.tasks.values()) void this.#register(task);
      for (const service of store.services.values()) this.reconcile(service);
      store.forgetStopped(core.clock.now());
    });
  }

  /** Brings a service one step nearer to what it should be; call it after any change. */
  reconcile(service: ServiceRecord): void {
    const nested = this.#reconciling.has(service);
    this.#reconciling.set(service, nested);
    if (nested) return;
    do {
      this.#reconciling.set(service, false);
      this.#reconcileOnce(service);
    } while (this.#reconciling.get(service));
    this.#reconciling.delete(service);
  }

  /** Starts a task that belongs to no service. */
  run(task: TaskRecord): void {
    this.#store.tasks.set(task.arn, task);
    this.#runners.set(task.arn, new TaskRunner(this.#parts, task));
  }

  stopTask(task: TaskRecord, reason: string): void {
    void this.#runners.get(task.arn)?.stop("UserInitiated", reason);
  }

  /** Ends every task without regard for drains: the lab is going away. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelLooks();
    this.#registrar.stop();
    const runners = [...this.#runners.values()];
    const late = setTimeout(() => {
      for (const runner of runners) runner.kill();
    }, STOP_GRACE_MS);
    await Promise.all(
      runners.map((runner) => runner.stop("ServiceSchedulerInitiated", "The lab is stopping")),
    );
    clearTimeout(late);
  }

  #reconcileOnce(service: ServiceRecord): void {
    const [primary] = service.deployments;
    if (this.#stopped || service.status === "INACTIVE" || !primary) return;
    const now = this.#core.clock.now();
    const active = service.status === "ACTIVE";
    const tasks = this.#store.tasksOf(service).filter(({ status }) => status !== "STOPPED");
    const decision = decide({
      desiredCount: active ? service.desiredCount : 0,
      minimumHealthyPercent: active ? (service.configuration.minimumHealthyPercent ?? 100) : 0,
      maximumPercent: service.configuration.maximumPercent ?? 200,
      tasks: tasks.map((task) => ({
        id: task.id,
        primary: task.deploymentId === primary.id,
        phase: phaseOf(task, this.#ports.targets, now),
      })),
    });
    service.deployments = service.deployments.filter(
      ({ id }) => id === primary.id || tasks.some(({ deploymentId }) => deploymentId === id),
    );
    if (!active && tasks.length === 0) {
      service.status = "INACTIVE";
      return;
    }
    if (decision.steady && active) this.#becomeSteady(service);
    else service.steady = false;
    this.#launch(service, decision.launch);
    this.#replace(
      service,
      tasks.filter(({ id }) => decision.replace.includes(id)),
    );
    this.#stopTasks(
      service,
      tasks.filter(({ id }) => decision.stop.includes(id)),
      (task) => `Scaling activity initiated by (deployment ${task.deploymentId})`,
    );
  }

  #launch(service: ServiceRecord, count: number): void {
    const [primary] = service.deployments;
    const now = this.#core.clock.now();
    if (count === 0 || !primary || primary.throttledUntil > now) return;
    const tags = {
      SERVICE: service.tags,
      TASK_DEFINITION: primary.taskDefinition.tags,
      NONE: [],
    }[service.propagateTags];
    const started = Array.from({ length: count }, () =>
      newTask(service.cluster, primary.taskDefinition, now, {
        service,
        deploymentId: primary.id,
        loadBalancers: primary.loadBalancers,
        startedBy: primary.id,
        group: `service:${service.name}`,
        tags: new Map(tags),
      }),
    );
    addEvent(service, now, `has started ${count} tasks: ${named(started)}.`);
    for (const task of started) this.run(task);
  }

  #replace(service: ServiceRecord, tasks: readonly TaskRecord[]): void {
    for (const task of tasks) {
      addEvent(service, this.#core.clock.now(), `(task ${task.id}) ${failure(task)}`);
    }
    this.#stopTasks(service, tasks, (task) => `Task ${failure(task)}`);
  }

  #stopTasks(
    service: ServiceRecord,
    tasks: readonly TaskRecord[],
    reason: (task: TaskRecord) => string,
  ): void {
    if (tasks.length === 0) return;
    const message = `has stopped ${tasks.length} running tasks: ${named(tasks)}.`;
    addEvent(service, this.#core.clock.now(), message);
    for (const task of tasks) {
      void this.#runners.get(task.arn)?.stop("ServiceSchedulerInitiated", reason(task));
    }
  }

  #taskChanged(task: TaskRecord): void {
    if (task.status === "STOPPED") this.#runners.delete(task.arn);
    if (this.#stopped) return;
    void this.#register(task);
    if (!task.service) return;
    if (task.status === "DEACTIVATING") this.#countFailure(task.service, task);
    this.reconcile(task.service);
  }

  async #register(task: TaskRecord): Promise<void> {
    const news = await this.#registrar.register(task);
    if (news && task.service) this.reconcile(task.service);
  }

  /**
   * Tasks that never reach RUNNING are retried ever more slowly; those that end after it are not.
   * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-throttle-logic.html
   */
  #countFailure(service: ServiceRecord, task: TaskRecord): void {
    const deployment = service.deployments.find(({ id }) => id === task.deploymentId);
    if (!deployment) return;
    const crashed = task.stopCode === "EssentialContainerExited";
    if (crashed && deployment.rolloutState === "IN_PROGRESS") deployment.failedTasks += 1;
    if (task.stopCode !== "TaskFailedToStart") return;
    deployment.failedTasks += 1;
    const { clock } = this.#core;
    deployment.throttledUntil = clock.now() + launchBackoffMs(deployment.failedTasks);
    clock.schedule(deployment.throttledUntil, () => this.reconcile(service));
    this.#core.log(`ECS service ${service.name}: ${task.stoppedReason}`);
    if (deployment.failedTasks > 1) {
      addEvent(service, clock.now(), "is unable to consistently start tasks successfully.");
    }
  }

  #becomeSteady(service: ServiceRecord): void {
    const [primary] = service.deployments;
    if (!primary || service.steady) return;
    const now = this.#core.clock.now();
    service.steady = true;
    primary.failedTasks = 0;
    if (primary.rolloutState === "IN_PROGRESS") {
      primary.rolloutState = "COMPLETED";
      primary.updatedAt = now;
      addEvent(service, now, `(deployment ${primary.id}) deployment completed.`);
    }
    addEvent(service, now, "has reached a steady state.");
  }
}

function failure(task: TaskRecord): string {
  return `failed ELB health checks in (target-group ${targetsOf(task)[0]?.targetGroupArn})`;
}

function named(tasks: readonly TaskRecord[]): string {
  return tasks.map(({ id }) => `(task ${id})`).join(" ");
}
