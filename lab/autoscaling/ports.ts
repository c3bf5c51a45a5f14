/** What Application Auto Scaling asks of its neighbours: services' counts, alarms, and who may what. */
import type { MetricAlarm, PutMetricAlarmInput } from "@aws-sdk/client-cloudwatch";
import type { Principal } from "../service.ts";

export interface Capacity {
  readonly desired: number;
  /** A deployment is in progress. */
  readonly deploying: boolean;
  readonly active: boolean;
}

export interface ScalingPorts {
  /** Undefined for a service that is not there. @param resourceId `service/CLUSTER/SERVICE` */
  capacity(resourceId: string): Promise<Capacity | undefined>;
  setCapacity(resourceId: string, desired: number): Promise<void>;
  /** Why `principal` may not do `action` to the service behind `resourceId`; undefined when it may. */
  refusal(principal: Principal, action: string, resourceId: string): string | undefined;
  putAlarm(alarm: PutMetricAlarmInput): Promise<void>;
  deleteAlarms(names: readonly string[]): Promise<void>;
  /** All metric alarms that have a scaling policy for an action. */
  scalingAlarms(): Promise<readonly MetricAlarm[]>;
  /** The newest datapoint of an alarm's metric; undefined when there is none of the last minutes. */
  latest(alarm: MetricAlarm): Promise<number | undefined>;
}
