/** Headers in both directions: what a load balancer adds, and what ends at each hop. */
import type { BalancerSettings } from "./model.ts";
import type { RequestHead } from "./network.ts";

const NOT_FORWARDED = new Set([
  "connection",
  "expect",
  "http2-settings",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "x-forwarded-port",
  "x-forwarded-proto",
]);

const NOT_RETURNED = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "trailer",
  "transfer-encoding",
]);

const VALID_NAME = /^[-A-Za-z0-9]+$/;

/** The name and value list that goes to the target. */
export function requestHeaders(
  req: RequestHead,
  balancer: BalancerSettings,
  listenerPort: number,
  traceId: string,
): string[] {
  const raw = req.rawHeaders;
  const out: string[] = [];
  const forwardedFor: string[] = [];
  let trace = `Root=${traceId}`;
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] ?? "";
    const value = raw[i + 1] ?? "";
    const lower = name.toLowerCase();
    if (NOT_FORWARDED.has(lower)) continue;
    if (lower === "x-forwarded-for") forwardedFor.push(value);
    else if (lower === "x-amzn-trace-id")
      trace = value.includes("Root=") ? `Self=${traceId};${value}` : `${value};${trace}`;
    else if (!balancer.dropInvalidHeaders || VALID_NAME.test(name)) out.push(name, value);
  }
  if (balancer.forwardedFor === "append") forwardedFor.push(clientAddress(req, balancer));
  if (balancer.forwardedFor !== "remove" && forwardedFor.length > 0) {
    out.push("X-Forwarded-For", forwardedFor.join(", "));
  }
  out.push("X-Forwarded-Proto", "http", "X-Forwarded-Port", String(listenerPort));
  out.push("X-Amzn-Trace-Id", trace);
  return out;
}

/** The target's headers for the client. */
export function responseHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  serverHeader: boolean,
): (string | string[])[] {
  const out: (string | string[])[] = [];
  for (const name in headers) {
    if (NOT_RETURNED.has(name) || (name === "server" && !serverHeader)) continue;
    const value = headers[name];
    if (value !== undefined) out.push(name, value);
  }
  return out;
}

let lastTrace = Math.floor(Math.random() * 0xffff_ffff);
const TRACE_PREFIX = Math.floor(Math.random() * 2 ** 48)
  .toString(16)
  .padStart(12, "0");

/** `1-<seconds, 8 hex>-<24 hex>`, unique in this process without a random draw per request. */
export function newTraceId(nowMs: number): string {
  lastTrace = (lastTrace + 1) % 2 ** 48;
  const seconds = Math.floor(nowMs / 1000)
    .toString(16)
    .padStart(8, "0");
  return `1-${seconds}-${TRACE_PREFIX}${lastTrace.toString(16).padStart(12, "0")}`;
}

function clientAddress(req: RequestHead, balancer: BalancerSettings): string {
  const address = req.socket.remoteAddress ?? "127.0.0.1";
  return balancer.forwardedForPort ? `${address}:${req.socket.remotePort ?? 0}` : address;
}
