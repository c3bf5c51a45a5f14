/** aws:appautoscaling/policy:Policy for ECS services: target tracking and step scaling. */
import {
  type AdjustmentType,
  DeleteScalingPolicyCommand,
  DescribeScalingPoliciesCommand,
  type MetricAggregationType,
  type MetricType,
  type PolicyType,
  PutScalingPolicyCommand,
  type ScalableDimension,
  type ServiceNamespace,
} from "@aws-sdk/client-application-auto-scaling";
import { boolean, type InputsOf, list, number, object, required, text, words } from "../shape.ts";
import { type Context, defineResource } from "../types.ts";
import { type Properties, textOf, withoutNulls } from "../values.ts";
import { unless } from "../waiting.ts";

const GONE = ["ObjectNotFoundException"];
const IDENTITY = {
  ServiceNamespace: "ecs",
  ScalableDimension: "ecs:service:DesiredCount",
} as const;
const INPUTS = {
  name: text,
  policyType: words<PolicyType>(),
  serviceNamespace: required(words<ServiceNamespace>()),
  scalableDimension: required(words<ScalableDimension>()),
  resourceId: required(text),
  targetTrackingScalingPolicyConfiguration: object({
    targetValue: required(number),
    predefinedMetricSpecification: object({
      predefinedMetricType: required(words<MetricType>()),
      resourceLabel: text,
    }),
    scaleInCooldown: number,
    scaleOutCooldown: number,
    disableScaleIn: boolean,
  }),
  stepScalingPolicyConfiguration: object({
    adjustmentType: words<AdjustmentType>(),
    cooldown: number,
    metricAggregationType: words<MetricAggregationType>(),
    minAdjustmentMagnitude: number,
    stepAdjustments: list(
      object({
        // Pulumi's provider takes these two as strings.
        metricIntervalLowerBound: text,
        metricIntervalUpperBound: text,
        scalingAdjustment: required(number),
      }),
    ),
  }),
} as const;
type Inputs = InputsOf<typeof INPUTS>;

async function put(inputs: Inputs, context: Context): Promise<void> {
  const tracking = inputs.targetTrackingScalingPolicyConfiguration;
  const step = inputs.stepScalingPolicyConfiguration;
  const metric = tracking?.predefinedMetricSpecification;
  const autoscaling = await context.clients.autoscaling();
  await autoscaling.send(
    new PutScalingPolicyCommand({
      PolicyName: inputs.name,
      PolicyType: inputs.policyType,
      ServiceNamespace: inputs.serviceNamespace,
      ScalableDimension: inputs.scalableDimension,
      ResourceId: inputs.resourceId,
      ...(tracking && {
        TargetTrackingScalingPolicyConfiguration: {
          TargetValue: tracking.targetValue,
          ScaleInCooldown: tracking.scaleInCooldown,
          ScaleOutCooldown: tracking.scaleOutCooldown,
          DisableScaleIn: tracking.disableScaleIn,
          ...(metric && {
            PredefinedMetricSpecification: {
              PredefinedMetricType: metric.predefinedMetricType,
              ResourceLabel: metric.resourceLabel,
            },
          }),
        },
      }),
      ...(step && {
        StepScalingPolicyConfiguration: {
          AdjustmentType: step.adjustmentType,
          Cooldown: step.cooldown,
          MetricAggregationType: step.metricAggregationType,
          MinAdjustmentMagnitude: step.minAdjustmentMagnitude,
          StepAdjustments: step.stepAdjustments?.map((one) => ({
            MetricIntervalLowerBound: bound(one.metricIntervalLowerBound),
            MetricIntervalUpperBound: bound(one.metricIntervalUpperBound),
            ScalingAdjustment: one.scalingAdjustment,
          })),
        },
      }),
    }),
  );
}

/** Empty stands for infinity. */
function bound(value: string | undefined): number | undefined {
  return value === undefined || value === "" ? undefined : Number(value);
}

async function describe(
  name: string,
  resourceId: string,
  context: Context,
): Promise<Properties | undefined> {
  const autoscaling = await context.clients.autoscaling();
  const { ScalingPolicies = [] } = await autoscaling.send(
    new DescribeScalingPoliciesCommand({
      ...IDENTITY,
      ResourceId: resourceId,
      PolicyNames: [name],
    }),
  );
  const [found] = ScalingPolicies;
  if (!found) return undefined;
  return withoutNulls({
    arn: found.PolicyARN,
    name: found.PolicyName,
    policyType: found.PolicyType,
    serviceNamespace: found.ServiceNamespace,
    scalableDimension: found.ScalableDimension,
    resourceId: found.ResourceId,
    alarmArns: (found.Alarms ?? []).map(({ AlarmARN = "" }) => AlarmARN),
    region: context.region,
  });
}

export const policy = defineResource({
  token: "aws:appautoscaling/policy:Policy",
  inputs: INPUTS,
  defaults: { policyType: "StepScaling" },
  autoname: { property: "name", maxLength: 255 },
  replaceOn: ["name", "policyType", "serviceNamespace", "scalableDimension", "resourceId"],
  volatile: ["alarmArns"],
  async create(inputs, context) {
    await put(inputs, context);
    const id = inputs.name ?? "";
    return { id, outputs: (await describe(id, inputs.resourceId, context)) ?? {} };
  },
  read: (id, context, known) => describe(id, textOf(known["resourceId"]), context),
  async update({ id, news }, context) {
    await put(news, context);
    return (await describe(id, news.resourceId, context)) ?? {};
  },
  async delete(id, { inputs }, context) {
    const autoscaling = await context.clients.autoscaling();
    const which = { ...IDENTITY, ResourceId: inputs.resourceId, PolicyName: id };
    await unless(GONE, () => autoscaling.send(new DeleteScalingPolicyCommand(which)));
  },
});
