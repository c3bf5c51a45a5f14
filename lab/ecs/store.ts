/** What ECS remembers: clusters, task definitions, services, tasks. Plain data, changed in place. */
import type {
  Cluster,
  DeploymentConfiguration,
  HealthStatus,
  LoadBalancer,
  NetworkConfiguration,
  ServiceEvent,
  Tag,
  TaskDefinition,
  TaskOverride,
  TaskStopCode,
} from "@aws-sdk/client-ecs";

export type Tags = Map<string, string>;

export interface ClusterRecord {
  readonly arn: string;
  readonly name: string;
  status: "ACTIVE" | "INACTIVE";
  settings: NonNullable<Cluster["settings"]>;
  readonly tags: Tags;
}

export interface TaskDefinitionRecord {
  readonly arn: string;
  readonly family: string;
  readonly revision: number;
  /** As DescribeTaskDefinition renders it. */
  definition: TaskDefinition;
  readonly tags: Tags;
}

export interface DeploymentRecord {
  readonly id: string;
  readonly taskDefinition: TaskDefinitionRecord;
  readonly createdAt: number;
  updatedAt: number;
  rolloutState: "IN_PROGRESS" | "COMPLETED" | "FAILED";
  rolloutStateReason: string;
  /** The state that EventBridge was told last. */
  announced: DeploymentRecord["rolloutState"] | undefined;
  networkConfiguration: NetworkConfiguration | undefined;
  readonly loadBalancers: readonly LoadBalancer[];
  platformVersion: string;
  /** As the circuit breaker counts them. */
  failedTasks: number;
  /** Tasks in a row that never reached RUNNING. */
  failedLaunches: number;
  /** Launches wait until this nominal time. */
  throttledUntil: number;
  watch: AlarmWatch;
  /** Until when (nominal) it is watched before it is COMPLETED; set once nothing else is missing. */
  bakeUntil: number | undefined;
}

/** What a deployment knows of its service's alarms. */
export type AlarmWatch =
  | { readonly kind: "not looked yet" }
  /** One was in ALARM when the deployment began. */
  | { readonly kind: "ignored" }
  /** `bakeMs`: AWS's own bake time for these alarms, nominal milliseconds. */
  | { readonly kind: "watched"; readonly bakeMs: number };

export interface ServiceRecord {
  readonly arn: string;
  readonly name: string;
  readonly cluster: ClusterRecord;
  readonly createdAt: number;
  readonly createdBy: string;
  status: "ACTIVE" | "DRAINING" | "INACTIVE";
  desiredCount: number;
  configuration: DeploymentConfiguration;
  healthCheckGracePeriodSeconds: number;
  /** The newest first; the first is PRIMARY, the others are on their way out. */
  deployments: DeploymentRecord[];
  /** What a rollback returns to, also when its tasks are gone. */
  lastCompleted: DeploymentRecord | undefined;
  /** The newest first. */
  events: ServiceEvent[];
  readonly tags: Tags;
  propagateTags: "SERVICE" | "TASK_DEFINITION" | "NONE";
  enableECSManagedTags: boolean;
  availabilityZoneRebalancing: "ENABLED" | "DISABLED";
  /** Whether the last event said that the service is steady. */
  steady: boolean;
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html */
export type TaskStatus =
  | "PROVISIONING"
  | "PENDING"
  | "ACTIVATING"
  | "RUNNING"
  | "DEACTIVATING"
  | "STOPPING"
  | "DEPROVISIONING"
  | "STOPPED";

export interface ContainerRecord {
  readonly arn: string;
  readonly name: string;
  readonly image: string;
  status: "PENDING" | "RUNNING" | "STOPPED";
  exitCode: number | undefined;
  reason: string | undefined;
  /** By its own health check; UNKNOWN without one. */
  health: HealthStatus;
}

export interface TaskRecord {
  readonly arn: string;
  /** 32 hexadecimal digits, the last part of the ARN. */
  readonly id: string;
  readonly cluster: ClusterRecord;
  readonly taskDefinition: TaskDefinitionRecord;
  readonly service: ServiceRecord | undefined;
  readonly deploymentId: string | undefined;
  /** Those of its deployment: a service's later ones are not this task's. */
  readonly loadBalancers: readonly LoadBalancer[];
  readonly startedBy: string;
  readonly group: string;
  /** What its run changed of its definition. */
  readonly overrides: TaskOverride;
  readonly createdAt: number;
  readonly containers: ContainerRecord[];
  readonly tags: Tags;
  /** containerPort to the local port that stands for it. */
  readonly localPorts: Map<number, number>;
  status: TaskStatus;
  desiredStatus: "RUNNING" | "STOPPED";
  startedAt: number | undefined;
  stoppingAt: number | undefined;
  executionStoppedAt: number | undefined;
  stoppedAt: number | undefined;
  stopCode: TaskStopCode | undefined;
  stoppedReason: string | undefined;
  /** Registered with every target group of its deployment. */
  registered: boolean;
  /** Whether the service scheduler ever counted it as healthy. */
  wasHealthy: boolean;
  /** Why the scheduler replaces it: `failed container health checks`. */
  failedChecks: string | undefined;
  /** How often its state changed, as AWS counts `version`. */
  version: number;
}

/** AWS shows stopped tasks for about an hour. */
const STOPPED_TASK_MS = 3_600_000;
/** A crash loop at a fast clock must not fill the memory within that hour. */
const MAX_STOPPED_TASKS = 500;

export class EcsStore {
  readonly clusters = new Map<string, ClusterRecord>();
  /** By family, in order of revision; a deleted one leaves a hole. */
  readonly families = new Map<string, (TaskDefinitionRecord | undefined)[]>();
  /** By ARN. */
  readonly services = new Map<string, ServiceRecord>();
  /** By ARN, in order of creation. */
  readonly tasks = new Map<string, TaskRecord>();

  servicesOf(cluster: ClusterRecord): ServiceRecord[] {
    return [...this.services.values()].filter((service) => service.cluster === cluster);
  }

  tasksOf(owner: ClusterRecord | ServiceRecord): TaskRecord[] {
    return [...this.tasks.values()].filter(
      (task) => task.cluster === owner || task.service === owner,
    );
  }

  /** Forgets tasks that stopped long before `now`, and the oldest of too many. */
  forgetStopped(now: number): void {
    const stopped = [...this.tasks.values()].filter((task) => task.status === "STOPPED");
    const surplus = stopped.length - MAX_STOPPED_TASKS;
    stopped.forEach((task, index) => {
      if (index < surplus || (task.stoppedAt ?? now) < now - STOPPED_TASK_MS) {
        this.tasks.delete(task.arn);
      }
    });
  }
}

export function tagsFrom(tags: readonly Tag[] | undefined): Tags {
  return new Map((tags ?? []).map(({ key, value }) => [key ?? "", value ?? ""]));
}

export function renderTags(tags: Tags): Tag[] {
  return [...tags].map(([key, value]) => ({ key, value }));
}
