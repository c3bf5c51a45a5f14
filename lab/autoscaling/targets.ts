/** RegisterScalableTarget, DescribeScalableTargets, DeregisterScalableTarget. */
import type * as Sdk from "@aws-sdk/client-application-auto-scaling";
import { constraint, invalid } from "../events/errors.ts";
import { ACCOUNT_ID, AwsError, type Call, type Operation } from "../service.ts";
import { refuseUnsupported } from "../supported.ts";
import { page } from "./paging.ts";
import type { ScalingPorts } from "./ports.ts";
import type { Scaler } from "./scaler.ts";
import {
  DIMENSION,
  NAMESPACE,
  type ScalableTarget,
  type ScalingStore,
  targetArn,
} from "./store.ts";
import { capacityOf, namespaceOf, notFound, resourceIdOf, suspendedOf } from "./validation.ts";

/** Whatever role a request names, of ECS services it is the service-linked one. */
const ROLE_ARN =
  `arn:aws:iam::${ACCOUNT_ID}:role/aws-service-role/ecs.application-autoscaling.amazonaws.com/` +
  "AWSServiceRoleForApplicationAutoScaling_ECSService";
const NOT_SUSPENDED = { in: false, out: false, scheduled: false };
/** What whoever registers a service must be allowed to do to it. */
const NEEDED = ["ecs:DescribeServices", "ecs:UpdateService"];

export interface ScalingRoom {
  readonly store: ScalingStore;
  readonly scaler: Scaler;
  readonly ports: ScalingPorts;
  now(): number;
}

export function targetOperations(room: ScalingRoom): Record<string, Operation> {
  const { store, scaler, ports } = room;
  return {
    RegisterScalableTarget: async (
      input: Sdk.RegisterScalableTargetRequest,
      { principal }: Call,
    ) => {
      const operation = "RegisterScalableTarget";
      const resourceId = resourceIdOf(operation, input);
      refuseUnsupported(operation, input, [
        "ServiceNamespace",
        "ResourceId",
        "ScalableDimension",
        "MinCapacity",
        "MaxCapacity",
        "RoleARN",
        "SuspendedState",
      ]);
      for (const action of NEEDED) {
        const message = ports.refusal(principal, action, resourceId);
        if (message !== undefined) throw new AwsError("AccessDeniedException", message);
      }
      const known = store.targets.get(resourceId);
      const min = capacityOf(input.MinCapacity, "minCapacity") ?? known?.min;
      const max = capacityOf(input.MaxCapacity, "maxCapacity") ?? known?.max;
      if (min === undefined || max === undefined) {
        throw invalid(
          "MinCapacity and MaxCapacity are required when registering a scalable target",
        );
      }
      if (max < min) throw invalid("Maximum capacity cannot be less than minimum capacity");
      if (!(await ports.capacity(resourceId))) {
        throw invalid(`ECS service doesn't exist: ${resourceId}`);
      }
      const suspended = suspendedOf(input.SuspendedState, known?.suspended ?? NOT_SUSPENDED);
      const target: ScalableTarget = known ?? {
        resourceId,
        arn: targetArn(),
        createdMs: room.now(),
        min,
        max,
        suspended,
        policies: new Map(),
        evaluatedMs: 0,
      };
      Object.assign(target, { min, max, suspended });
      store.targets.set(resourceId, target);
      await scaler.bringInside(target);
      return { ScalableTargetARN: target.arn };
    },

    DescribeScalableTargets: (input: Sdk.DescribeScalableTargetsRequest) => {
      namespaceOf("DescribeScalableTargets", input.ServiceNamespace);
      checkDimension(input.ScalableDimension);
      const ids = input.ResourceIds ?? [];
      const all = [...store.targets.values()].filter(
        ({ resourceId }) => ids.length === 0 || ids.includes(resourceId),
      );
      const { entries, rest } = page(all, input);
      return { ScalableTargets: entries.map(described), ...rest };
    },

    /** Its policies, and the alarms that they made, go with it. */
    DeregisterScalableTarget: async (input: Sdk.DeregisterScalableTargetRequest) => {
      const resourceId = resourceIdOf("DeregisterScalableTarget", input);
      const target = store.targets.get(resourceId);
      if (!target) throw notFound(`The scalable target ${resourceId}`);
      store.targets.delete(resourceId);
      const names = [...target.policies.values()].flatMap(({ alarmNames }) => alarmNames);
      await ports.deleteAlarms(names);
      return {};
    },
  };
}

export function checkDimension(dimension: string | undefined): void {
  if (dimension === undefined || dimension === DIMENSION) return;
  throw constraint(dimension, "scalableDimension", `Member must be ${DIMENSION}`);
}

function described(target: ScalableTarget): Sdk.ScalableTarget {
  const { suspended } = target;
  return {
    ServiceNamespace: NAMESPACE,
    ResourceId: target.resourceId,
    ScalableDimension: DIMENSION,
    MinCapacity: target.min,
    MaxCapacity: target.max,
    RoleARN: ROLE_ARN,
    CreationTime: new Date(target.createdMs),
    SuspendedState: {
      DynamicScalingInSuspended: suspended.in,
      DynamicScalingOutSuspended: suspended.out,
      ScheduledScalingSuspended: suspended.scheduled,
    },
    ScalableTargetARN: target.arn,
  };
}
