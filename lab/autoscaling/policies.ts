/** PutScalingPolicy, DescribeScalingPolicies, DeleteScalingPolicy. */
import type * as Sdk from "@aws-sdk/client-application-auto-scaling";
import type { MetricAlarm } from "@aws-sdk/client-cloudwatch";
import { arn, type Operation } from "../service.ts";
import { refuseUnsupported } from "../supported.ts";
import { page } from "./paging.ts";
import { DIMENSION, NAMESPACE, type Policy, policyArn, type ScalableTarget } from "./store.ts";
import { checkDimension, type ScalingRoom } from "./targets.ts";
import { trackingAlarms } from "./trackingAlarms.ts";
import { namespaceOf, notFound, policyKindOf, policyNameOf, resourceIdOf } from "./validation.ts";

export function policyOperations(room: ScalingRoom): Record<string, Operation> {
  const { store, ports } = room;
  return {
    PutScalingPolicy: async (input: Sdk.PutScalingPolicyRequest) => {
      const operation = "PutScalingPolicy";
      const resourceId = resourceIdOf(operation, input);
      refuseUnsupported(operation, input, [
        "PolicyName",
        "ServiceNamespace",
        "ResourceId",
        "ScalableDimension",
        "PolicyType",
        "StepScalingPolicyConfiguration",
        "TargetTrackingScalingPolicyConfiguration",
        "PredictiveScalingPolicyConfiguration",
      ]);
      const name = policyNameOf(input.PolicyName);
      const known = store.targets.get(resourceId)?.policies.get(name);
      const what = policyKindOf(input, known?.what);
      const target = store.targets.get(resourceId);
      if (!target) {
        throw notFound(`No scalable target registered for ${NAMESPACE} ${resourceId}: it`);
      }
      const policy: Policy = known ?? {
        name,
        arn: policyArn(resourceId, name),
        createdMs: room.now(),
        what,
        alarmNames: [],
        lastOut: undefined,
        lastInMs: undefined,
      };
      policy.what = what;
      target.policies.set(name, policy);
      await ports.deleteAlarms(policy.alarmNames);
      const alarms =
        what.kind === "tracking" ? trackingAlarms(resourceId, policy, what.tracking) : [];
      policy.alarmNames = alarms.map(({ AlarmName = "" }) => AlarmName);
      for (const alarm of alarms) await ports.putAlarm(alarm);
      return { PolicyARN: policy.arn, Alarms: policy.alarmNames.map(alarmOf) };
    },

    DescribeScalingPolicies: async (input: Sdk.DescribeScalingPoliciesRequest) => {
      namespaceOf("DescribeScalingPolicies", input.ServiceNamespace);
      checkDimension(input.ScalableDimension);
      const names = input.PolicyNames ?? [];
      const all = [...store.targets.values()]
        .filter(({ resourceId }) => (input.ResourceId ?? resourceId) === resourceId)
        .flatMap((target) => [...target.policies.values()].map((policy) => ({ target, policy })))
        .filter(({ policy }) => names.length === 0 || names.includes(policy.name));
      const alarms = await ports.scalingAlarms();
      const { entries, rest } = page(all, input);
      return {
        ScalingPolicies: entries.map(({ target, policy }) => described(target, policy, alarms)),
        ...rest,
      };
    },

    /** The alarms of a step scaling policy are the person's, and stay. */
    DeleteScalingPolicy: async (input: Sdk.DeleteScalingPolicyRequest) => {
      const resourceId = resourceIdOf("DeleteScalingPolicy", input);
      const name = policyNameOf(input.PolicyName);
      const policy = store.targets.get(resourceId)?.policies.get(name);
      if (!policy) throw notFound(`The scaling policy ${name} of ${resourceId}`);
      store.targets.get(resourceId)?.policies.delete(name);
      await ports.deleteAlarms(policy.alarmNames);
      return {};
    },
  };
}

function alarmOf(name: string): Sdk.Alarm {
  return { AlarmName: name, AlarmARN: arn("cloudwatch", `alarm:${name}`) };
}

function described(
  { resourceId }: ScalableTarget,
  policy: Policy,
  alarms: readonly MetricAlarm[],
): Sdk.ScalingPolicy {
  const { what } = policy;
  const calling = alarms.filter(({ AlarmActions = [] }) => AlarmActions.includes(policy.arn));
  return {
    PolicyARN: policy.arn,
    PolicyName: policy.name,
    ServiceNamespace: NAMESPACE,
    ResourceId: resourceId,
    ScalableDimension: DIMENSION,
    CreationTime: new Date(policy.createdMs),
    Alarms: calling.map(({ AlarmName = "" }) => alarmOf(AlarmName)),
    ...(what.kind === "step"
      ? { PolicyType: "StepScaling", StepScalingPolicyConfiguration: what.step }
      : {
          PolicyType: "TargetTrackingScaling",
          TargetTrackingScalingPolicyConfiguration: what.tracking,
        }),
  };
}
