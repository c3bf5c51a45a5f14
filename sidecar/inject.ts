/** Which requests a fault breaks, and how: pure, with the random draw as a parameter. */
import { PROBE_USER_AGENT } from "../guard/watchdog/probe.ts";
import type { Fault, FaultLease, Only } from "./lease.ts";

/** Most faults leave the health checks alone: a bad release usually still passes them. */
const HEALTH_CHECKER = /^ELB-HealthChecker\//;

export function isHealthCheck(userAgent: string | undefined): boolean {
  return userAgent !== undefined && HEALTH_CHECKER.test(userAgent);
}

/** The watchdog names itself so; what it asks is nobody's traffic (see guard/watchdog/probe.ts). */
export function isProbe(userAgent: string | undefined): boolean {
  return userAgent === PROBE_USER_AGENT;
}

export type Effect =
  | { readonly kind: "respond"; readonly status: number; readonly body?: string }
  | { readonly kind: "reset" }
  /** Never answered while the fault acts. */
  | { readonly kind: "swallow" }
  /** Wall milliseconds before the request is passed on. */
  | { readonly kind: "hold"; readonly addedMs: number };

/** What of a request decides whether a fault is about it. */
export interface FaultedRequest {
  readonly userAgent: string | undefined;
  /** With its query, as on the request line. @default "/" */
  readonly url?: string | undefined;
  /** Names in lower case. @default none */
  readonly headers?: Readonly<Record<string, string | string[] | undefined>>;
}

/**
 * The effect on one request, or null when it passes untouched.
 *
 * @param draw uniform in [0, 1)
 */
export function effectOn(
  lease: FaultLease | null,
  request: FaultedRequest,
  nowMs: number,
  draw: number,
): Effect | null {
  if (!lease || isExpired(lease, nowMs)) return null;
  return isHealthCheck(request.userAgent)
    ? effectOnHealthCheck(lease.fault)
    : effectOf(lease.fault, request, draw);
}

/** A lease ends by itself, whatever happened to the runner that wrote it. */
export function isExpired(lease: FaultLease, nowMs: number): boolean {
  return nowMs >= Date.parse(lease.expiresAt);
}

function effectOnHealthCheck(fault: Fault): Effect | null {
  if (fault.kind === "readiness") return { kind: "respond", status: fault.status };
  if (fault.kind === "black-hole") return { kind: "swallow" };
  if (fault.kind === "latency" && fault.healthChecks) {
    return { kind: "hold", addedMs: fault.addedMs };
  }
  return null;
}

function effectOf(fault: Fault, request: FaultedRequest, draw: number): Effect | null {
  switch (fault.kind) {
    case "errors":
      return draw < fault.share && isAbout(fault.only, request)
        ? { kind: "respond", status: fault.status }
        : null;
    case "latency":
      return draw < fault.share ? { kind: "hold", addedMs: fault.addedMs } : null;
    case "content":
      return draw < fault.share ? { kind: "respond", status: 200, body: fault.body } : null;
    case "resets":
      return draw < fault.share ? { kind: "reset" } : null;
    case "black-hole":
      return { kind: "swallow" };
    // A crash ends the process, and with it whatever is under way; until then nothing is changed.
    default:
      return null;
  }
}

function isAbout(only: Only | undefined, { url = "/", headers = {} }: FaultedRequest): boolean {
  const { pathPrefix, header } = only ?? {};
  if (pathPrefix !== undefined && !(url.split("?")[0] ?? "").startsWith(pathPrefix)) return false;
  return header === undefined || headers[header.name] === header.value;
}
