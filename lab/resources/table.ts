/** The table of all resource types and invokes that the lab knows, each loaded when first used. */
import { usageError } from "../../base/errors.ts";
import type { Invoke, ResourceTable, ResourceType } from "./types.ts";

const RESOURCES: Readonly<Record<string, () => Promise<ResourceType>>> = {
  "aws:appautoscaling/policy:Policy": async () => (await import("./autoscaling/policy.ts")).policy,
  "aws:appautoscaling/target:Target": async () => (await import("./autoscaling/target.ts")).target,
  "aws:cloudwatch/compositeAlarm:CompositeAlarm": async () =>
    (await import("./cloudwatch/compositeAlarm.ts")).compositeAlarm,
  "aws:cloudwatch/eventRule:EventRule": async () =>
    (await import("./events/eventRule.ts")).eventRule,
  "aws:cloudwatch/eventTarget:EventTarget": async () =>
    (await import("./events/eventTarget.ts")).eventTarget,
  "aws:cloudwatch/logGroup:LogGroup": async () => (await import("./logs/logGroup.ts")).logGroup,
  "aws:cloudwatch/metricAlarm:MetricAlarm": async () =>
    (await import("./cloudwatch/metricAlarm.ts")).metricAlarm,
  "aws:dynamodb/table:Table": async () => (await import("./dynamodb/table.ts")).table,
  "aws:ec2/securityGroup:SecurityGroup": async () =>
    (await import("./ec2/securityGroup.ts")).securityGroup,
  "aws:ecs/cluster:Cluster": async () => (await import("./ecs/cluster.ts")).cluster,
  "aws:ecs/service:Service": async () => (await import("./ecs/service.ts")).service,
  "aws:ecs/taskDefinition:TaskDefinition": async () =>
    (await import("./ecs/taskDefinition.ts")).taskDefinition,
  "aws:iam/role:Role": async () => (await import("./iam/role.ts")).role,
  "aws:iam/rolePolicy:RolePolicy": async () => (await import("./iam/rolePolicy.ts")).rolePolicy,
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": async () =>
    (await import("./iam/rolePolicyAttachment.ts")).rolePolicyAttachment,
  "aws:lambda/function:Function": async () => (await import("./lambda/function.ts")).lambdaFunction,
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": async () =>
    (await import("./lambda/functionEventInvokeConfig.ts")).functionEventInvokeConfig,
  "aws:lambda/permission:Permission": async () =>
    (await import("./lambda/permission.ts")).permission,
  "aws:lb/listener:Listener": async () => (await import("./elbv2/listener.ts")).listener,
  "aws:lb/listenerRule:ListenerRule": async () =>
    (await import("./elbv2/listenerRule.ts")).listenerRule,
  "aws:lb/loadBalancer:LoadBalancer": async () =>
    (await import("./elbv2/loadBalancer.ts")).loadBalancer,
  "aws:lb/targetGroup:TargetGroup": async () =>
    (await import("./elbv2/targetGroup.ts")).targetGroup,
  "aws:scheduler/schedule:Schedule": async () => (await import("./scheduler/schedule.ts")).schedule,
  "aws:sns/topic:Topic": async () => (await import("./sns/topic.ts")).topic,
  "aws:sns/topicPolicy:TopicPolicy": async () => (await import("./sns/topicPolicy.ts")).topicPolicy,
  "aws:sns/topicSubscription:TopicSubscription": async () =>
    (await import("./sns/topicSubscription.ts")).topicSubscription,
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": async () =>
    (await import("./ec2/securityGroupRule.ts")).securityGroupEgressRule,
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": async () =>
    (await import("./ec2/securityGroupRule.ts")).securityGroupIngressRule,
};

const INVOKES: Readonly<Record<string, () => Promise<Invoke>>> = {
  "aws:ec2/getSubnets:getSubnets": async () => (await import("./invokes/network.ts")).getSubnets,
  "aws:ec2/getVpc:getVpc": async () => (await import("./invokes/network.ts")).getVpc,
  "aws:ecs/getService:getService": async () => (await import("./invokes/ecsService.ts")).getService,
  "aws:index/getCallerIdentity:getCallerIdentity": async () =>
    (await import("./invokes/account.ts")).getCallerIdentity,
  "aws:index/getRegion:getRegion": async () => (await import("./invokes/account.ts")).getRegion,
  "aws:lb/getListener:getListener": async () => (await import("./invokes/listener.ts")).getListener,
};

/** Rejects with a usage error that lists what is known. */
export const labResources: ResourceTable = {
  resource: (token) => pick(RESOURCES, token, "resource type"),
  invoke: (token) => pick(INVOKES, token, "function"),
};

export const RESOURCE_TOKENS = Object.keys(RESOURCES);

async function pick<T>(
  known: Readonly<Record<string, () => Promise<T>>>,
  token: string,
  what: string,
): Promise<T> {
  const load = Object.hasOwn(known, token) ? known[token] : undefined;
  if (load) return load();
  throw usageError(
    "unknown-type",
    `The lab does not know the ${what} ${token}; known: ${Object.keys(known).join(", ")}.`,
  );
}
