/** What a request to Application Auto Scaling may say: pure. */
import type {
  PutScalingPolicyRequest,
  StepAdjustment,
  StepScalingPolicyConfiguration,
  SuspendedState,
  TargetTrackingScalingPolicyConfiguration,
} from "@aws-sdk/client-application-auto-scaling";
import { constraint, invalid } from "../events/errors.ts";
import { AwsError } from "../service.ts";
import { notImplemented, refuseUnsupported } from "../supported.ts";
import { DIMENSION, NAMESPACE, type PolicyKind, type Suspended } from "./store.ts";

export interface Identified {
  readonly ServiceNamespace?: string | undefined;
  readonly ResourceId?: string | undefined;
  readonly ScalableDimension?: string | undefined;
}

/** Throws for whatever is no count of an ECS service; other namespaces are AWS's, not the lab's. */
export function resourceIdOf(operation: string, input: Identified): string {
  namespaceOf(operation, input.ServiceNamespace);
  const { ScalableDimension: dimension, ResourceId: id } = input;
  if (dimension !== DIMENSION) {
    throw constraint(
      dimension,
      "scalableDimension",
      `Member must be ${DIMENSION} for ${NAMESPACE}`,
    );
  }
  if (id === undefined || !/^service\/[\w-]{1,255}\/[\w-]{1,255}$/.test(id)) {
    throw constraint(id, "resourceId", "Member must be service/CLUSTER/SERVICE");
  }
  return id;
}

export function namespaceOf(operation: string, namespace: string | undefined): void {
  if (namespace === NAMESPACE) return;
  if (namespace === undefined || !/^[a-z][a-z0-9-]+$/.test(namespace)) {
    throw constraint(namespace, "serviceNamespace", "Member must satisfy enum value set");
  }
  throw notImplemented(operation, `the service namespace ${namespace}: only ${NAMESPACE}`);
}

export function capacityOf(value: number | undefined, member: string): number | undefined {
  if (value === undefined || (Number.isInteger(value) && value >= 0)) return value;
  throw constraint(value, member, "Member must be an integer of at least 0");
}

export function suspendedOf(asked: SuspendedState | undefined, before: Suspended): Suspended {
  return {
    in: asked?.DynamicScalingInSuspended ?? before.in,
    out: asked?.DynamicScalingOutSuspended ?? before.out,
    scheduled: asked?.ScheduledScalingSuspended ?? before.scheduled,
  };
}

export function policyNameOf(name: string | undefined): string {
  if (name !== undefined && /^[\x20-\x7e]{1,256}$/.test(name) && !/[:|]/.test(name)) return name;
  throw constraint(name, "policyName", "Member must have 1 to 256 printable characters");
}

/** @param before of the policy that is updated: what is left out stays as it was */
export function policyKindOf(
  input: PutScalingPolicyRequest,
  before: PolicyKind | undefined,
): PolicyKind {
  const { PolicyType: type } = input;
  if (type === "PredictiveScaling") throw notImplemented("PutScalingPolicy", `${type} policies`);
  const kind = type ?? (before?.kind === "tracking" ? "TargetTrackingScaling" : "StepScaling");
  if (kind === "TargetTrackingScaling") {
    const kept = before?.kind === "tracking" ? before.tracking : undefined;
    const tracking = input.TargetTrackingScalingPolicyConfiguration ?? kept;
    if (!tracking) throw invalid("TargetTrackingScalingPolicyConfiguration is required");
    checkTracking(tracking);
    return { kind: "tracking", tracking };
  }
  if (kind !== "StepScaling") {
    throw constraint(kind, "policyType", "Member must satisfy enum value set");
  }
  const kept = before?.kind === "step" ? before.step : undefined;
  const step = input.StepScalingPolicyConfiguration ?? kept;
  if (!step) throw invalid("StepScalingPolicyConfiguration is required");
  checkStep(step);
  return { kind: "step", step };
}

function checkTracking(tracking: TargetTrackingScalingPolicyConfiguration): void {
  refuseUnsupported("PutScalingPolicy", tracking, [
    "TargetValue",
    "PredefinedMetricSpecification",
    "ScaleOutCooldown",
    "ScaleInCooldown",
    "DisableScaleIn",
  ]);
  const { TargetValue: value, PredefinedMetricSpecification: metric } = tracking;
  if (!(typeof value === "number" && value > 0)) {
    throw constraint(value, "targetValue", "Member must be greater than 0");
  }
  cooldownOf(tracking.ScaleOutCooldown, "scaleOutCooldown");
  cooldownOf(tracking.ScaleInCooldown, "scaleInCooldown");
  const label = metric?.ResourceLabel;
  const type = metric?.PredefinedMetricType;
  switch (type) {
    case undefined:
      throw invalid("A predefined or a customized metric specification is required");
    case "ALBRequestCountPerTarget":
      if (label !== undefined && /^app\/[^/]+\/[^/]+\/targetgroup\/[^/]+\/[^/]+$/.test(label))
        return;
      throw invalid(
        `The resource label ${label ?? ""} is not app/LOAD-BALANCER/ID/targetgroup/TARGET-GROUP/ID`,
      );
    case "ECSServiceAverageCPUUtilization":
      if (label === undefined) return;
      throw invalid("A resource label is only for ALBRequestCountPerTarget");
    default:
      throw notImplemented("PutScalingPolicy", `the metric ${type}`);
  }
}

function checkStep(step: StepScalingPolicyConfiguration): void {
  const types = ["ChangeInCapacity", "PercentChangeInCapacity", "ExactCapacity"];
  if (!types.includes(step.AdjustmentType ?? "")) {
    throw constraint(
      step.AdjustmentType,
      "adjustmentType",
      `Member must be of ${types.join(", ")}`,
    );
  }
  cooldownOf(step.Cooldown, "cooldown");
  capacityOf(step.MinAdjustmentMagnitude, "minAdjustmentMagnitude");
  const steps = step.StepAdjustments ?? [];
  const problem = steps.length === 0 ? "at least one is required" : stepProblem(steps);
  if (problem !== undefined) throw invalid(`Invalid step adjustments: ${problem}`);
  for (const { ScalingAdjustment: by } of steps) {
    if (!Number.isInteger(by) || (step.AdjustmentType === "ExactCapacity" && Number(by) < 0)) {
      throw constraint(by, "scalingAdjustment", "Member must be an integer, not negative if exact");
    }
  }
}

/** The ranges of all steps together have no gap and no overlap, and end where they must. */
function stepProblem(steps: readonly StepAdjustment[]): string | undefined {
  const ranges = steps
    .map(({ MetricIntervalLowerBound: low, MetricIntervalUpperBound: high }) => ({
      low: low ?? -Infinity,
      high: high ?? Infinity,
    }))
    .toSorted((a, b) => a.low - b.low || a.high - b.high);
  for (const [index, { low, high }] of ranges.entries()) {
    if (steps.length > 1 && low === -Infinity && high === Infinity) {
      return "both bounds of one are null";
    }
    if (high <= low) return "an upper bound is not above its lower bound";
    const next = ranges[index + 1];
    if (next && next.low !== high) return "they overlap or leave a gap";
  }
  const [first] = ranges;
  const last = ranges.at(-1);
  if (first && first.low < 0 && first.low !== -Infinity) return "none has a null lower bound";
  if (last && last.high > 0 && last.high !== Infinity) return "none has a null upper bound";
  return undefined;
}

function cooldownOf(value: number | undefined, member: string): void {
  capacityOf(value, member);
}

export function notFound(what: string): AwsError {
  return new AwsError("ObjectNotFoundException", `${what} was not found.`);
}
