/** Which requests a fault breaks, and how: pure, with the random draw as a parameter. */
import type { Fault, FaultLease } from "./lease.ts";

/** The load balancer's health checks are left alone: a bad release usually still passes them. */
const HEALTH_CHECKER = /^ELB-HealthChecker\//;

export function isHealthCheck(userAgent: string | undefined): boolean {
  return userAgent !== undefined && HEALTH_CHECKER.test(userAgent);
}

export type Effect =
  | { readonly kind: "respond"; readonly status: number; readonly body?: string }
  | { readonly kind: "reset" }
  /** Wall milliseconds before the request is passed on. */
  | { readonly kind: "hold"; readonly addedMs: number };

/**
 * The effect on one request, or null when it passes untouched.
 *
 * @param draw uniform in [0, 1)
 */
export function effectOn(
  lease: FaultLease | null,
  request: { readonly userAgent: string | undefined },
  nowMs: number,
  draw: number,
): Effect | null {
  if (!lease || isExpired(lease, nowMs)) return null;
  if (isHealthCheck(request.userAgent)) return null;
  return effectOf(lease.fault, draw);
}

/** A lease ends by itself, whatever happened to the runner that wrote it. */
export function isExpired(lease: FaultLease, nowMs: number): boolean {
  return nowMs >= Date.parse(lease.expiresAt);
}

function effectOf(fault: Fault, draw: number): Effect | null {
  // A crash ends the process, and with it whatever is under way; until then nothing is changed.
  if (fault.kind === "crash" || draw >= fault.share) return null;
  if (fault.kind === "errors") return { kind: "respond", status: fault.status };
  if (fault.kind === "latency") return { kind: "hold", addedMs: fault.addedMs };
  if (fault.kind === "content") return { kind: "respond", status: 200, body: fault.body };
  return { kind: "reset" };
}
