/** The attributes of a target group and what of it reaches the data plane. */
import { Algorithm, type GroupSettings } from "../dataplane/model.ts";
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
  { key: "stickiness.enabled", initial: "false", allowed: BOOLEAN, supported: ["false"] },
  // Without stickiness its type, cookie and duration change nothing.
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
    supported: ["0"],
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
    supported: ["off"],
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
    minimumHealthyCount: Number(value(`${minimum}.count`)),
    minimumHealthyPercent: percent === "off" ? 0 : Number(percent),
  };
}

function algorithmOf(value: string): Algorithm {
  return Object.values(Algorithm).find((known) => known === value) ?? Algorithm.RoundRobin;
}
