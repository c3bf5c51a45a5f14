/** One request at a target: sends it, streams the response back, and accounts for it once. */
import { PassThrough } from "node:stream";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Dispatcher } from "undici";
import type { Balancer } from "./balancer.ts";
import type { Group } from "./group.ts";
import type { ListenerSettings } from "./model.ts";
import type { Target } from "./target.ts";
import { failureOf } from "./failure.ts";
import { newTraceId, requestHeaders, responseHeaders } from "./headers.ts";
import { addResponseTime } from "./minutes.ts";
import { errorResponse, send } from "./respond.ts";

const SMALL_BYTES = 16 * 1024;

export interface ExchangeContext {
  readonly balancer: Balancer;
  readonly listener: ListenerSettings;
  readonly group: Group;
  readonly target: Target;
  /** Set-Cookie values to add; undefined without stickiness. */
  readonly cookies: readonly string[] | undefined;
  readonly nowMs: number;
}

export function forward(req: IncomingMessage, res: ServerResponse, context: ExchangeContext): void {
  const { balancer, listener, target } = context;
  const handler = new Exchange(req, res, context);
  res.on("close", handler.onClientClose);
  target.outstanding += 1;
  target.pool.dispatch(
    {
      path: pathOf(req.url ?? "/"),
      method: req.method ?? "GET",
      headers: requestHeaders(req, balancer.settings, listener.port, newTraceId(context.nowMs)),
      body: hasBody(req) ? bodyOf(req) : null,
      headersTimeout: balancer.settings.idleTimeoutMs,
      bodyTimeout: balancer.settings.idleTimeoutMs,
    },
    handler,
  );
}

class Exchange implements Dispatcher.DispatchHandler {
  readonly #req: IncomingMessage;
  readonly #res: ServerResponse;
  readonly #context: ExchangeContext;
  #controller: Dispatcher.DispatchController | undefined;
  #settled = false;
  #clientGone = false;
  #status = 0;
  #sentAt = performance.now();
  #responseMs = 0;
  /** Body bytes still to come; NaN when the target did not say. */
  #missing = Number.NaN;

  constructor(req: IncomingMessage, res: ServerResponse, context: ExchangeContext) {
    this.#req = req;
    this.#res = res;
    this.#context = context;
  }

  readonly onClientClose = (): void => {
    if (this.#settled) return;
    this.#clientGone = true;
    const gone = new Error("The client closed the connection");
    if (this.#controller) this.#controller.abort(gone);
    // Otherwise the request still waits for a connection and is dropped when it gets one.
  };

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#clientGone) controller.abort(new Error("The client closed the connection"));
  }

  onRequestSent(): void {
    this.#sentAt = performance.now();
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
    message?: string,
  ): void {
    if (status < 200) return;
    this.#status = status;
    this.#responseMs = performance.now() - this.#sentAt;
    const { cookies, listener } = this.#context;
    if (cookies) headers["set-cookie"] = [headers["set-cookie"] ?? [], cookies].flat(2);
    if (headers["content-length"] !== undefined) this.#missing = Number(headers["content-length"]);
    this.#res.writeHead(status, message, responseHeaders(headers, listener.serverHeader));
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#missing -= chunk.length;
    if (this.#missing === 0) {
      // A small response leaves with its headers as one string, which Node writes faster than two
      // buffers; latin1 maps bytes to characters one to one.
      if (chunk.length <= SMALL_BYTES) this.#res.end(chunk.toString("latin1"), "latin1");
      else this.#res.end(chunk);
    } else if (!this.#res.write(chunk)) {
      controller.pause();
      this.#res.once("drain", () => controller.resume());
    }
  }

  onResponseEnd(): void {
    this.#settle();
    if (!this.#res.writableEnded) this.#res.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#settled) return;
    const { balancer, group, listener } = this.#context;
    if (this.#res.headersSent || this.#clientGone) {
      this.#settle();
      // A response that broke off cannot be repaired: the client sees the connection end.
      this.#res.destroy();
      if (this.#status === 0) balancer.book.own(460);
      return;
    }
    const failure = failureOf(error);
    this.#settle();
    if (failure.connection) balancer.book.group(group.settings.dimension).connectionErrors += 1;
    balancer.book.own(failure.status);
    send(this.#res, errorResponse(failure.status), listener.serverHeader);
  }

  /** Once per request, when its response is complete or will never be. */
  #settle(): void {
    this.#settled = true;
    if (!this.#req.complete) {
      // What the target did not take is read and thrown away, or the connection could not go on.
      this.#req.unpipe();
      this.#req.resume();
    }
    const { balancer, group, target } = this.#context;
    target.outstanding -= 1;
    const minute = balancer.book.group(group.settings.dimension);
    minute.requests += 1;
    if (this.#status === 0) return;
    const digit = Math.floor(this.#status / 100);
    minute.codes[digit] = (minute.codes[digit] ?? 0) + 1;
    addResponseTime(minute.responseTimes, this.#responseMs);
  }
}

function hasBody(req: IncomingMessage): boolean {
  const length = req.headers["content-length"];
  return req.headers["transfer-encoding"] !== undefined || (length !== undefined && length !== "0");
}

/** Not `req` itself: undici destroys a body on errors, and the client's connection with it. */
function bodyOf(req: IncomingMessage): PassThrough {
  return req.pipe(new PassThrough());
}

/** Proxies' absolute form (`GET http://host/path`) comes down to the path. */
function pathOf(url: string): string {
  return url.startsWith("/") ? url : url.replace(/^https?:\/\/[^/?]*/i, "").replace(/^(?!\/)/, "/");
}
