/** aws:lb/targetGroup:TargetGroup */
import {
  CreateTargetGroupCommand,
  DeleteTargetGroupCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  ModifyTargetGroupAttributesCommand,
  ModifyTargetGroupCommand,
  type ProtocolEnum,
  type TargetTypeEnum,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { boolean, type InputsOf, map, number, object, required, text, words } from "../shape.ts";
import { tagOutputs } from "../tags.ts";
import { defineResource, SettlingError, type Context } from "../types.ts";
import { withoutNulls, type Properties } from "../values.ts";
import { eventually, unless } from "../waiting.ts";
import { changeTags, readTags, tagsOnCreate } from "./tagging.ts";

const INPUTS = {
  name: text,
  port: number,
  protocol: words<ProtocolEnum>(),
  protocolVersion: text,
  targetType: words<TargetTypeEnum>(),
  vpcId: text,
  deregistrationDelay: number,
  slowStart: number,
  loadBalancingAlgorithmType: text,
  healthCheck: object({
    enabled: boolean,
    healthyThreshold: number,
    interval: number,
    matcher: text,
    path: text,
    port: text,
    protocol: words<ProtocolEnum>(),
    timeout: number,
    unhealthyThreshold: number,
  }),
  stickiness: object({ type: required(text), enabled: boolean, cookieDuration: number }),
  tags: map(text),
} as const;
type Inputs = InputsOf<typeof INPUTS>;

/** AWS's defaults for an HTTP health check, which stand where the program says nothing. */
const HEALTH_CHECK = {
  enabled: true,
  healthyThreshold: 5,
  interval: 30,
  matcher: "200",
  path: "/",
  port: "traffic-port",
  protocol: "HTTP" as const,
  timeout: 5,
  unhealthyThreshold: 2,
};

function healthCheck(inputs: Inputs) {
  const check = { ...HEALTH_CHECK, ...inputs.healthCheck };
  return {
    HealthCheckEnabled: check.enabled,
    HealthyThresholdCount: check.healthyThreshold,
    HealthCheckIntervalSeconds: check.interval,
    HealthCheckPath: check.path,
    HealthCheckPort: check.port,
    HealthCheckProtocol: check.protocol,
    HealthCheckTimeoutSeconds: check.timeout,
    UnhealthyThresholdCount: check.unhealthyThreshold,
    Matcher: { HttpCode: check.matcher },
  };
}

/** Attributes as AWS wants them: all that the inputs say, with AWS's defaults for the rest. */
function attributes(inputs: Inputs): Record<string, string> {
  return {
    "deregistration_delay.timeout_seconds": String(inputs.deregistrationDelay ?? 300),
    "slow_start.duration_seconds": String(inputs.slowStart ?? 0),
    "load_balancing.algorithm.type": inputs.loadBalancingAlgorithmType ?? "round_robin",
    "stickiness.enabled": String(inputs.stickiness ? (inputs.stickiness.enabled ?? true) : false),
    "stickiness.type": inputs.stickiness?.type ?? "lb_cookie",
    "stickiness.lb_cookie.duration_seconds": String(inputs.stickiness?.cookieDuration ?? 86_400),
  };
}

async function setAttributes(
  arn: string,
  olds: Record<string, string>,
  news: Record<string, string>,
  context: Context,
): Promise<void> {
  const elbv2 = await context.clients.elbv2();
  const Attributes = Object.entries(news)
    .filter(([key, value]) => olds[key] !== value)
    .map(([Key, Value]) => ({ Key, Value }));
  if (Attributes.length === 0) return;
  await elbv2.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn: arn, Attributes }));
}

