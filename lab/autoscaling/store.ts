/** Scalable targets and their policies: what Application Auto Scaling remembers. */
import { randomUUID } from "node:crypto";
import type {
  StepScalingPolicyConfiguration,
  TargetTrackingScalingPolicyConfiguration,
} from "@aws-sdk/client-application-auto-scaling";
import { ACCOUNT_ID, arn, REGION } from "../service.ts";

/** The only ones that the lab has. */
export const NAMESPACE = "ecs";
export const DIMENSION = "ecs:service:DesiredCount";

export interface Suspended {
  readonly in: boolean;
  readonly out: boolean;
  readonly scheduled: boolean;
}

/** All times are nominal milliseconds. */
export interface ScalableTarget {
  /** `service/CLUSTER/SERVICE`. */
  readonly resourceId: string;
  readonly arn: string;
  readonly createdMs: number;
  min: number;
  max: number;
  suspended: Suspended;
  /** By name. */
  readonly policies: Map<string, Policy>;
  /** When its policies were last looked at. */
  evaluatedMs: number;
}

export type PolicyKind =
  | { readonly kind: "step"; readonly step: StepScalingPolicyConfiguration }
  | { readonly kind: "tracking"; readonly tracking: TargetTrackingScalingPolicyConfiguration };

export interface Policy {
  readonly name: string;
  readonly arn: string;
  readonly createdMs: number;
  what: PolicyKind;
  /** Those that it made itself: target tracking alone does. */
  alarmNames: readonly string[];
  /** Its last scale-out: when, and the capacity before it. */
  lastOut: { readonly atMs: number; readonly from: number } | undefined;
  lastInMs: number | undefined;
}

export class ScalingStore {
  readonly targets = new Map<string, ScalableTarget>();

  policyOf(named: string): { target: ScalableTarget; policy: Policy } | undefined {
    for (const target of this.targets.values()) {
      for (const policy of target.policies.values()) {
        if (policy.arn === named) return { target, policy };
      }
    }
    return undefined;
  }
}

export function targetArn(): string {
  return arn("application-autoscaling", `scalable-target/${randomUUID().replaceAll("-", "")}`);
}

export function policyArn(resourceId: string, policyName: string): string {
  const resource = `resource/${NAMESPACE}/${resourceId}:policyName/${policyName}`;
  return `arn:aws:autoscaling:${REGION}:${ACCOUNT_ID}:scalingPolicy:${randomUUID()}:${resource}`;
}
