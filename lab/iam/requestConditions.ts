/**
 * The condition keys that a request itself brings: its tags, the tags of what it is about, and the
 * few of services' own that the toolkit's policies use.
 */
import type { LabService, Principal } from "../service.ts";
import { ACCOUNT_ID, AwsError, REGION, ServiceName } from "../service.ts";
import { isRecord } from "../wire/tree.ts";
import type { Context } from "./conditions.ts";

interface TagRead {
  readonly operation: string;
  input(arn: string): object;
}

/** How each service is asked for the tags of an ARN. */
const TAG_READS: Partial<Record<ServiceName, TagRead>> = {
  [ServiceName.CloudWatch]: byMember("ListTagsForResource", "ResourceARN"),
  [ServiceName.DynamoDb]: byMember("ListTagsOfResource", "ResourceArn"),
  [ServiceName.Ecs]: byMember("ListTagsForResource", "resourceArn"),
  [ServiceName.Elbv2]: { operation: "DescribeTags", input: (arn) => ({ ResourceArns: [arn] }) },
  [ServiceName.Events]: byMember("ListTagsForResource", "ResourceARN"),
  [ServiceName.Iam]: {
    operation: "ListRoleTags",
    input: (arn) => ({ RoleName: arn.split("/").at(-1) }),
  },
  [ServiceName.Lambda]: byMember("ListTags", "Resource"),
  [ServiceName.Logs]: byMember("ListTagsForResource", "resourceArn"),
  [ServiceName.Scheduler]: byMember("ListTagsForResource", "ResourceArn"),
  [ServiceName.Sns]: byMember("ListTagsForResource", "ResourceArn"),
};

/** Conditions for `resource`, an ARN or `*`. `caller` is who the service is told asks for tags. */
export async function requestConditions(
  service: LabService,
  input: Readonly<Record<string, unknown>>,
  resource: string,
  caller: Principal,
): Promise<Context> {
  const requested = tagsIn(input);
  return {
    "aws:requesttag/": [],
    ...keyed("aws:requesttag/", requested),
    "aws:tagkeys": Object.keys(requested),
    "aws:resourceaccount": resource === "*" ? [] : [ACCOUNT_ID],
    ...(await resourceTags(service, resource, caller)),
    ...(service.name === ServiceName.CloudWatch ? { "cloudwatch:namespace": putInto(input) } : {}),
    ...(service.name === ServiceName.AutoScaling ? scalingKeys(input) : {}),
    ...(service.name === ServiceName.S3 ? { "s3:prefix": [textOf(input["Prefix"])] } : {}),
    ...(service.name === ServiceName.Ecs ? { "ecs:cluster": [clusterArn(input["cluster"])] } : {}),
  };
}

/** A service that cannot be asked leaves the key unknown; a resource that is not there has no tags. */
async function resourceTags(
  service: LabService,
  resource: string,
  principal: Principal,
): Promise<Context> {
  if (resource === "*") return { "aws:resourcetag/": [] };
  const read = TAG_READS[service.name];
  const handler = read && service.operations[read.operation];
  if (!handler) return {};
  try {
    const answer = await handler(read.input(resource), { principal, requestId: "conditions" });
    return { "aws:resourcetag/": [], ...keyed("aws:resourcetag/", tagsIn(answer)) };
  } catch (error) {
    if (error instanceof AwsError) return { "aws:resourcetag/": [] };
    throw error;
  }
}

/** Tags as the services spell them: a list of pairs, in either case, a map, or ELB's descriptions. */
function tagsIn(holder: object): Record<string, string> {
  const members = new Map<string, unknown>(Object.entries(holder));
  const descriptions = members.get("TagDescriptions");
  if (Array.isArray(descriptions) && isRecord(descriptions[0])) return tagsIn(descriptions[0]);
  const tags = members.get("Tags") ?? members.get("tags");
  if (Array.isArray(tags)) return Object.fromEntries(tags.filter(isRecord).map(pairOf));
  if (!isRecord(tags)) return {};
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [key, textOf(value)]));
}

function pairOf(tag: Readonly<Record<string, unknown>>): [key: string, value: string] {
  return [textOf(tag["Key"] ?? tag["key"]), textOf(tag["Value"] ?? tag["value"])];
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

export function keyed(prefix: string, tags: Readonly<Record<string, string>>): Context {
  return Object.fromEntries(
    Object.entries(tags).map(([key, value]) => [`${prefix}${key.toLowerCase()}`, [value]]),
  );
}

function clusterArn(cluster: unknown): string {
  const name = typeof cluster === "string" && cluster !== "" ? cluster : "default";
  return name.startsWith("arn:") ? name : `arn:aws:ecs:${REGION}:${ACCOUNT_ID}:cluster/${name}`;
}

/** Of every operation that names a target ("Condition keys for AWS Application Auto Scaling"). */
function scalingKeys(input: Readonly<Record<string, unknown>>): Context {
  return {
    "application-autoscaling:service-namespace": [textOf(input["ServiceNamespace"])],
    "application-autoscaling:scalable-dimension": [textOf(input["ScalableDimension"])],
  };
}

/** Only PutMetricData has this key ("Using condition keys to limit access to CloudWatch namespaces"). */
function putInto(input: Readonly<Record<string, unknown>>): string[] {
  const namespace = textOf(input["Namespace"]);
  return "MetricData" in input && namespace !== "" ? [namespace] : [];
}

function byMember(operation: string, member: string): TagRead {
  return { operation, input: (arn) => ({ [member]: arn }) };
}
