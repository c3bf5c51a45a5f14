/**
 * What ECS tells EventBridge: states of tasks and deployments, and service actions.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_cwe_events.html
 */
import type { Clock } from "../../base/clock.ts";
import { renderTask } from "./render.ts";
import type { DeploymentRecord, ServiceRecord, TaskRecord } from "./store.ts";

/** An event of `aws.ecs`; `timeMs` is nominal. */
export interface EcsEvent {
  readonly timeMs: number;
  readonly detailType:
    | "ECS Task State Change"
    | "ECS Deployment State Change"
    | "ECS Service Action";
  readonly resources: readonly string[];
  readonly detail: object;
}

export class Announcements {
  readonly #clock: Clock;
  readonly #announce: (event: EcsEvent) => void;

  constructor(clock: Clock, announce: (event: EcsEvent) => void = () => {}) {
    this.#clock = clock;
    this.#announce = announce;
  }

  /** "The detail section resembles the Task object", with times as ISO strings. */
  taskChanged(task: TaskRecord): void {
    const shown = { ...renderTask(task), updatedAt: new Date(this.#clock.now()) };
    const detail = Object.entries(shown)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, value instanceof Date ? value.toISOString() : value]);
    this.#tell("ECS Task State Change", task.arn, Object.fromEntries(detail));
  }

  /** Tells of every deployment whose state is not the one that was told last. */
  rollouts(service: ServiceRecord): void {
    // A failed deployment comes after the one that it is rolled back to.
    for (const deployment of service.deployments.toReversed()) {
      if (deployment.announced === deployment.rolloutState) continue;
      deployment.announced = deployment.rolloutState;
      this.#tell("ECS Deployment State Change", service.arn, deploymentDetail(deployment));
    }
  }

  action(service: ServiceRecord, eventType: "INFO" | "WARN", eventName: string): void {
    this.#tell("ECS Service Action", service.arn, {
      eventType,
      eventName,
      clusterArn: service.cluster.arn,
      createdAt: new Date(this.#clock.now()).toISOString(),
    });
  }

  #tell(detailType: EcsEvent["detailType"], resource: string, detail: object): void {
    this.#announce({ timeMs: this.#clock.now(), detailType, resources: [resource], detail });
  }
}

function deploymentDetail({ id, rolloutState, rolloutStateReason, updatedAt }: DeploymentRecord) {
  return {
    eventType: rolloutState === "FAILED" ? "ERROR" : "INFO",
    eventName: `SERVICE_DEPLOYMENT_${rolloutState}`,
    deploymentId: id,
    updatedAt: new Date(updatedAt).toISOString(),
    reason: rolloutStateReason,
  };
}
