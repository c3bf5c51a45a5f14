/** The HTTP front of the control plane: loopback only, by Host too, and the lab's own routes. */
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { environmentError, messageOf } from "../base/errors.ts";
import type { LabCore, LabService } from "./service.ts";
import { dispatch } from "./wire/dispatch.ts";
import type { Authority, DispatchOptions, Interference } from "./wire/dispatch.ts";
import { BODY_LIMIT_BYTES, bodyOf, headOf } from "./wire/request.ts";
import type { WireHead, WireResponse } from "./wire/request.ts";

/** An answer of the lab's own routes, sent as JSON. */
export interface ExtraAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** What a request may take; the times are wall milliseconds. */
export interface RequestLimits {
  readonly bodyBytes: number;
  /** A header, and a whole request, may not dribble in for longer. */
  readonly headersMs: number;
  readonly requestMs: number;
}

export interface ControlPlaneOptions {
  readonly core: Pick<LabCore, "log">;
  readonly services: readonly LabService[];
  readonly iam: Authority;
  /** Faults of AWS itself. @default none */
  readonly interference?: Interference;
  /** @default 72 MiB, 10 s and 60 s */
  readonly limits?: RequestLimits;
  /**
   * Answers `/_lab/...` without credentials. `path` has its query string; `body` is parsed JSON,
   * undefined when empty. Returning undefined answers 404.
   */
  extra?(method: string, path: string, body: unknown): Promise<ExtraAnswer> | undefined;
}

export interface ControlPlane {
  /** Binds 127.0.0.1; port 0 takes a free one. A taken port throws `port-taken`. */
  listen(port: number): Promise<{ readonly port: number }>;
  /** Lets running requests finish (at most one second), then closes every connection. */
  close(): Promise<void>;
}

const HOST = "127.0.0.1";
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;
const LIMITS: RequestLimits = {
  bodyBytes: BODY_LIMIT_BYTES,
  headersMs: 10_000,
  requestMs: 60_000,
};
/** Wall milliseconds between two looks for requests that take too long; Node's own is 30 s. */
const LIMIT_CHECK_MS = 1000;
/** Longer than any client keeps an idle connection, so that none writes into a closing one. */
const KEEP_ALIVE_MS = 75_000;
const CLOSE_GRACE_MS = 1000;

export function createControlPlane(options: ControlPlaneOptions): ControlPlane {
  const dispatching: DispatchOptions = {
    services: new Map(options.services.map((service) => [service.name, service])),
    iam: options.iam,
    interference: options.interference,
    log: (line) => options.core.log(line),
  };
  const limits = options.limits ?? LIMITS;
  const server = createServer(
    {
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      connectionsCheckingInterval: Math.min(LIMIT_CHECK_MS, limits.headersMs),
      keepAliveTimeout: KEEP_ALIVE_MS,
    },
    (message, response) => {
      const requestId = randomUUID();
      answer(message, requestId, options, dispatching)
        .then((wire) => {
          if (wire) send(response, wire, requestId);
          else response.destroy();
          // What is left of a refused body: the connection's next request comes behind it.
          return message.resume();
        })
        .catch((error: unknown) => {
          options.core.log(`defect in the control plane: ${messageOf(error)}`);
          // What was to be said may be what cannot be sent: a header with a line end in it.
          send(response, plain(500, `The lab failed: ${messageOf(error)}\n`), requestId);
        });
    },
  );
  return { listen: (port) => listen(server, port), close: () => close(server) };
}

async function answer(
  message: IncomingMessage,
  requestId: string,
  options: ControlPlaneOptions,
  dispatching: DispatchOptions,
): Promise<WireResponse | undefined> {
  const head = headOf(message);
  const refusal = refuse(head);
  if (refusal) return refusal;
  const read = (): Promise<Uint8Array> =>
    bodyOf(message, head, (options.limits ?? LIMITS).bodyBytes);
  if (head.path.startsWith("/_lab/")) return ownRoute(message, head, read, options);
  if (isGreeting(head)) {
    return plain(
      200,
      "Backout's lab: an embedded AWS on loopback, the endpoint of its services.\n",
    );
  }
  return dispatch(head, read, requestId, dispatching);
}

/** A person or a health check; S3's ListBuckets is the same request, signed. */
function isGreeting(head: WireHead): boolean {
  if (head.method !== "GET" && head.method !== "HEAD") return false;
  const unsigned = head.headers["authorization"] === undefined;
  return head.path === "/" && head.query.size === 0 && unsigned;
}

/** A page in a browser may reach loopback under a name of its own, or post to it blindly. */
function refuse(head: WireHead): WireResponse | undefined {
  const host = head.headers["host"] ?? "";
  if (!LOOPBACK.test(host)) {
    return plain(
      403,
      `Host ${JSON.stringify(host)} is not loopback: refused, as it may be DNS rebinding. ` +
        `Use http://${HOST}:PORT.\n`,
    );
  }
  const origin = head.headers["origin"];
  if (origin !== undefined && !LOOPBACK.test(origin.replace(/^https?:\/\//, ""))) {
    return plain(403, `Origin ${JSON.stringify(origin)} is not loopback: refused.\n`);
  }
  return undefined;
}

async function ownRoute(
  message: IncomingMessage,
  head: WireHead,
  read: () => Promise<Uint8Array>,
  options: ControlPlaneOptions,
): Promise<WireResponse> {
  let body: unknown;
  try {
    const text = new TextDecoder().decode(await read());
    body = text === "" ? undefined : JSON.parse(text);
  } catch (error) {
    return json(400, { error: `The body cannot be used: ${messageOf(error)}` });
  }
  const extra = await options.extra?.(head.method, message.url ?? head.path, body);
  if (!extra) return json(404, { error: `The lab has no route ${head.method} ${head.path}` });
  return json(extra.status, extra.body);
}

function plain(status: number, text: string): WireResponse {
  return { status, headers: { "content-type": "text/plain; charset=utf-8" }, body: text };
}

function json(status: number, body: unknown): WireResponse {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

function send(response: ServerResponse, wire: WireResponse, requestId: string): void {
  const body = Buffer.from(wire.body);
  response.writeHead(wire.status, {
    ...wire.headers,
    "content-length": body.length,
    "x-amzn-requestid": requestId,
  });
  response.end(body);
}

async function listen(server: Server, port: number): Promise<{ readonly port: number }> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(listenError(error, port)));
    server.listen(port, HOST, resolve);
  });
  const address = server.address();
  return { port: typeof address === "object" && address ? address.port : port };
}

function listenError(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code !== "EADDRINUSE") return error;
  return environmentError(
    "port-taken",
    `Port ${port} on ${HOST} is taken by another program`,
    `Stop that program, or choose another port: --port ${port + 1}, or --port 0 for a free one.`,
    error,
  );
}

async function close(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeIdleConnections();
  const cutOff = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
  await closed;
  clearTimeout(cutOff);
}
