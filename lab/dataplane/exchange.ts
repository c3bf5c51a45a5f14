/** One request at a target: sends it, streams the response back, and accounts for it once. */
import { PassThrough } from "node:stream";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Dispatcher } from "undici";
import type { Balancer } from "./balancer.ts";
import type { Group } from "./group.ts";
import type { ListenerSettings } from "./model.ts";
import type { CookieMaker } from "./stickiness.ts";
import type { Target } from "./target.ts";
import { failureOf } from "./failure.ts";
import { newTraceId, requestHeaders, responseHeaders } from "./headers.ts";
import { addResponseTime } from "./minutes.ts";
import { errorResponse, send } from "./respond.ts";

/**
 * Responses of a known length up to this one are held until they are whole, so that one whose rest
 * never comes can still become a 504, as on AWS ("content-length header that is larger than the
 * entity body"). How much AWS holds is not documented.
 */
const HELD_BYTES = 16 * 1024;

export interface ExchangeContext {
  readonly balancer: Balancer;
  readonly listener: ListenerSettings;
  readonly group: Group;
  readonly target: Target;
  /** Undefined without stickiness. */
  readonly cookies: CookieMaker | undefined;
  readonly nowMs: number;
}

export function forward(
  req: IncomingMessage,
  res: ServerResponse,
  hasBody: boolean,
  context: ExchangeContext,
): void {
  const { balancer, listener, target } = context;
  const handler = new Exchange(req, res, context);
  res.on("close", handler.onClientClose);
  target.outstanding += 1;
  target.pool.dispatch(
    {
      path: pathOf(req.url ?? "/"),
      method: req.method ?? "GET",
      headers: requestHeaders(req, balancer.settings, listener.port, newTraceId(context.nowMs)),
      body: hasBody ? bodyOf(req) : null,
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
  #message: string | undefined;
  #headers: (string | string[])[] = [];
  #sentAt = performance.now();
  #responseMs = 0;
  /** Body bytes still to come; NaN when the target did not say. */
  #missing = Number.NaN;
  /** The part of a short body that has come so far, if it comes in parts. */
  #held: Buffer[] | undefined;

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
    // The client may have been answered already: it was too slow with its body.
    if (status < 200 || this.#res.writableEnded) return;
    this.#status = status;
    this.#message = message;
    this.#responseMs = performance.now() - this.#sentAt;
    const { cookies, listener } = this.#context;
    if (cookies) {
      const fromTarget = [headers["set-cookie"] ?? []].flat();
      const all = [...fromTarget, ...cookies(fromTarget)];
      if (all.length > 0) headers["set-cookie"] = all;
    }
    this.#headers = responseHeaders(headers, listener.serverHeader);
    if (headers["content-length"] !== undefined) this.#missing = Number(headers["content-length"]);
    if (this.#missing <= HELD_BYTES) return;
    this.#writeHead();
    // A stream's head must not wait for its first event; corked, they leave in one write if both
    // are there already.
    const { socket } = this.#res;
    socket?.cork();
    this.#res.flushHeaders();
    process.nextTick(() => socket?.uncork());
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#res.writableEnded) return;
    this.#missing -= chunk.length;
    if (this.#missing === 0) {
      this.#writeHead();
      this.#end(chunk);
    } else if (!this.#res.headersSent) {
      (this.#held ??= []).push(chunk);
    } else if (!this.#res.write(chunk)) {
      controller.pause();
      this.#res.once("drain", () => controller.resume());
    }
  }

  onResponseEnd(): void {
    this.#settle();
    if (this.#res.writableEnded) return;
    this.#writeHead();
    this.#res.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#settled) return;
    const { balancer, group, listener, target } = this.#context;
    const answered = this.#res.headersSent;
    // What was held is thrown away: the client never learns what the target said.
    if (!answered) this.#status = 0;
    this.#settle();
    if (answered || this.#clientGone) {
      // A response that broke off cannot be repaired: the client sees the connection end.
      this.#res.destroy();
      if (!answered) balancer.book.own(460);
      return;
    }
    const failure = failureOf(error);
    if (failure.connection) balancer.book.group(group.settings.dimension).connectionErrors += 1;
    if (failure.status >= 500) target.sample.errors += 1;
    balancer.book.own(failure.status);
    send(this.#res, errorResponse(failure.status), listener.serverHeader);
  }

  #writeHead(): void {
    if (!this.#res.headersSent) this.#res.writeHead(this.#status, this.#message, this.#headers);
  }

  #end(last: Buffer): void {
    if (this.#held) this.#res.end(Buffer.concat([...this.#held, last]));
    // A small response leaves with its headers as one string, which Node writes faster than two
    // buffers; latin1 maps bytes to characters one to one.
    else if (last.length <= HELD_BYTES) this.#res.end(last.toString("latin1"), "latin1");
    else this.#res.end(last);
  }

  /** Once per request, when its response is complete or will never be. */
  #settle(): void {
    this.#settled = true;
    if (!this.#req.complete) {
      // What the target did not take is read and thrown away, or the connection could not go on.
      this.#req.unpipe();
      this.#req.resume();
    }
    accountFor(this.#context, this.#status, this.#responseMs);
  }
}

/** Once per request for which a target was chosen. `status` is 0 when the target sent none. */
export function accountFor(context: ExchangeContext, status: number, responseMs: number): void {
  const { balancer, group, target } = context;
  target.outstanding -= 1;
  target.sample.requests += 1;
  const minute = balancer.book.group(group.settings.dimension);
  minute.requests += 1;
  if (status === 0) return;
  if (status >= 500) target.sample.errors += 1;
  const digit = Math.floor(status / 100);
  minute.codes[digit] = (minute.codes[digit] ?? 0) + 1;
  addResponseTime(minute.responseTimes, responseMs);
}

/** Not `req` itself: undici destroys a body on errors, and the client's connection with it. */
function bodyOf(req: IncomingMessage): PassThrough {
  return req.pipe(new PassThrough());
}

/** Proxies' absolute form (`GET http://host/path`) comes down to the path. */
export function pathOf(url: string): string {
  return url.startsWith("/") ? url : url.replace(/^https?:\/\/[^/?]*/i, "").replace(/^(?!\/)/, "/");
}
