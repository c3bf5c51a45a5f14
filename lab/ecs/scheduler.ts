/**
 * The service scheduler: after every change it asks `decide` and acts, and writes the service's
 * events in AWS's words.
 */
import { every } from "../../base/clock.ts";
import type { LabCore } from "../service.ts";
import { Announcements } from "./announcements.ts";
import { decide } from "./decide.ts";
import { DeploymentWatch } from "./deploymentWatch.ts";
import { addEvent } from "./events.ts";
import { LocalPorts } from "./localPorts.ts";
import type { ImageTable } from "./images.ts";
import type { EcsPorts, EcsSettings } from "./ports.ts";
import type { EcsStore, ServiceRecord, TaskRecord } from "./store.ts";
import { seeTask } from "./phase.ts";
import { Registrar } from "./registrar.ts";
import { completeDeployment } from "./rollout.ts";
import { noteEnding, noteHealthy, noteStarted } from "./taskFailures.ts";
import { newTask, type RunnerParts, TaskRunner } from "./taskRunner.ts";

/** Nominal time between two looks at what happens without telling: targets and alarms. */
const LOOK_MS = 5000;
/** Wall time between SIGTERM and SIGKILL when the lab stops. */
const STOP_GRACE_MS = 500;

export class Scheduler {
  readonly #core: LabCore;
  readonly #ports: EcsPorts;
  readonly #store: EcsStore;
  readonly #parts: RunnerParts;
  readonly #registrar: Registrar;
  readonly #watch: DeploymentWatch;
  readonly #announcements: Announcements;
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
    const listenGraceMs = settings.listenGraceMs ?? 10_000;
    const portHost = settings.portHost ?? new LocalPorts();
    this.#registrar = new Registrar(core, ports.targets, portHost, listenGraceMs);
    this.#announcements = new Announcements(core.clock, (event) => ports.announce?.(event));
    this.#watch = new DeploymentWatch(core.clock, ports.alarms, store);
    this.#parts = {
      core,
      ports,
      images,
      portHost,
      launchDelayMs: settings.launchDelayMs ?? 10_000,
      listenGraceMs,
      changed: (task) => this.#taskChanged(task),
      release: (task) => this.#registrar.release(task),
    };
    this.#cancelLooks = every(core.clock, LOOK_MS, async () => {
      for (const task of store.tasks.values()) void this.#register(task);
      for (const service of store.services.values()) {
        await this.#watch.look(service);
        this.reconcile(service);
      }
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
      this.#announcements.rollouts(service);
      this.#reconcileOnce(service);
      this.#announcements.rollouts(service);
    } while (this.#reconciling.get(service));
    this.#reconciling.delete(service);
  }

  /** Starts a task that belongs to no service. */
  run(task: TaskRecord): void {
    this.#store.tasks.set(task.arn, task);
    this.#announcements.taskChanged(task);
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
    const sights = tasks.map((task) => ({ task, ...seeTask(task, this.#ports.targets, now) }));
    for (const { task, phase } of sights) if (phase === "healthy") noteHealthy(service, task);
    const decision = decide({
      desiredCount: active ? service.desiredCount : 0,
      minimumHealthyPercent: active ? (service.configuration.minimumHealthyPercent ?? 100) : 0,
      maximumPercent: service.configuration.maximumPercent ?? 200,
      stalled: active && primary.rolloutState === "FAILED",
      tasks: sights.map(({ task, phase }) => ({
        id: task.id,
        primary: task.deploymentId === primary.id,
        phase,
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
    else {
      service.steady = false;
      primary.bakeUntil = undefined;
    }
    this.#launch(service, decision.launch);
    for (const { task, failedChecks } of sights) {
      if (failedChecks && decision.replace.includes(task.id)) this.#replace(task, failedChecks);
    }
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

  #replace(task: TaskRecord, failedChecks: string): void {
    const { service } = task;
    if (!service) return;
    task.failedChecks = failedChecks;
    addEvent(service, this.#core.clock.now(), `(task ${task.id}) ${failedChecks}.`);
    this.#stopTasks(service, [task], () => `Task ${failedChecks}`);
  }

  #stopTasks(
    service: ServiceRecord,
    tasks: readonly TaskRecord[],
    reason: (task: TaskRecord) => string,
  ): void {
    const now = this.#core.clock.now();
    const running = tasks.filter(({ startedAt }) => startedAt !== undefined);
    const pending = tasks.length - running.length;
    if (running.length > 0) {
      addEvent(service, now, `has stopped ${running.length} running tasks: ${named(running)}.`);
    }
    if (pending > 0) addEvent(service, now, `stopped ${pending} pending tasks.`);
    for (const task of tasks) {
      void this.#runners.get(task.arn)?.stop("ServiceSchedulerInitiated", reason(task));
    }
  }

  #taskChanged(task: TaskRecord): void {
    if (task.status === "STOPPED") this.#runners.delete(task.arn);
    if (this.#stopped) return;
    this.#announcements.taskChanged(task);
    void this.#register(task);
    if (!task.service) return;
    this.#noteProgress(task.service, task);
    this.reconcile(task.service);
  }

  #noteProgress(service: ServiceRecord, task: TaskRecord): void {
    const deployment = service.deployments.find(({ id }) => id === task.deploymentId);
    if (task.status === "RUNNING" && deployment) noteStarted(deployment);
    if (task.status !== "DEACTIVATING") return;
    const { clock } = this.#core;
    noteEnding(service, task, this.#store.tasksOf(service), clock.now());
    if (task.stopCode !== "TaskFailedToStart" || !deployment) return;
    this.#core.log(`ECS service ${service.name}: ${task.stoppedReason}`);
    clock.schedule(deployment.throttledUntil, () => this.reconcile(service));
    if (deployment.failedLaunches > 1) {
      this.#announcements.action(service, "WARN", "SERVICE_TASK_START_IMPAIRED");
    }
  }

  async #register(task: TaskRecord): Promise<void> {
    const news = await this.#registrar.register(task);
    if (news && task.service) this.reconcile(task.service);
  }

  #becomeSteady(service: ServiceRecord): void {
    const [primary] = service.deployments;
    if (!primary) return;
    const now = this.#core.clock.now();
    const wake = (): void => this.reconcile(service);
    if (primary.rolloutState === "IN_PROGRESS" && this.#watch.isBaked(service, primary, wake)) {
      completeDeployment(service, now);
    }
    if (service.steady) return;
    service.steady = true;
    addEvent(service, now, "has reached a steady state.");
    this.#announcements.action(service, "INFO", "SERVICE_STEADY_STATE");
  }
}

function named(tasks: readonly TaskRecord[]): string {
  return tasks.map(({ id }) => `(task ${id})`).join(" ");
}
