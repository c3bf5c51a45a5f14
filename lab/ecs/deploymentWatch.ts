/** Looks at the alarms of deployments in progress, and says when one was watched for long enough. */
import type { Clock } from "../../base/clock.ts";
import { bakeTimeMs, isWatched, watchAfter } from "./deploymentAlarms.ts";
import type { AlarmReader } from "./ports.ts";
import { failDeployment } from "./rollout.ts";
import type { DeploymentRecord, EcsStore, ServiceRecord } from "./store.ts";

export class DeploymentWatch {
  readonly #clock: Clock;
  readonly #alarms: AlarmReader;
  readonly #store: EcsStore;

  constructor(clock: Clock, alarms: AlarmReader, store: EcsStore) {
    this.#clock = clock;
    this.#alarms = alarms;
    this.#store = store;
  }

  /** Fails the PRIMARY deployment when it has a RUNNING task and an alarm is in ALARM. */
  async look(service: ServiceRecord): Promise<void> {
    const [primary] = service.deployments;
    if (!primary || !isWatched(service)) return;
    const alarms = await this.#alarms.alarms(service.configuration.alarms?.alarmNames ?? []);
    // Meanwhile another deployment may have begun.
    if (primary !== service.deployments[0] || !isWatched(service)) return;
    primary.watch = watchAfter(primary.watch, alarms);
    const running = this.#store
      .tasksOf(service)
      .some(({ deploymentId, status }) => deploymentId === primary.id && status === "RUNNING");
    if (running && isWatched(service) && alarms.some(({ state }) => state === "ALARM")) {
      failDeployment(service, "alarm", this.#clock.now());
    }
  }

  /**
   * Whether the bake time of a deployment that lacks nothing else is over; it begins with the first
   * question. `wake` is called when it ends.
   */
  isBaked(service: ServiceRecord, deployment: DeploymentRecord, wake: () => void): boolean {
    const now = this.#clock.now();
    if (deployment.bakeUntil === undefined) {
      const bakeMs = bakeTimeMs(service, deployment);
      if (bakeMs === undefined) return false;
      deployment.bakeUntil = now + bakeMs;
      if (bakeMs > 0) this.#clock.schedule(deployment.bakeUntil, wake);
    }
    return now >= deployment.bakeUntil;
  }
}
