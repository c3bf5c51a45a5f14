/** The attributes of an Application Load Balancer and what of them reaches the data plane. */
import type { BalancerSettings } from "../dataplane/model.ts";
import { BOOLEAN, type AttributeRule } from "./attributes.ts";
import { balancerDimension } from "./arns.ts";
import type { LoadBalancerRecord } from "./store.ts";

const OFF = ["false"];
const TEXT = /^.*$/;
/** Log delivery to S3 is not there: the bucket can only be empty. */
const EMPTY = /^$/;

export const LOAD_BALANCER_ATTRIBUTES: readonly AttributeRule[] = [
  { key: "deletion_protection.enabled", initial: "false", allowed: BOOLEAN },
  { key: "access_logs.s3.enabled", initial: "false", allowed: BOOLEAN, supported: OFF },
  { key: "access_logs.s3.bucket", initial: "", allowed: TEXT, supported: EMPTY },
  { key: "access_logs.s3.prefix", initial: "", allowed: TEXT, supported: EMPTY },
  { key: "connection_logs.s3.enabled", initial: "false", allowed: BOOLEAN, supported: OFF },
  { key: "connection_logs.s3.bucket", initial: "", allowed: TEXT, supported: EMPTY },
  { key: "connection_logs.s3.prefix", initial: "", allowed: TEXT, supported: EMPTY },
  { key: "health_check_logs.s3.enabled", initial: "false", allowed: BOOLEAN, supported: OFF },
  { key: "health_check_logs.s3.bucket", initial: "", allowed: TEXT, supported: EMPTY },
  { key: "health_check_logs.s3.prefix", initial: "", allowed: TEXT, supported: EMPTY },
  { key: "idle_timeout.timeout_seconds", initial: "60", allowed: { low: 1, high: 4000 } },
  {
    key: "client_keep_alive.seconds",
    initial: "3600",
    allowed: { low: 60, high: 604_800 },
    supported: ["3600"],
  },
  { key: "load_balancing.cross_zone.enabled", initial: "true", allowed: ["true"] },
  // HTTP/2 needs TLS, which HTTP listeners lack: either value is as good.
  { key: "routing.http2.enabled", initial: "true", allowed: BOOLEAN },
  {
    key: "routing.http.desync_mitigation_mode",
    initial: "defensive",
    allowed: ["monitor", "defensive", "strictest"],
    supported: ["defensive"],
  },
  { key: "routing.http.drop_invalid_header_fields.enabled", initial: "false", allowed: BOOLEAN },
  {
    key: "routing.http.preserve_host_header.enabled",
    initial: "false",
    allowed: BOOLEAN,
  },
  {
    key: "routing.http.x_amzn_tls_version_and_cipher_suite.enabled",
    initial: "false",
    allowed: BOOLEAN,
  },
  { key: "routing.http.xff_client_port.enabled", initial: "false", allowed: BOOLEAN },
  {
    key: "routing.http.xff_header_processing.mode",
    initial: "append",
    allowed: ["append", "preserve", "remove"],
  },
  { key: "waf.fail_open.enabled", initial: "false", allowed: BOOLEAN },
  { key: "zonal_shift.config.enabled", initial: "false", allowed: BOOLEAN, supported: OFF },
  { key: "ipv6.deny_all_igw_traffic", initial: "false", allowed: BOOLEAN },
];

export function balancerSettings(record: LoadBalancerRecord): BalancerSettings {
  const value = (key: string): string => record.attributes.get(key) ?? "";
  const mode = value("routing.http.xff_header_processing.mode");
  return {
    arn: record.arn,
    dimension: balancerDimension(record.arn),
    idleTimeoutMs: Number(value("idle_timeout.timeout_seconds")) * 1000,
    forwardedFor: mode === "preserve" || mode === "remove" ? mode : "append",
    forwardedForPort: value("routing.http.xff_client_port.enabled") === "true",
    dropInvalidHeaders: value("routing.http.drop_invalid_header_fields.enabled") === "true",
  };
}
