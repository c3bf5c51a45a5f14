/**
 * A WebSocket: the upgrade goes to a target, and once that answers 101 both connections become one
 * tunnel. It ends when either side ends it, with the idle timeout, or when its target's
 * deregistration delay is over.
 */
import { request, type IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { accountFor, pathOf, type ExchangeContext } from "./exchange.ts";
import { failureOf } from "./failure.ts";
import { newTraceId, requestHeaders, responseHeaders } from "./headers.ts";
import { errorResponse, headOf, sendRaw } from "./respond.ts";

export interface TunnelContext extends ExchangeContext {
  /** Wall time to connect to the target. */
  readonly connectTimeoutMs: number;
}

/** What Node's and undici's own timeouts are named, so that all failures are told alike. */
const CONNECT_TIMEOUT = "UND_ERR_CONNECT_TIMEOUT";
const RESPONSE_TIMEOUT = "UND_ERR_HEADERS_TIMEOUT";

/** `early` is what the client sent right behind the request's head. */
export function openTunnel(
  req: IncomingMessage,
  client: Socket,
  early: Buffer,
  context: TunnelContext,
): void {
  const { balancer, listener, group, target } = context;
  const { idleTimeoutMs } = balancer.settings;
  const headers = requestHeaders(req, balancer.settings, listener.port, newTraceId(context.nowMs));
  headers.push("Connection", "Upgrade", "Upgrade", req.headers.upgrade ?? "websocket");
  const upstream = request({
    host: target.id,
    port: target.port,
    method: req.method,
    path: pathOf(req.url ?? "/"),
    headers,
    agent: false,
    setHost: false,
  });
  let sentAt = performance.now();
  let settled = false;
  target.outstanding += 1;

  /** Once: `status` is the target's, or 0 when there is none. */
  const settle = (status: number): void => {
    settled = true;
    accountFor(context, status, performance.now() - sentAt);
  };
  const fail = (error: Error): void => {
    if (settled) {
      client.destroy();
      return;
    }
    settle(0);
    const failure = failureOf(error);
    if (failure.connection) balancer.book.group(group.settings.dimension).connectionErrors += 1;
    target.sample.errors += 1;
    balancer.book.own(failure.status);
    sendRaw(client, errorResponse(failure.status), listener.serverHeader);
  };

  upstream.once("socket", (socket) => {
    let timeoutCode = CONNECT_TIMEOUT;
    socket.setTimeout(context.connectTimeoutMs);
    socket.once("connect", () => {
      timeoutCode = RESPONSE_TIMEOUT;
      sentAt = performance.now();
      socket.setTimeout(idleTimeoutMs);
      target.addTunnel(socket);
    });
    socket.once("timeout", () =>
      upstream.destroy(Object.assign(new Error("timeout"), { code: timeoutCode })),
    );
    client.once("close", () => {
      if (!settled) {
        settle(0);
        balancer.book.own(460);
      }
      socket.destroy();
    });
  });
  client.once("end", () => {
    if (!settled) client.destroy();
  });
  upstream.on("error", fail);
  upstream.on("upgrade", (response, socket, late) => {
    settle(101);
    client.write(replyHead(response, context, ["Connection", "upgrade", "Upgrade", "websocket"]));
    // The client's socket sees what goes either way; its idle timeout is the tunnel's.
    socket.setTimeout(0);
    client.setTimeout(idleTimeoutMs, () => client.destroy());
    socket.on("error", () => {});
    if (late.length > 0) client.write(late);
    if (early.length > 0) socket.write(early);
    socket.pipe(client).pipe(socket);
    socket.once("close", () => client.destroy());
  });
  upstream.on("response", (response) => {
    settle(response.statusCode ?? 0);
    client.write(replyHead(response, context, ["Connection", "close"]));
    response.pipe(client);
  });
  upstream.end();
}

function replyHead(
  response: IncomingMessage,
  { cookies, listener }: ExchangeContext,
  more: readonly string[],
): string {
  const fromTarget = response.headers["set-cookie"] ?? [];
  const kept = responseHeaders(
    { ...response.headers, "set-cookie": undefined, upgrade: undefined },
    listener.serverHeader,
  ).map(String);
  for (const cookie of [...fromTarget, ...(cookies?.(fromTarget) ?? [])]) {
    kept.push("set-cookie", cookie);
  }
  return headOf(response.statusCode ?? 0, response.statusMessage ?? "", [...kept, ...more]);
}
