/** Headers in both directions: what a load balancer adds, and what ends at each hop. */
import type { BalancerSettings } from "./model.ts";
import type { RequestHead } from "./network.ts";

const NOT_FORWARDED = namesByLength([
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
  // Not as they came: the load balancer adds its part.
  "x-forwarded-for",
  "x-amzn-trace-id",
]);

const NOT_RETURNED = namesByLength([
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
    // Few fields have a name of these lengths, and only theirs are put in lower case.
    const special = NOT_FORWARDED[name.length];
    const lower = special === undefined ? undefined : name.toLowerCase();
    if (lower === undefined || !special?.includes(lower)) {
      if (!balancer.dropInvalidHeaders || VALID_NAME.test(name)) out.push(name, value);
    } else if (lower === "x-forwarded-for") forwardedFor.push(value);
    else if (lower === "x-amzn-trace-id") {
      trace = value.includes("Root=") ? `Self=${traceId};${value}` : `${value};${trace}`;
    }
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
    if (NOT_RETURNED[name.length]?.includes(name)) continue;
    if (name === "server" && !serverHeader) continue;
    const value = headers[name];
    if (value !== undefined) out.push(name, value);
  }
  return out;
}

const TRACE_PREFIX = hex(Math.random() * 2 ** 48, 12);
let lastTrace = Math.floor(Math.random() * 0xffff_ffff);
let traceSecond = Number.NaN;
let traceStart = "";

/** `1-<seconds, 8 hex>-<24 hex>`, unique in this process without a random draw per request. */
export function newTraceId(nowMs: number): string {
  const second = Math.floor(nowMs / 1000);
  if (second !== traceSecond) {
    traceSecond = second;
    traceStart = `1-${hex(second, 8)}-${TRACE_PREFIX}`;
  }
  lastTrace = (lastTrace + 1) % 2 ** 48;
  return traceStart + hex(lastTrace, 12);
}

function hex(value: number, digits: number): string {
  return Math.floor(value).toString(16).padStart(digits, "0");
}

/** Names that are looked for by their length first: an array by it, of which most are missing. */
function namesByLength(names: readonly string[]): readonly (readonly string[] | undefined)[] {
  const longest = Math.max(...names.map((name) => name.length));
  return Array.from({ length: longest + 1 }, (_, length) => {
    const same = names.filter((name) => name.length === length);
    return same.length > 0 ? same : undefined;
  });
}

function clientAddress(req: RequestHead, balancer: BalancerSettings): string {
  const address = req.socket.remoteAddress ?? "127.0.0.1";
  return balancer.forwardedForPort ? `${address}:${req.socket.remotePort ?? 0}` : address;
}
