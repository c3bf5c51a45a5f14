/** The attributes of a target group and what of it reaches the data plane. */
import { Algorithm, type GroupSettings, type TargetStickiness } from "../dataplane/model.ts";
import { AwsError } from "../service.ts";
import { groupDimension } from "./arns.ts";
import { BOOLEAN, type AttributeRule } from "./attributes.ts";
import type { TargetGroupRecord } from "./store.ts";

const HEALTH = "target_group_health";
const PERCENT = /^(off|[1-9]\d?|100)$/;

export const TARGET_GROUP_ATTRIBUTES: readonly AttributeRule[] = [
  {
    key: "deregistration_delay.timeout_seconds",
    initial: "300",
    allowed: { low: 0, high: 3600 },
  },
  { key: "stickiness.enabled", initial: "false", allowed: BOOLEAN },
  { key: "stickiness.type", initial: "lb_cookie", allowed: ["lb_cookie", "app_cookie"] },
  {
    key: "stickiness.lb_cookie.duration_seconds",
    initial: "86400",
    allowed: { low: 1, high: 604_800 },
  },
  { key: "stickiness.app_cookie.cookie_name", initial: "", allowed: /^(?!AWSALB).*$/ },
  {
    key: "stickiness.app_cookie.duration_seconds",
    initial: "86400",
    allowed: { low: 1, high: 604_800 },
  },
  {
    key: "slow_start.duration_seconds",
    initial: "0",
    allowed: /^(0|[3-9]\d|[1-8]\d\d|900)$/,
  },
  {
    key: "load_balancing.algorithm.type",
    initial: Algorithm.RoundRobin,
    allowed: Object.values(Algorithm),
  },
  {
    key: "load_balancing.algorithm.anomaly_mitigation",
    initial: "off",
    allowed: ["on", "off"],
  },
  {
    key: "load_balancing.cross_zone.enabled",
    initial: "use_load_balancer_configuration",
    allowed: ["true", "false", "use_load_balancer_configuration"],
    supported: ["true", "use_load_balancer_configuration"],
  },
  {
    key: `${HEALTH}.unhealthy_state_routing.minimum_healthy_targets.count`,
    initial: "1",
    allowed: /^[1-9]\d*$/,
  },
  {
    key: `${HEALTH}.unhealthy_state_routing.minimum_healthy_targets.percentage`,
    initial: "off",
    allowed: PERCENT,
  },
  // The lab has one zone and no DNS to fail over by.
  {
    key: `${HEALTH}.dns_failover.minimum_healthy_targets.count`,
    initial: "1",
    allowed: /^(off|[1-9]\d*)$/,
  },
  {
    key: `${HEALTH}.dns_failover.minimum_healthy_targets.percentage`,
    initial: "off",
    allowed: PERCENT,
  },
];

/**
 * What single attributes allow and their combination does not.
 * @throws AwsError InvalidConfigurationRequestException
 */
export function requireCompatible(attributes: ReadonlyMap<string, string>): void {
  const algorithm = attributes.get("load_balancing.algorithm.type");
  const random = algorithm === Algorithm.WeightedRandom;
  const sticky = attributes.get("stickiness.enabled") === "true";
  if (attributes.get("slow_start.duration_seconds") !== "0") {
    if (random)
      throw incompatible("both slow start and weighted random algorithm on a target group");
    if (algorithm === Algorithm.LeastOutstandingRequests) {
      throw incompatible(
        "both slow start and least outstanding requests algorithm on a target group",
      );
    }
  }
  if (attributes.get("load_balancing.algorithm.anomaly_mitigation") === "on" && !random) {
    throw incompatible(
      "anomaly mitigation without the weighted random algorithm on a target group",
    );
  }
  if (sticky && random) {
    throw new AwsError(
      "InvalidConfigurationRequestException",
      "You cannot have both stickiness and weighted random algorithm enabled on the same target group",
    );
  }
  if (sticky && attributes.get("stickiness.type") === "app_cookie") {
    if (!attributes.get("stickiness.app_cookie.cookie_name")) {
      throw new AwsError(
        "InvalidConfigurationRequestException",
        "An application cookie name must be specified when the stickiness type is 'app_cookie'",
      );
    }
  }
}

function incompatible(what: string): AwsError {
  return new AwsError("InvalidConfigurationRequestException", `You cannot enable ${what}`);
}

export function groupSettings(record: TargetGroupRecord): GroupSettings {
  const value = (key: string): string => record.attributes.get(key) ?? "";
  const { healthCheck } = record;
  const minimum = `${HEALTH}.unhealthy_state_routing.minimum_healthy_targets`;
  const percent = value(`${minimum}.percentage`);
  return {
    arn: record.arn,
    dimension: groupDimension(record.arn),
    healthCheck: {
      port: healthCheck.port === "traffic-port" ? "traffic-port" : Number(healthCheck.port),
      path: healthCheck.path,
      intervalMs: healthCheck.intervalSeconds * 1000,
      timeoutMs: healthCheck.timeoutSeconds * 1000,
      healthyThreshold: healthCheck.healthyThreshold,
      unhealthyThreshold: healthCheck.unhealthyThreshold,
      matcher: healthCheck.matcher,
    },
    deregistrationDelayMs: Number(value("deregistration_delay.timeout_seconds")) * 1000,
    algorithm: algorithmOf(value("load_balancing.algorithm.type")),
    slowStartMs: Number(value("slow_start.duration_seconds")) * 1000,
    anomalyMitigation: value("load_balancing.algorithm.anomaly_mitigation") === "on",
    stickiness: stickinessOf(value),
    minimumHealthyCount: Number(value(`${minimum}.count`)),
    minimumHealthyPercent: percent === "off" ? 0 : Number(percent),
  };
}

function algorithmOf(value: string): Algorithm {
  return Object.values(Algorithm).find((known) => known === value) ?? Algorithm.RoundRobin;
}

function stickinessOf(value: (key: string) => string): TargetStickiness | undefined {
  if (value("stickiness.enabled") !== "true") return undefined;
  const kind = value("stickiness.type") === "app_cookie" ? "app_cookie" : "lb_cookie";
  const durationMs = Number(value(`stickiness.${kind}.duration_seconds`)) * 1000;
  if (kind === "lb_cookie") return { kind, durationMs };
  return { kind, durationMs, cookieName: value("stickiness.app_cookie.cookie_name") };
}
