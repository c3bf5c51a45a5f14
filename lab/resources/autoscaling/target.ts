/** aws:appautoscaling/target:Target for ECS services. */
import {
  DeregisterScalableTargetCommand,
  DescribeScalableTargetsCommand,
  RegisterScalableTargetCommand,
  type ScalableDimension,
  type ServiceNamespace,
} from "@aws-sdk/client-application-auto-scaling";
import { boolean, type InputsOf, number, object, required, text, words } from "../shape.ts";
import { type Context, defineResource } from "../types.ts";
import { type Properties, withoutNulls } from "../values.ts";
import { unless } from "../waiting.ts";

const GONE = ["ObjectNotFoundException"];
const IDENTITY = {
  ServiceNamespace: "ecs",
  ScalableDimension: "ecs:service:DesiredCount",
} as const;
const INPUTS = {
  serviceNamespace: required(words<ServiceNamespace>()),
  scalableDimension: required(words<ScalableDimension>()),
  resourceId: required(text),
  minCapacity: required(number),
  maxCapacity: required(number),
  roleArn: text,
  suspendedState: object({
    dynamicScalingInSuspended: boolean,
    dynamicScalingOutSuspended: boolean,
    scheduledScalingSuspended: boolean,
  }),
} as const;

async function register(inputs: InputsOf<typeof INPUTS>, context: Context): Promise<void> {
  const { suspendedState: suspended } = inputs;
  const autoscaling = await context.clients.autoscaling();
  await autoscaling.send(
    new RegisterScalableTargetCommand({
      ServiceNamespace: inputs.serviceNamespace,
      ScalableDimension: inputs.scalableDimension,
      ResourceId: inputs.resourceId,
      MinCapacity: inputs.minCapacity,
      MaxCapacity: inputs.maxCapacity,
      RoleARN: inputs.roleArn,
      ...(suspended && {
        SuspendedState: {
          DynamicScalingInSuspended: suspended.dynamicScalingInSuspended ?? false,
          DynamicScalingOutSuspended: suspended.dynamicScalingOutSuspended ?? false,
          ScheduledScalingSuspended: suspended.scheduledScalingSuspended ?? false,
        },
      }),
    }),
  );
}

async function read(id: string, context: Context): Promise<Properties | undefined> {
  const autoscaling = await context.clients.autoscaling();
  const { ScalableTargets = [] } = await autoscaling.send(
    new DescribeScalableTargetsCommand({ ...IDENTITY, ResourceIds: [id] }),
  );
  const [found] = ScalableTargets;
  if (!found) return undefined;
  return withoutNulls({
    arn: found.ScalableTargetARN,
    serviceNamespace: found.ServiceNamespace,
    scalableDimension: found.ScalableDimension,
    resourceId: found.ResourceId,
    minCapacity: found.MinCapacity,
    maxCapacity: found.MaxCapacity,
    roleArn: found.RoleARN,
    region: context.region,
  });
}

export const target = defineResource({
  token: "aws:appautoscaling/target:Target",
  inputs: INPUTS,
  replaceOn: ["serviceNamespace", "scalableDimension", "resourceId"],
  async create(inputs, context) {
    await register(inputs, context);
    return { id: inputs.resourceId, outputs: (await read(inputs.resourceId, context)) ?? {} };
  },
  read,
  async update({ id, olds, news }, context) {
    // What was suspended stays so until somebody says otherwise.
    const suspendedState = news.suspendedState ?? (olds.suspendedState && {});
    await register({ ...news, suspendedState }, context);
    return (await read(id, context)) ?? {};
  },
  async delete(id, _known, context) {
    const autoscaling = await context.clients.autoscaling();
    await unless(GONE, () =>
      autoscaling.send(new DeregisterScalableTargetCommand({ ...IDENTITY, ResourceId: id })),
    );
  },
});
