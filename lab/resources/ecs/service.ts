/** aws:ecs/service:Service with rolling deployments on Fargate. */
import {
  CreateServiceCommand,
  DeleteServiceCommand,
  DescribeServicesCommand,
  UpdateServiceCommand,
  type LaunchType,
  type Service,
} from "@aws-sdk/client-ecs";
import {
  boolean,
  type InputsOf,
  map,
  number,
  object,
  required,
  set,
  text,
  words,
} from "../shape.ts";
import { tagOutputs } from "../tags.ts";
import { defineResource, SettlingError, type Context } from "../types.ts";
import { textOf, withoutNulls, type Properties } from "../values.ts";
import { eventually, unless } from "../waiting.ts";
import { changeTags, ecsTags, fromEcsTags } from "./tagging.ts";

const INPUTS = {
  name: text,
  cluster: required(text),
  taskDefinition: required(text),
  desiredCount: number,
  launchType: words<LaunchType>(),
  platformVersion: text,
  deploymentMaximumPercent: number,
  deploymentMinimumHealthyPercent: number,
  deploymentCircuitBreaker: object({ enable: required(boolean), rollback: required(boolean) }),
  alarms: object({
    alarmNames: required(set(text)),
    enable: required(boolean),
    rollback: required(boolean),
  }),
  healthCheckGracePeriodSeconds: number,
  networkConfiguration: object({
    subnets: required(set(text)),
    securityGroups: set(text),
    assignPublicIp: boolean,
  }),
  loadBalancers: set(
    object({
      targetGroupArn: required(text),
      containerName: required(text),
      containerPort: required(number),
    }),
  ),
  waitForSteadyState: boolean,
  tags: map(text),
} as const;
type Inputs = InputsOf<typeof INPUTS>;

const GONE = ["ServiceNotFoundException", "ServiceNotActiveException", "ClusterNotFoundException"];

async function describe(
  arn: string,
  cluster: string,
  context: Context,
): Promise<Service | undefined> {
  const ecs = await context.clients.ecs();
  const answer = await unless(GONE, () =>
    ecs.send(new DescribeServicesCommand({ services: [arn], cluster, include: ["TAGS"] })),
  );
  const found = answer?.services?.[0];
  return found?.status === "INACTIVE" ? undefined : found;
}

async function read(
  arn: string,
  context: Context,
  known: Properties,
): Promise<Properties | undefined> {
  const found = await describe(arn, textOf(known["cluster"]), context);
  if (!found) return undefined;
  return withoutNulls({
    arn,
    name: found.serviceName,
    cluster: found.clusterArn,
    taskDefinition: found.taskDefinition,
    desiredCount: found.desiredCount,
    launchType: found.launchType,
    platformVersion: found.platformVersion,
    deploymentMaximumPercent: found.deploymentConfiguration?.maximumPercent ?? 200,
    deploymentMinimumHealthyPercent: found.deploymentConfiguration?.minimumHealthyPercent ?? 100,
    region: context.region,
    ...tagOutputs(fromEcsTags(found.tags)),
  });
}

function settings(inputs: Inputs) {
  const network = inputs.networkConfiguration;
  return {
    taskDefinition: inputs.taskDefinition,
    desiredCount: inputs.desiredCount ?? 0,
    deploymentConfiguration: {
      maximumPercent: inputs.deploymentMaximumPercent ?? 200,
      minimumHealthyPercent: inputs.deploymentMinimumHealthyPercent ?? 100,
      // Said also when they are off: what is left out of an update stays as it was.
      deploymentCircuitBreaker: inputs.deploymentCircuitBreaker ?? {
        enable: false,
        rollback: false,
      },
      alarms: inputs.alarms ?? { alarmNames: [], enable: false, rollback: false },
    },
    ...(inputs.healthCheckGracePeriodSeconds === undefined
      ? {}
      : { healthCheckGracePeriodSeconds: inputs.healthCheckGracePeriodSeconds }),
    ...(inputs.platformVersion === undefined ? {} : { platformVersion: inputs.platformVersion }),
    ...(network
      ? {
          networkConfiguration: {
            awsvpcConfiguration: {
              subnets: network.subnets,
              securityGroups: network.securityGroups ?? [],
              assignPublicIp: network.assignPublicIp ? ("ENABLED" as const) : ("DISABLED" as const),
            },
          },
        }
      : {}),
    ...(inputs.loadBalancers ? { loadBalancers: inputs.loadBalancers } : {}),
  };
}

async function steady(arn: string, inputs: Inputs, context: Context): Promise<void> {
  if (!inputs.waitForSteadyState) return;
  await eventually(`service ${inputs.name} is steady`, context, async () => {
    const found = await describe(arn, inputs.cluster, context);
    const one = found?.deployments?.length === 1;
    return one && found.runningCount === found.desiredCount ? true : undefined;
  });
}

export const service = defineResource({
  token: "aws:ecs/service:Service",
  inputs: INPUTS,
  autoname: { property: "name", maxLength: 255 },
  replaceOn: ["name", "cluster", "launchType"],
  async create(inputs, context) {
    const ecs = await context.clients.ecs();
    const answer = await ecs.send(
      new CreateServiceCommand({
        serviceName: inputs.name,
        cluster: inputs.cluster,
        ...(inputs.launchType ? { launchType: inputs.launchType } : {}),
        ...settings(inputs),
        ...(inputs.tags ? { tags: ecsTags(inputs.tags) } : {}),
      }),
    );
    const id = answer.service?.serviceArn ?? "";
    try {
      await steady(id, inputs, context);
      return { id, outputs: (await read(id, context, { cluster: inputs.cluster })) ?? {} };
    } catch (error) {
      throw new SettlingError(id, { arn: id }, error);
    }
  },
  read,
  async update({ id, olds, news }, context) {
    const ecs = await context.clients.ecs();
    // What is the same is left out: a count, for one, would undo a scaling.
    const before: Record<string, unknown> = settings(olds);
    const changed: Record<string, unknown> = Object.fromEntries(
      Object.entries(settings(news)).filter(
        ([key, value]) => JSON.stringify(before[key]) !== JSON.stringify(value),
      ),
    );
    // An empty list takes the service out of its target groups; none leaves it in them.
    if (olds.loadBalancers && !news.loadBalancers) changed["loadBalancers"] = [];
    if (Object.keys(changed).length > 0) {
      const which = { service: id, cluster: news.cluster };
      await ecs.send(new UpdateServiceCommand({ ...which, ...changed }));
      await steady(id, news, context);
    }
    await changeTags(id, olds.tags, news.tags, context);
    return (await read(id, context, { cluster: news.cluster })) ?? {};
  },
  async delete(id, { inputs }, context) {
    const ecs = await context.clients.ecs();
    const { cluster } = inputs;
    await unless(GONE, () =>
      ecs.send(new DeleteServiceCommand({ service: id, cluster, force: true })),
    );
    await eventually(`service ${inputs.name} is gone`, context, async () =>
      (await describe(id, cluster, context)) ? undefined : true,
    );
  },
});
