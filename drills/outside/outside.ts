/** What faults change around a slot's tasks: alarms, metrics, tasks, health checks, and AWS itself. */
import type { Slot } from "../../guard/slot.ts";
import type { FaultTarget } from "../faults/fault.ts";
import type { Experiments } from "./experiments.ts";
import type { Machinery } from "./machinery.ts";

/** How the load balancer checks a slot's targets. */
export interface HealthCheck {
  /** HTTP status codes that count as healthy, such as `200-399`. */
  readonly matcher: string;
  readonly intervalSeconds: number;
  /** Wall seconds: an answer is work. */
  readonly timeoutSeconds: number;
  readonly unhealthyThreshold: number;
}

/** A fault of the lab's AWS, see `backout lab fault`. */
export interface ApiFaultOrder {
  readonly kind: "throttle" | "internal-error" | "unavailable";
  readonly service: string;
  readonly operation: string;
  /** Only calls of this role. */
  readonly role: string;
  readonly probability: number;
  /** Nominal. */
  readonly durationSeconds: number;
  /** Of the draws, and the name by which it is found again. */
  readonly seed: number;
}

export interface ApiFaults {
  add(order: ApiFaultOrder): Promise<void>;
  /** Ends the one with that seed, if it still acts. */
  clear(seed: number): Promise<void>;
  isActive(seed: number): Promise<boolean>;
}

export interface Outside {
  readonly target: FaultTarget;
  /** The guard's role. */
  readonly guardRole: string;
  /** The links of the way home. */
  readonly machinery: Machinery;
  /** Of a metric alarm. It lasts until the alarm's next evaluation. */
  setAlarmState(alarm: string, state: "OK" | "ALARM", reason: string): Promise<void>;
  /** Whether the alarm went into ALARM at or after `sinceMs` (nominal) for a reason with `mark` in it. */
  wentToAlarmBy(alarm: string, mark: string, sinceMs: number): Promise<boolean>;
  /** Puts so many requests, all failed, into the slot's ten-second metrics. */
  putFailedRequests(slot: Slot, count: number): Promise<void>;
  /** ARNs of the slot's tasks that run. */
  runningTasks(slot: Slot): Promise<readonly string[]>;
  stopTask(task: string, reason: string): Promise<void>;
  healthCheck(slot: Slot): Promise<HealthCheck>;
  setMatcher(slot: Slot, matcher: string): Promise<void>;
  /** Undefined where there is no AWS FIS. */
  readonly experiments?: Experiments | undefined;
  /** Undefined where AWS is the real one. */
  readonly apiFaults: ApiFaults | undefined;
}
