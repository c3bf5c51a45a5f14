/**
 * Requests and responses as values, for a load balancer whose clients and targets live in its own
 * process: the same rules, choices and metrics, and no socket.
 */
import type { IncomingHttpHeaders } from "node:http";
import type { TargetAddress } from "./model.ts";

export type Body = string | Uint8Array;

export interface InProcessRequest {
  readonly method: string;
  /** The path with its query, as sent: `/cart?id=7`. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body;
}

export interface InProcessResponse {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Body;
}

/** What a target answered. */
export interface TargetResponse extends InProcessResponse {
  /** Milliseconds that count as the target's response time. The clock does not move by them. */
  readonly tookMs: number;
}

/** How targets are reached where there are no sockets. */
export interface TargetNetwork {
  /**
   * Throws or rejects as a connection would: with `code` ECONNREFUSED and `syscall` connect when nobody
   * listens there, with ECONNRESET when the target ends before it has answered.
   */
  request(
    address: TargetAddress,
    request: InProcessRequest,
  ): TargetResponse | Promise<TargetResponse>;
}

/** What rules, cookies and forwarded headers look at in a request; Node's requests have all of it. */
export interface RequestHead {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly httpVersion: string;
  /** Names and values in turn. */
  readonly rawHeaders: readonly string[];
  readonly headers: IncomingHttpHeaders;
  readonly socket: {
    readonly remoteAddress?: string | undefined;
    readonly remotePort?: number | undefined;
  };
}

const CLIENT = { remoteAddress: "127.0.0.1", remotePort: 0 };

/** A request of a client in this process; `host` stands in for a Host header that is missing. */
export function headOf({ method, url, headers }: InProcessRequest, host: string): RequestHead {
  const lower: Record<string, string> = { host };
  for (const [name, value] of Object.entries(headers)) lower[name.toLowerCase()] = value;
  return {
    method,
    url,
    httpVersion: "1.1",
    headers: lower,
    rawHeaders: Object.entries(lower).flat(),
    socket: CLIENT,
  };
}
