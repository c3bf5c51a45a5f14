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
  loadBalancingAnomalyMitigation: text,
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
  stickiness: object({
    type: required(text),
    enabled: boolean,
    cookieDuration: number,
    cookieName: text,
  }),
  targetGroupHealth: object({
    dnsFailover: object({
      minimumHealthyTargetsCount: text,
      minimumHealthyTargetsPercentage: text,
    }),
    unhealthyStateRouting: object({
      minimumHealthyTargetsCount: number,
      minimumHealthyTargetsPercentage: text,
    }),
  }),
  tags: map(text),
} as const;
type Inputs = InputsOf<typeof INPUTS>;

const DNS_FAILOVER = "target_group_health.dns_failover.minimum_healthy_targets";
const ROUTING = "target_group_health.unhealthy_state_routing.minimum_healthy_targets";

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
  const { stickiness, targetGroupHealth: health } = inputs;
  const application = stickiness?.type === "app_cookie";
  const duration = String(stickiness?.cookieDuration ?? 86_400);
  const dns = health?.dnsFailover;
  const routing = health?.unhealthyStateRouting;
  return {
    "deregistration_delay.timeout_seconds": String(inputs.deregistrationDelay ?? 300),
    "slow_start.duration_seconds": String(inputs.slowStart ?? 0),
    "load_balancing.algorithm.type": inputs.loadBalancingAlgorithmType ?? "round_robin",
    "load_balancing.algorithm.anomaly_mitigation": inputs.loadBalancingAnomalyMitigation ?? "off",
    "stickiness.enabled": String(stickiness ? (stickiness.enabled ?? true) : false),
    "stickiness.type": stickiness?.type ?? "lb_cookie",
    "stickiness.lb_cookie.duration_seconds": application ? "86400" : duration,
    "stickiness.app_cookie.duration_seconds": application ? duration : "86400",
    "stickiness.app_cookie.cookie_name": (application && stickiness.cookieName) || "",
    [`${DNS_FAILOVER}.count`]: dns?.minimumHealthyTargetsCount ?? "1",
    [`${DNS_FAILOVER}.percentage`]: dns?.minimumHealthyTargetsPercentage ?? "off",
    [`${ROUTING}.count`]: String(routing?.minimumHealthyTargetsCount ?? 1),
    [`${ROUTING}.percentage`]: routing?.minimumHealthyTargetsPercentage ?? "off",
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
    loadBalancingAnomalyMitigation: set["load_balancing.algorithm.anomaly_mitigation"],
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
    stickiness: stickinessOf(set),
    targetGroupHealth: {
      dnsFailover: {
        minimumHealthyTargetsCount: set[`${DNS_FAILOVER}.count`] ?? "1",
        minimumHealthyTargetsPercentage: set[`${DNS_FAILOVER}.percentage`] ?? "off",
      },
      unhealthyStateRouting: {
        minimumHealthyTargetsCount: Number(set[`${ROUTING}.count`] ?? 1),
        minimumHealthyTargetsPercentage: set[`${ROUTING}.percentage`] ?? "off",
      },
    },
    region: context.region,
    ...tagOutputs(await readTags(arn, context)),
  });
}

function stickinessOf(set: Readonly<Record<string, string>>): Properties {
  const type = set["stickiness.type"] ?? "lb_cookie";
  return {
    type,
    enabled: set["stickiness.enabled"] === "true",
    cookieDuration: Number(set[`stickiness.${type}.duration_seconds`] ?? 86_400),
    cookieName: set["stickiness.app_cookie.cookie_name"] ?? "",
  };
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
