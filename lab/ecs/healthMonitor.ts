/** Runs a container's health check again and again, in the container's own environment. */
import type { HealthCheck } from "@aws-sdk/client-ecs";
import type { Cancel, Clock } from "../../base/clock.ts";
import type { Keeper, KeptProcess } from "../service.ts";
import {
  checkCommand,
  healthPolicy,
  type HealthPolicy,
  tallyAfter,
  UNCHECKED,
} from "./containerHealth.ts";
import type { ContainerRecord } from "./store.ts";

export interface CheckedContainer {
  readonly check: HealthCheck;
  readonly record: ContainerRecord;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string | undefined;
  readonly localPorts: ReadonlyMap<number, number>;
}

export class HealthMonitor {
  readonly #clock: Clock;
  readonly #keeper: Keeper;
  readonly #container: CheckedContainer;
  readonly #policy: HealthPolicy;
  readonly #changed: () => void;
  readonly #startedAt: number;
  #tally = UNCHECKED;
  #cancel: Cancel = () => {};
  #running: KeptProcess | undefined;
  #stopped = false;

  /** Checks from now on; `changed` is called whenever the container's health is another. */
  constructor(clock: Clock, keeper: Keeper, container: CheckedContainer, changed: () => void) {
    this.#clock = clock;
    this.#keeper = keeper;
    this.#container = container;
    this.#policy = healthPolicy(container.check);
    this.#changed = changed;
    this.#startedAt = clock.now();
    this.#arm();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
    this.#running?.kill("SIGKILL");
  }

  /** The next check begins `interval` after the end of the last one, as Docker does it. */
  #arm(): void {
    const at = this.#clock.now() + this.#policy.interval * 1000;
    this.#cancel = this.#clock.schedule(at, () => this.#check());
  }

  async #check(): Promise<void> {
    const sinceStart = this.#clock.now() - this.#startedAt;
    const passed = await this.#run();
    if (this.#stopped) return;
    const { record } = this.#container;
    this.#tally = tallyAfter(this.#tally, passed, sinceStart, this.#policy);
    const news = this.#tally.status !== record.health;
    record.health = this.#tally.status;
    this.#arm();
    if (news) this.#changed();
  }

  /** Whether the command ends with 0 within `timeout` wall seconds: a check is work, not waiting. */
  async #run(): Promise<boolean> {
    const { check, env, cwd, localPorts } = this.#container;
    const process = this.#keeper.spawn(checkCommand(check.command ?? [], localPorts), {
      env,
      ...(cwd !== undefined && { cwd }),
    });
    this.#running = process;
    const late = setTimeout(() => process.kill("SIGKILL"), this.#policy.timeout * 1000);
    const { code } = await process.exited;
    clearTimeout(late);
    this.#running = undefined;
    return code === 0;
  }
}
