/**
 * Whether an environment's resources carry its tag. They are found by their names, and somebody else's
 * may be named alike: in a real account nothing is changed that does not say whose it is.
 */
import { type CloudWatchClient, ListTagsForResourceCommand } from "@aws-sdk/client-cloudwatch";
import { type DynamoDBClient, ListTagsOfResourceCommand } from "@aws-sdk/client-dynamodb";
import { DescribeServicesCommand, type ECSClient } from "@aws-sdk/client-ecs";
import {
  DescribeTagsCommand,
  type ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { type LambdaClient, ListTagsCommand } from "@aws-sdk/client-lambda";
import { environmentError } from "../base/errors.ts";
import type { LocatedEnvironment } from "./environment.ts";
import { ENVIRONMENT_TAG } from "./names.ts";
import { SLOTS } from "./slot.ts";

export interface Tagged {
  /** As a person calls it: `target group checkout-blue`. */
  readonly what: string;
  /** The tag's value; undefined without the tag. */
  readonly environment: string | undefined;
}

/** What of `found` is not the environment's, in words. */
export function strangers(environment: string, found: readonly Tagged[]): string[] {
  return found
    .filter((one) => one.environment !== environment)
    .map(
      ({ what, environment: whose }) =>
        `${what} ${whose === undefined ? "does not carry it" : `says "${whose}"`}`,
    );
}

/** @throws BackoutError `not-tagged` that names every resource that is not the environment's */
export function refuseStrangers(environment: string, found: readonly Tagged[]): void {
  const foreign = strangers(environment, found);
  if (foreign.length === 0) return;
  throw environmentError(
    "not-tagged",
    `not all of environment "${environment}" carries the tag ${ENVIRONMENT_TAG}=${environment}, so ` +
      `nothing is touched: ${foreign.join(", ")}`,
    "`pulumi up` puts the tag on what is the stack's; what is somebody else's needs another name",
  );
}

type Located = Pick<
  LocatedEnvironment,
  "names" | "loadBalancerArn" | "listenerArn" | "targetGroupArns"
>;

/** What moves traffic: load balancer, listener and target groups, in one call. */
export async function trafficTags(
  client: ElasticLoadBalancingV2Client,
  { names, loadBalancerArn, listenerArn, targetGroupArns }: Located,
): Promise<Tagged[]> {
  const wanted = [
    { what: `load balancer ${names.loadBalancer}`, arn: loadBalancerArn },
    { what: `listener of ${names.loadBalancer}`, arn: listenerArn },
    ...SLOTS.map((slot) => ({
      what: `target group ${names.targetGroup[slot]}`,
      arn: targetGroupArns[slot],
    })),
  ];
  const ResourceArns = wanted.map(({ arn }) => arn);
  const { TagDescriptions } = await client.send(new DescribeTagsCommand({ ResourceArns }));
  return wanted.map(({ what, arn }) => {
    const tags = TagDescriptions?.find(({ ResourceArn }) => ResourceArn === arn)?.Tags;
    return { what, environment: tags?.find(({ Key }) => Key === ENVIRONMENT_TAG)?.Value };
  });
}

export interface TagClients {
  readonly cloudwatch: CloudWatchClient;
  readonly dynamodb: DynamoDBClient;
  readonly ecs: ECSClient;
  readonly lambda: LambdaClient;
}

/** What drills break beside it: services, tables, the guard's function and alarms. What is missing is left out. */
export async function machineryTags(
  { cloudwatch, dynamodb, ecs, lambda }: TagClients,
  { names, loadBalancerArn }: Located,
): Promise<Tagged[]> {
  const [, partition, , region, account] = loadBalancerArn.split(":");
  const arnOf = (service: string, resource: string): string =>
    `arn:${partition}:${service}:${region}:${account}:${resource}`;
  const services = async (): Promise<Tagged[]> => {
    const { services: found = [] } = await ecs.send(
      new DescribeServicesCommand({
        cluster: names.cluster,
        services: SLOTS.map((slot) => names.service[slot]),
        include: ["TAGS"],
      }),
    );
    return found.map(({ serviceName, tags }) => ({
      what: `service ${serviceName}`,
      environment: tags?.find(({ key }) => key === ENVIRONMENT_TAG)?.value,
    }));
  };
  const table = async (name: string): Promise<Tagged> => {
    const ResourceArn = arnOf("dynamodb", `table/${name}`);
    const { Tags } = await dynamodb.send(new ListTagsOfResourceCommand({ ResourceArn }));
    const environment = Tags?.find(({ Key }) => Key === ENVIRONMENT_TAG)?.Value;
    return { what: `table ${name}`, environment };
  };
  const guard = async (): Promise<Tagged> => {
    const Resource = arnOf("lambda", `function:${names.guardFunction}`);
    const { Tags } = await lambda.send(new ListTagsCommand({ Resource }));
    return { what: `function ${names.guardFunction}`, environment: Tags?.[ENVIRONMENT_TAG] };
  };
  const alarm = async (name: string): Promise<Tagged> => {
    const ResourceARN = arnOf("cloudwatch", `alarm:${name}`);
    const { Tags } = await cloudwatch.send(new ListTagsForResourceCommand({ ResourceARN }));
    const environment = Tags?.find(({ Key }) => Key === ENVIRONMENT_TAG)?.Value;
    return { what: `alarm ${name}`, environment };
  };
  const looks = [
    services(),
    ...[
      table(names.recordTable),
      table(names.faultTable),
      guard(),
      ...SLOTS.map((slot) => alarm(names.guardAlarm[slot])),
    ].map(async (look) => [await look]),
  ].map((look) => look.catch(noneIfMissing));
  return (await Promise.all(looks)).flat();
}

function noneIfMissing(error: unknown): Tagged[] {
  const name = error instanceof Error ? error.name : "";
  if (/NotFound/.test(name)) return [];
  throw error;
}
