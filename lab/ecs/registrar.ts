/** Puts tasks into the target groups of their deployment and takes them out again. */
import { sleep } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import type { LabCore } from "../service.ts";
import { addEvent } from "./events.ts";
import type { PortHost } from "./localPorts.ts";
import type { TargetRegistry } from "./ports.ts";
import type { TaskRecord } from "./store.ts";
import { isDraining, targetsOf } from "./targets.ts";

export class Registrar {
  readonly #core: LabCore;
  readonly #registry: TargetRegistry;
  readonly #portHost: PortHost;
  readonly #listenGraceMs: number;
  readonly #waiting = new Set<TaskRecord>();
  readonly #stopping = new AbortController();

  constructor(core: LabCore, registry: TargetRegistry, portHost: PortHost, listenGraceMs: number) {
    this.#core = core;
    this.#registry = registry;
    this.#portHost = portHost;
    this.#listenGraceMs = listenGraceMs;
  }

  /** Registers a running task once it listens. Resolves to whether anything changed. */
  async register(task: TaskRecord): Promise<boolean> {
    if (task.status !== "RUNNING" || task.registered || this.#waiting.has(task)) return false;
    const targets = targetsOf(task);
    if (targets.length === 0) return false;
    this.#waiting.add(task);
    const ports = targets.map(({ target }) => target.port);
    const runs = (): boolean => task.status === "RUNNING";
    const listening = this.#portHost.untilListening(ports, this.#listenGraceMs, runs);
    await this.#core.clock.hold(`task ${task.id} begins to listen`, listening);
    this.#waiting.delete(task);
    if (!runs()) return false;
    const done = targets.map(({ targetGroupArn, target }) =>
      this.#try(task, `registered 1 targets in (target-group ${targetGroupArn})`, () =>
        this.#registry.registerTargets(targetGroupArn, [target]),
      ),
    );
    task.registered = done.every(Boolean);
    return true;
  }

  /** Deregisters a task; resolves when its targets have drained. A crashed one drains nothing. */
  async release(task: TaskRecord): Promise<void> {
    if (!task.registered) return;
    for (const { targetGroupArn, target } of targetsOf(task)) {
      this.#try(task, `deregistered 1 targets in (target-group ${targetGroupArn})`, () =>
        this.#registry.deregisterTargets(targetGroupArn, [target]),
      );
    }
    task.registered = false;
    if (task.stopCode === "EssentialContainerExited" || !isDraining(task, this.#registry)) return;
    this.#tell(task, "has begun draining connections on 1 tasks.");
    const { signal } = this.#stopping;
    while (!signal.aborted && isDraining(task, this.#registry)) {
      await sleep(this.#core.clock, 1000, signal).catch(() => {});
    }
  }

  /** Ends all waiting for drains. */
  stop(): void {
    this.#stopping.abort(new Error("the lab is stopping"));
  }

  #try(task: TaskRecord, event: string, act: () => void): boolean {
    try {
      act();
      this.#tell(task, event);
      return true;
    } catch (error) {
      // Most often the target group is gone.
      this.#core.log(`ECS task ${task.id}: ${messageOf(error)}`);
      return false;
    }
  }

  #tell(task: TaskRecord, message: string): void {
    if (task.service) addEvent(task.service, this.#core.clock.now(), message);
  }
}
