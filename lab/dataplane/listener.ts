/** One listener: a real HTTP server on loopback that applies its rules to each request. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Clock } from "../../base/clock.ts";
import type { Balancer } from "./balancer.ts";
import type { Group } from "./group.ts";
import type { Action, ListenerAddress, ListenerSettings, Rule } from "./model.ts";
import { chooseGroup } from "./choose.ts";
import { compileConditions, type Predicate } from "./conditions.ts";
import { stickyCookies, stickyIdOf } from "./cookie.ts";
import { forward } from "./exchange.ts";
import { hasOversizedHeader, MAX_LINE_BYTES } from "./headers.ts";
import {
  errorPage,
  errorResponse,
  phraseOf,
  redirectResponse,
  send,
  type OwnResponse,
} from "./respond.ts";

/** All headers of a request together; above it AWS answers 400. */
const MAX_HEADER_BYTES = 64 * 1024;

/** The lowest port that needs no privilege. */
const FIRST_FREE_PORT = 1024;

interface CompiledRule {
  readonly matches: Predicate | undefined;
  readonly action: Action<Group>;
}

export class Listener {
  readonly balancer: Balancer;
  settings: ListenerSettings;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #server: Server;
  #rules: readonly CompiledRule[] = [];
  #groups = new Set<Group>();

  constructor(
    settings: ListenerSettings,
    balancer: Balancer,
    context: { readonly clock: Clock; readonly random: () => number },
  ) {
    this.settings = settings;
    this.balancer = balancer;
    this.#clock = context.clock;
    this.#random = context.random;
    this.#server = createServer({ maxHeaderSize: MAX_HEADER_BYTES }, (req, res) =>
      this.#answer(req, res),
    );
    this.#server.on("clientError", (error: NodeJS.ErrnoException, socket) =>
      this.#refuse(error, socket),
    );
    this.applyTimeouts();
  }

  /** Idle client connections end with the load balancer's idle timeout. */
  applyTimeouts(): void {
    const { idleTimeoutMs } = this.balancer.settings;
    this.#server.requestTimeout = 0;
    this.#server.headersTimeout = idleTimeoutMs;
    this.#server.keepAliveTimeout = idleTimeoutMs;
  }

  /** Binds the wanted port when it needs no privilege and is free, any other one otherwise. */
  async open(): Promise<ListenerAddress> {
    const { port: wanted } = this.settings;
    const bound = wanted >= FIRST_FREE_PORT && (await this.#listen(wanted));
    if (!bound) await this.#listen(0);
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("The listener is closed");
    const { port } = address;
    return { port, url: `http://127.0.0.1:${port}` };
  }

  /** Replaces all rules at once; a request under way keeps the action it began with. */
  setRules(rules: readonly Rule<Group>[]): void {
    this.#rules = rules.map(({ conditions, action }) => ({
      matches: conditions.length === 0 ? undefined : compileConditions(conditions),
      action,
    }));
    this.#groups = new Set(
      rules.flatMap(({ action }) =>
        action.type === "forward" ? action.shares.map((share) => share.group) : [],
      ),
    );
  }

  /** The groups that any rule names, whatever their weight. */
  get groups(): ReadonlySet<Group> {
    return this.#groups;
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  #answer(req: IncomingMessage, res: ServerResponse): void {
    const refusal = refusalOf(req);
    if (refusal !== undefined) {
      this.#send(res, errorResponse(refusal));
      return;
    }
    const action = this.#match(req);
    switch (action.type) {
      case "forward":
        this.#forward(req, res, action);
        return;
      case "fixed-response":
        this.balancer.book.current().fixedResponses += 1;
        this.#send(res, action);
        return;
      case "redirect":
        this.balancer.book.current().redirects += 1;
        this.#send(res, redirectResponse(action, req, this.settings.port));
    }
  }

  #match(req: IncomingMessage): Action<Group> {
    const rules = this.#rules;
    const url = req.url ?? "/";
    const at = url.indexOf("?");
    for (const rule of rules) {
      if (rule.matches === undefined) return rule.action;
      const met = rule.matches({
        method: req.method ?? "GET",
        path: at < 0 ? url : url.slice(0, at),
        query: at < 0 ? "" : url.slice(at + 1),
        headers: req.headers,
        clientAddress: req.socket.remoteAddress ?? "",
      });
      if (met) return rule.action;
    }
    throw new Error("A listener has a default rule");
  }

  #forward(
    req: IncomingMessage,
    res: ServerResponse,
    { shares, stickyMs }: Extract<Action<Group>, { type: "forward" }>,
  ): void {
    const nowMs = this.#clock.now();
    const sticky = stickyMs === undefined ? undefined : stickyIdOf(req.headers.cookie, nowMs);
    const group = chooseGroup(shares, sticky, this.#random());
    const target = group?.pick();
    if (group === undefined || target === undefined) {
      this.#send(res, errorResponse(503));
      return;
    }
    forward(req, res, {
      balancer: this.balancer,
      listener: this.settings,
      group,
      target,
      cookies:
        stickyMs === undefined
          ? undefined
          : stickyCookies(group.stickyId, nowMs + stickyMs, this.#clock.toWall(nowMs + stickyMs)),
      nowMs,
    });
  }

  #send(res: ServerResponse, response: OwnResponse): void {
    this.balancer.book.own(response.status);
    send(res, response, this.settings.serverHeader);
  }

  /** What Node's parser could not read: 400, or 408 when the client was too slow. */
  #refuse(error: NodeJS.ErrnoException, socket: Duplex): void {
    if (error.code === "ECONNRESET" || !socket.writable) {
      socket.destroy();
      return;
    }
    const status = error.code === "ERR_HTTP_REQUEST_TIMEOUT" ? 408 : 400;
    this.balancer.book.own(status);
    const body = errorPage(status);
    const server = this.settings.serverHeader ? "Server: awselb/2.0\r\n" : "";
    socket.end(
      `HTTP/1.1 ${status} ${phraseOf(status)}\r\n${server}Content-Type: text/html\r\n` +
        `Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
    );
  }

  #listen(port: number): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const onError = (error: NodeJS.ErrnoException): void => {
        if (port !== 0 && (error.code === "EADDRINUSE" || error.code === "EACCES")) resolve(false);
        else reject(error);
      };
      this.#server.once("error", onError);
      this.#server.listen(port, "127.0.0.1", () => {
        this.#server.off("error", onError);
        resolve(true);
      });
    });
  }
}

/** The status for requests that never reach a rule; undefined for all others. */
function refusalOf(req: IncomingMessage): number | undefined {
  if (req.method === "TRACE") return 405;
  if ((req.url?.length ?? 0) > MAX_LINE_BYTES) return 414;
  if (hasOversizedHeader(req)) return 400;
  // The lab's load balancer carries no WebSockets, and says so.
  if (req.headers.upgrade?.toLowerCase() === "websocket") return 501;
  return undefined;
}