async function read(arn: string, context: Context): Promise<Properties | undefined> {
  const elbv2 = await context.clients.elbv2();
  const group = await unless(["TargetGroupNotFoundException"], async () => {
    const command = new DescribeTargetGroupsCommand({ TargetGroupArns: [arn] });
    return (await elbv2.send(command)).TargetGroups?.[0];
  });
  if (!group) return undefined;
  const { Attributes = [] } = await elbv2.send(
    new DescribeTargetGroupAttributesCommand({ TargetGroupArn: arn }),
  );
  const set = Object.fromEntries(Attributes.map(({ Key, Value }) => [Key ?? "", Value ?? ""]));
  return withoutNulls({
    arn,
    arnSuffix: arn.slice(arn.indexOf(":targetgroup/") + 1),
    name: group.TargetGroupName,
    port: group.Port,
    protocol: group.Protocol,
    protocolVersion: group.ProtocolVersion,
    targetType: group.TargetType,
    vpcId: group.VpcId,
    ipAddressType: group.IpAddressType,
    loadBalancerArns: group.LoadBalancerArns ?? [],
    deregistrationDelay: Number(set["deregistration_delay.timeout_seconds"] ?? 300),
    slowStart: Number(set["slow_start.duration_seconds"] ?? 0),
    loadBalancingAlgorithmType: set["load_balancing.algorithm.type"],
    healthCheck: withoutNulls({
      enabled: group.HealthCheckEnabled,
      healthyThreshold: group.HealthyThresholdCount,
      interval: group.HealthCheckIntervalSeconds,
      matcher: group.Matcher?.HttpCode,
      path: group.HealthCheckPath,
      port: group.HealthCheckPort,
      protocol: group.HealthCheckProtocol,
      timeout: group.HealthCheckTimeoutSeconds,
      unhealthyThreshold: group.UnhealthyThresholdCount,
    }),
    stickiness: {
      type: set["stickiness.type"] ?? "lb_cookie",
      enabled: set["stickiness.enabled"] === "true",
      cookieDuration: Number(set["stickiness.lb_cookie.duration_seconds"] ?? 86_400),
    },
    region: context.region,
    ...tagOutputs(await readTags(arn, context)),
  });
}

export const targetGroup = defineResource({
  token: "aws:lb/targetGroup:TargetGroup",
  inputs: INPUTS,
  defaults: { targetType: "instance" },
  autoname: { property: "name", maxLength: 32 },
  replaceOn: ["name", "port", "protocol", "protocolVersion", "targetType", "vpcId"],
  volatile: ["loadBalancerArns"],
  async create(inputs, context) {
    const elbv2 = await context.clients.elbv2();
    const answer = await elbv2.send(
      new CreateTargetGroupCommand({
        Name: inputs.name,
        Port: inputs.port,
        Protocol: inputs.protocol,
        ProtocolVersion: inputs.protocolVersion,
        TargetType: inputs.targetType,
        VpcId: inputs.vpcId,
        ...healthCheck(inputs),
        ...tagsOnCreate(inputs.tags),
      }),
    );
    const id = answer.TargetGroups?.[0]?.TargetGroupArn ?? "";
    try {
      await setAttributes(id, attributes({}), attributes(inputs), context);
      return { id, outputs: (await read(id, context)) ?? {} };
    } catch (error) {
      throw new SettlingError(id, { arn: id }, error);
    }
  },
  read,
  async update({ id, olds, news }, context) {
    const elbv2 = await context.clients.elbv2();
    if (JSON.stringify(healthCheck(olds)) !== JSON.stringify(healthCheck(news))) {
      await elbv2.send(new ModifyTargetGroupCommand({ TargetGroupArn: id, ...healthCheck(news) }));
    }
    await setAttributes(id, attributes(olds), attributes(news), context);
    await changeTags(id, olds.tags, news.tags, context);
    return (await read(id, context)) ?? {};
  },
  async delete(id, { inputs }, context) {
    const elbv2 = await context.clients.elbv2();
    // A listener or a service that was deleted just before may still hold it.
    await eventually(`target group ${inputs.name} is no longer used`, context, () =>
      unless(["ResourceInUseException"], async () => {
        await elbv2.send(new DeleteTargetGroupCommand({ TargetGroupArn: id }));
        return true;
      }),
    );
  },
});
