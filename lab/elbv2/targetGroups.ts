/** Target groups: create, describe, change, delete. HTTP, targets by IP address or instance. */
import type {
  CreateTargetGroupInput,
  CreateTargetGroupOutput,
  DeleteTargetGroupInput,
  DeleteTargetGroupOutput,
  DescribeTargetGroupsInput,
  DescribeTargetGroupsOutput,
  ModifyTargetGroupInput,
  ModifyTargetGroupOutput,
  TargetGroup,
  TargetTypeEnum,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { AwsError, type Operation } from "../service.ts";
import { newTargetGroupArn, requireArn } from "./arns.ts";
import { initialAttributes } from "./attributes.ts";
import type { Context } from "./context.ts";
import { DEFAULT_HEALTH_CHECK, healthCheckOf, PROTOCOLS } from "./healthCheck.ts";
import { page } from "./paging.ts";
import type { HealthCheck, Store, TargetGroupRecord } from "./store.ts";
import { checkTags } from "./tags.ts";
import { groupSettings, TARGET_GROUP_ATTRIBUTES } from "./targetGroupAttributes.ts";
import {
  notImplemented,
  refuseMembers,
  requireEnum,
  requireName,
  requireRange,
  validationError,
} from "./validation.ts";

export function targetGroupOperations({ store, plane }: Context): Record<string, Operation> {
  return {
    CreateTargetGroup(input: CreateTargetGroupInput): CreateTargetGroupOutput {
      const wanted = recordOf(input);
      const tags = checkTags(input.Tags);
      const known = [...store.targetGroups.values()].find(({ name }) => name === wanted.name);
      if (known) {
        if (sameSettings(known, wanted)) return { TargetGroups: [describe(store, known)] };
        throw new AwsError(
          "DuplicateTargetGroupNameException",
          `A target group with the same name '${wanted.name}' exists, but with different settings`,
        );
      }
      store.targetGroups.set(wanted.arn, wanted);
      store.tags.set(wanted.arn, tags);
      plane.putGroup(groupSettings(wanted));
      return { TargetGroups: [describe(store, wanted)] };
    },

    DescribeTargetGroups(input: DescribeTargetGroupsInput): DescribeTargetGroupsOutput {
      const { TargetGroupArns: arns = [], Names: names = [], LoadBalancerArn: user } = input;
      const kinds = [arns.length > 0, names.length > 0, user !== undefined].filter(Boolean);
      if (kinds.length > 1) {
        throw validationError(
          "You can specify target group names, target group ARNs or a load balancer ARN, but only " +
            "one of them",
        );
      }
      if (user !== undefined) store.loadBalancer(user);
      for (const arn of arns) store.targetGroup(arn);
      const all = [...store.targetGroups.values()];
      if (names.some((name) => !all.some((record) => record.name === name))) {
        throw new AwsError("TargetGroupNotFoundException", "One or more target groups not found");
      }
      const wanted = all.filter(
        ({ arn, name }) =>
          (arns.length === 0 || arns.includes(arn)) &&
          (names.length === 0 || names.includes(name)) &&
          (user === undefined || store.usersOf(arn).includes(user)),
      );
      const { items, next } = page(wanted, input, ({ arn }) => arn);
      return { TargetGroups: items.map((record) => describe(store, record)), ...next };
    },

    ModifyTargetGroup(input: ModifyTargetGroupInput): ModifyTargetGroupOutput {
      const record = store.targetGroup(input.TargetGroupArn);
      record.healthCheck = healthCheckOf(input, record.healthCheck);
      plane.putGroup(groupSettings(record));
      return { TargetGroups: [describe(store, record)] };
    },

    /** One that is gone already is no error: the API reference lists ResourceInUse alone. */
    async DeleteTargetGroup(input: DeleteTargetGroupInput): Promise<DeleteTargetGroupOutput> {
      const arn = requireArn(input.TargetGroupArn, "target group");
      if (store.usersOf(arn).length > 0) {
        throw new AwsError(
          "ResourceInUseException",
          `Target group '${arn}' is currently in use by a listener or a rule`,
        );
      }
      store.targetGroups.delete(arn);
      store.tags.delete(arn);
      await plane.removeGroup(arn);
      return {};
    },
  };
}

function recordOf(input: CreateTargetGroupInput): TargetGroupRecord {
  const name = requireName("Target group", input.Name);
  const targetType = input.TargetType ?? "instance";
  requireEnum("targetType", targetType, ["instance", "ip", "lambda", "alb"]);
  if (targetType === "lambda" || targetType === "alb") {
    throw notImplemented(`target groups with the target type ${targetType}`);
  }
  if (input.Protocol === undefined) throw validationError("A protocol must be specified");
  requireEnum("protocol", input.Protocol, PROTOCOLS);
  if (input.Protocol !== "HTTP") throw notImplemented(`the protocol ${input.Protocol}`);
  const version = input.ProtocolVersion ?? "HTTP1";
  requireEnum("protocolVersion", version, ["HTTP1", "HTTP2", "GRPC"]);
  if (version !== "HTTP1") throw notImplemented(`the protocol version ${version}`);
  requireEnum("ipAddressType", input.IpAddressType ?? "ipv4", ["ipv4", "ipv6"]);
  if (input.IpAddressType === "ipv6") throw notImplemented("the IP address type ipv6");
  refuseMembers(input, ["TargetControlPort"]);
  if (input.Port === undefined) throw validationError("A port must be specified");
  requireRange("port", input.Port, 1, 65_535);
  if (!input.VpcId) throw validationError("A VPC ID must be specified");
  return {
    arn: newTargetGroupArn(name),
    name,
    protocol: input.Protocol,
    port: input.Port,
    vpcId: input.VpcId,
    targetType,
    healthCheck: healthCheckOf(input, DEFAULT_HEALTH_CHECK),
    attributes: initialAttributes(TARGET_GROUP_ATTRIBUTES),
  };
}

function sameSettings(a: TargetGroupRecord, b: TargetGroupRecord): boolean {
  return (
    a.port === b.port &&
    a.vpcId === b.vpcId &&
    a.targetType === b.targetType &&
    sameCheck(a.healthCheck, b.healthCheck)
  );
}

function sameCheck(a: HealthCheck, b: HealthCheck): boolean {
  return (
    a.port === b.port &&
    a.path === b.path &&
    a.intervalSeconds === b.intervalSeconds &&
    a.timeoutSeconds === b.timeoutSeconds &&
    a.healthyThreshold === b.healthyThreshold &&
    a.unhealthyThreshold === b.unhealthyThreshold &&
    a.matcher === b.matcher
  );
}

function describe(store: Store, record: TargetGroupRecord): TargetGroup {
  const { healthCheck } = record;
  return {
    TargetGroupArn: record.arn,
    TargetGroupName: record.name,
    Protocol: "HTTP",
    Port: record.port,
    VpcId: record.vpcId,
    HealthCheckProtocol: "HTTP",
    HealthCheckPort: healthCheck.port,
    HealthCheckEnabled: true,
    HealthCheckIntervalSeconds: healthCheck.intervalSeconds,
    HealthCheckTimeoutSeconds: healthCheck.timeoutSeconds,
    HealthyThresholdCount: healthCheck.healthyThreshold,
    UnhealthyThresholdCount: healthCheck.unhealthyThreshold,
    HealthCheckPath: healthCheck.path,
    Matcher: { HttpCode: healthCheck.matcher },
    LoadBalancerArns: [...store.usersOf(record.arn)],
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- checked at creation.
    TargetType: record.targetType as TargetTypeEnum,
    ProtocolVersion: "HTTP1",
    IpAddressType: "ipv4",
  };
}
