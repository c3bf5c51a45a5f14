/**
 * What a request's own head says before any rule is tried: whether the load balancer refuses it
 * (ALB guide, troubleshooting), and whether a body follows. One pass over the header fields, and
 * no allocation.
 */
import type { RequestHead } from "./network.ts";

/** Longest request line and single header field (ALB quotas). */
export const MAX_LINE_BYTES = 16 * 1024;
/** More addresses than these in X-Forwarded-For are a 463. */
const MOST_FORWARDERS = 30;

export interface Scan {
  /** The status to answer with; undefined when the request may go on to the rules. */
  readonly refusal: number | undefined;
  readonly hasBody: boolean;
}

const PLAIN: Scan = { refusal: undefined, hasBody: false };
const WITH_BODY: Scan = { refusal: undefined, hasBody: true };
const BAD_REQUEST: Scan = { refusal: 400, hasBody: false };
const BAD_METHOD: Scan = { refusal: 405, hasBody: false };
/** AWS names 400 and 414 for an overlong request line and does not say which comes when. */
const LONG_URL: Scan = { refusal: 414, hasBody: false };
const MANY_FORWARDERS: Scan = { refusal: 463, hasBody: false };
/** AWS takes `identity` too, at which Node's parser stops; nobody sends it. */
const BAD_ENCODING: Scan = { refusal: 501, hasBody: false };

export function scanRequest(req: RequestHead): Scan {
  if (req.method === "TRACE") return BAD_METHOD;
  if ((req.url ?? "").length > MAX_LINE_BYTES) return LONG_URL;
  const raw = req.rawHeaders;
  let hosts = 0;
  let forwarders = 0;
  let hasBody = false;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? "";
    const value = raw[i + 1] ?? "";
    if (value.length > MAX_LINE_BYTES) return BAD_REQUEST;
    // Few fields have a name of these lengths, and only theirs are put in lower case.
    switch (name.length) {
      case "host".length:
        if (name.toLowerCase() === "host") hosts += 1;
        break;
      case "content-length".length:
        if (value !== "0" && name.toLowerCase() === "content-length") hasBody = true;
        break;
      case "x-forwarded-for".length:
        if (name.toLowerCase() === "x-forwarded-for") forwarders += countAddresses(value);
        break;
      case "transfer-encoding".length:
        if (name.toLowerCase() !== "transfer-encoding") break;
        if (value.toLowerCase() !== "chunked") return BAD_ENCODING;
        hasBody = true;
        break;
    }
  }
  if (hosts > 1 || (hosts === 0 && req.httpVersion === "1.1")) return BAD_REQUEST;
  if (forwarders > MOST_FORWARDERS) return MANY_FORWARDERS;
  return hasBody ? WITH_BODY : PLAIN;
}

function countAddresses(value: string): number {
  let count = 1;
  for (let at = value.indexOf(","); at >= 0; at = value.indexOf(",", at + 1)) count += 1;
  return count;
}
