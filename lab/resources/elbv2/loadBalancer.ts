/** aws:lb/loadBalancer:LoadBalancer, application load balancers only. */
import {
  CreateLoadBalancerCommand,
  DeleteLoadBalancerCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand,
  ModifyLoadBalancerAttributesCommand,
  SetSecurityGroupsCommand,
  SetSubnetsCommand,
  type IpAddressType,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { boolean, type InputsOf, map, number, set, text, words } from "../shape.ts";
import { tagOutputs } from "../tags.ts";
import { defineResource, SettlingError, type Context } from "../types.ts";
import { withoutNulls, type Properties } from "../values.ts";
import { eventually, unless } from "../waiting.ts";
import { arnSuffix, changeTags, readTags, tagsOnCreate } from "./tagging.ts";

const INPUTS = {
  name: text,
  internal: boolean,
  loadBalancerType: text,
  ipAddressType: words<IpAddressType>(),
  securityGroups: set(text),
  subnets: set(text),
  idleTimeout: number,
  enableDeletionProtection: boolean,
  dropInvalidHeaderFields: boolean,
  tags: map(text),
} as const;
type Inputs = InputsOf<typeof INPUTS>;

/** Attributes that inputs set, with AWS's defaults. */
const ATTRIBUTES = [
  ["idleTimeout", "idle_timeout.timeout_seconds", "60"],
  ["enableDeletionProtection", "deletion_protection.enabled", "false"],
  ["dropInvalidHeaderFields", "routing.http.drop_invalid_header_fields.enabled", "false"],
] as const;

async function describe(arn: string, context: Context) {
  const elbv2 = await context.clients.elbv2();
  return unless(["LoadBalancerNotFoundException", "LoadBalancerNotFound"], async () => {
    const command = new DescribeLoadBalancersCommand({ LoadBalancerArns: [arn] });
    return (await elbv2.send(command)).LoadBalancers?.[0];
  });
}

async function read(arn: string, context: Context): Promise<Properties | undefined> {
  const elbv2 = await context.clients.elbv2();
  const balancer = await describe(arn, context);
  if (!balancer) return undefined;
  const { Attributes = [] } = await elbv2.send(
    new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn: arn }),
  );
  const attribute = (key: string): string | undefined =>
    Attributes.find((one) => one.Key === key)?.Value;
  return withoutNulls({
    arn,
    arnSuffix: arnSuffix(arn, ":loadbalancer/"),
    name: balancer.LoadBalancerName,
    dnsName: balancer.DNSName,
    zoneId: balancer.CanonicalHostedZoneId,
    vpcId: balancer.VpcId,
    internal: balancer.Scheme === "internal",
    ipAddressType: balancer.IpAddressType,
    loadBalancerType: balancer.Type,
    securityGroups: balancer.SecurityGroups ?? [],
    subnets: balancer.AvailabilityZones?.flatMap((zone) => zone.SubnetId ?? []) ?? [],
    idleTimeout: Number(attribute("idle_timeout.timeout_seconds") ?? 60),
    enableDeletionProtection: attribute("deletion_protection.enabled") === "true",
    region: context.region,
    ...tagOutputs(await readTags(arn, context)),
  });
}

async function setAttributes(
  arn: string,
  olds: Inputs | undefined,
  news: Inputs,
  context: Context,
): Promise<void> {
  const elbv2 = await context.clients.elbv2();
  const changed = ATTRIBUTES.filter(([input]) => olds?.[input] !== news[input]);
  if (changed.length === 0) return;
  await elbv2.send(
    new ModifyLoadBalancerAttributesCommand({
      LoadBalancerArn: arn,
      Attributes: changed.map(([input, Key, Default]) => ({
        Key,
        Value: String(news[input] ?? Default),
      })),
    }),
  );
}

export const loadBalancer = defineResource({
  token: "aws:lb/loadBalancer:LoadBalancer",
  inputs: INPUTS,
  defaults: { internal: false, loadBalancerType: "application" },
  autoname: { property: "name", maxLength: 32 },
  replaceOn: ["name", "internal", "loadBalancerType"],
  volatile: ["vpcId"],
  check(inputs) {
    if (inputs["loadBalancerType"] === "application") return [];
    const reason = `must be "application", the only type here`;
    return [{ property: "loadBalancerType", reason }];
  },
  async create(inputs, context) {
    const elbv2 = await context.clients.elbv2();
    const answer = await elbv2.send(
      new CreateLoadBalancerCommand({
        Name: inputs.name,
        Type: "application",
        Scheme: inputs.internal ? "internal" : "internet-facing",
        Subnets: inputs.subnets,
        SecurityGroups: inputs.securityGroups,
        ...(inputs.ipAddressType === undefined ? {} : { IpAddressType: inputs.ipAddressType }),
        ...tagsOnCreate(inputs.tags),
      }),
    );
    const id = answer.LoadBalancers?.[0]?.LoadBalancerArn ?? "";
    try {
      await setAttributes(id, undefined, inputs, context);
      await eventually(`load balancer ${inputs.name} is active`, context, async () =>
        (await describe(id, context))?.State?.Code === "active" ? true : undefined,
      );
      return { id, outputs: (await read(id, context)) ?? {} };
    } catch (error) {
      throw new SettlingError(id, { arn: id }, error);
    }
  },
  read,
  async update({ id, olds, news }, context) {
    const elbv2 = await context.clients.elbv2();
    await setAttributes(id, olds, news, context);
    if (news.securityGroups && differ(olds.securityGroups, news.securityGroups)) {
      const SecurityGroups = news.securityGroups;
      await elbv2.send(new SetSecurityGroupsCommand({ LoadBalancerArn: id, SecurityGroups }));
    }
    if (news.subnets && differ(olds.subnets, news.subnets)) {
      await elbv2.send(new SetSubnetsCommand({ LoadBalancerArn: id, Subnets: news.subnets }));
    }
    await changeTags(id, olds.tags, news.tags, context);
    return (await read(id, context)) ?? {};
  },
  async delete(id, { inputs }, context) {
    const elbv2 = await context.clients.elbv2();
    if (inputs.enableDeletionProtection) {
      throw new Error("enableDeletionProtection is on: set it to false and run up first");
    }
    await elbv2.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: id }));
    await eventually(`load balancer ${inputs.name} is gone`, context, async () =>
      (await describe(id, context)) ? undefined : true,
    );
  },
});

function differ(olds: readonly string[] | undefined, news: readonly string[]): boolean {
  return [...(olds ?? [])].sort().join() !== [...news].sort().join();
}
