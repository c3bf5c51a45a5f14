/** A target group's health check settings: AWS's defaults, ranges and refusals. Pure. */
import type { CreateTargetGroupInput } from "@aws-sdk/client-elastic-load-balancing-v2";
import { AwsError } from "../service.ts";
import type { HealthCheck } from "./store.ts";
import { notImplemented, requireEnum, requireRange, validationError } from "./validation.ts";

export type HealthCheckInput = Pick<
  CreateTargetGroupInput,
  | "HealthCheckProtocol"
  | "HealthCheckPort"
  | "HealthCheckEnabled"
  | "HealthCheckPath"
  | "HealthCheckIntervalSeconds"
  | "HealthCheckTimeoutSeconds"
  | "HealthyThresholdCount"
  | "UnhealthyThresholdCount"
  | "Matcher"
>;

export const DEFAULT_HEALTH_CHECK: HealthCheck = {
  port: "traffic-port",
  path: "/",
  intervalSeconds: 30,
  timeoutSeconds: 5,
  healthyThreshold: 5,
  unhealthyThreshold: 2,
  matcher: "200",
};

export const PROTOCOLS = [
  "HTTP",
  "HTTPS",
  "TCP",
  "TLS",
  "UDP",
  "TCP_UDP",
  "GENEVE",
  "QUIC",
  "TCP_QUIC",
];

/** `base` with the members of `input` that are given. */
export function healthCheckOf(input: HealthCheckInput, base: HealthCheck): HealthCheck {
  const check: HealthCheck = {
    port: input.HealthCheckPort ?? base.port,
    path: input.HealthCheckPath ?? base.path,
    intervalSeconds: input.HealthCheckIntervalSeconds ?? base.intervalSeconds,
    timeoutSeconds: input.HealthCheckTimeoutSeconds ?? base.timeoutSeconds,
    healthyThreshold: input.HealthyThresholdCount ?? base.healthyThreshold,
    unhealthyThreshold: input.UnhealthyThresholdCount ?? base.unhealthyThreshold,
    matcher: input.Matcher?.HttpCode ?? base.matcher,
  };
  requireProtocol(input.HealthCheckProtocol ?? "HTTP");
  if (input.HealthCheckEnabled === false) {
    throw new AwsError(
      "InvalidConfigurationRequestException",
      "Health check enabled must be true for target groups with target type 'ip' or 'instance'",
    );
  }
  if (input.Matcher?.GrpcCode !== undefined) throw notImplemented("the parameter Matcher.GrpcCode");
  if (check.port !== "traffic-port") {
    if (!/^\d+$/.test(check.port)) {
      throw validationError(`Health check port '${check.port}' must be a port or 'traffic-port'`);
    }
    requireRange("healthCheckPort", Number(check.port), 1, 65_535);
  }
  if (!/^\/[!-~]*$/.test(check.path) || check.path.length > 1024) {
    throw validationError(
      `Health check path '${check.path}' must begin with a '/' character and be at most 1024 ` +
        "printable ASCII characters without whitespace",
    );
  }
  requireRange("healthCheckIntervalSeconds", check.intervalSeconds, 5, 300);
  requireRange("healthCheckTimeoutSeconds", check.timeoutSeconds, 2, 120);
  requireRange("healthyThresholdCount", check.healthyThreshold, 2, 10);
  requireRange("unhealthyThresholdCount", check.unhealthyThreshold, 2, 10);
  if (check.intervalSeconds <= check.timeoutSeconds) {
    throw validationError("Health check interval must be greater than the timeout.");
  }
  requireMatcher(check.matcher);
  return check;
}

function requireProtocol(protocol: string): void {
  requireEnum("healthCheckProtocol", protocol, PROTOCOLS);
  if (protocol === "HTTPS") throw notImplemented("health checks over HTTPS");
  if (protocol !== "HTTP") {
    throw new AwsError(
      "InvalidConfigurationRequestException",
      `Health check protocol '${protocol}' is not supported for target groups with the HTTP protocol`,
    );
  }
}

/** `200`, `200,202`, `200-299`; codes from 200 to 499 for Application Load Balancers. */
function requireMatcher(matcher: string): void {
  const form = /^\d{3}(-\d{3})?(,\d{3}(-\d{3})?)*$/.test(matcher);
  const codes = matcher.split(/[-,]/).map(Number);
  if (!form || codes.some((code) => code < 200 || code > 499)) {
    throw validationError(
      `Health check matcher HTTP code '${matcher}' must be within '200-499' inclusive`,
    );
  }
}
