/** One listener: a real HTTP server on loopback that applies its rules to each request. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Clock } from "../../base/clock.ts";
import type { Balancer } from "./balancer.ts";
import type { Group } from "./group.ts";
import type { ListenerAddress, ListenerSettings, Rule } from "./model.ts";
import { chooseTarget, ownAnswer } from "./action.ts";
import { forward } from "./exchange.ts";
import { scanRequest } from "./refusal.ts";
import { errorResponse, send, sendRaw, type OwnResponse } from "./respond.ts";
import { Router } from "./router.ts";
import { openTunnel } from "./tunnel.ts";

/** All headers of a request together; above it AWS answers 400. */
const MAX_HEADER_BYTES = 64 * 1024;

/** The lowest port that needs no privilege. */
const FIRST_FREE_PORT = 1024;

export interface ListenerContext {
  readonly clock: Clock;
  readonly random: () => number;
  readonly connectTimeoutMs: number;
}

/** A listener of the data plane, however requests come to it. */
export interface Listening {
  readonly balancer: Balancer;
  settings: ListenerSettings;
  /** The groups that any rule names, whatever their weight. */
  readonly groups: ReadonlySet<Group>;
  setRules(rules: readonly Rule<Group>[]): void;
  /** Follows changed timeouts of the load balancer, for open connections too. */
  applyTimeouts(): void;
  open(): Promise<ListenerAddress>;
  close(): Promise<void>;
}

export class Listener implements Listening {
  readonly balancer: Balancer;
  settings: ListenerSettings;
  readonly context: ListenerContext;
  readonly #server: Server;
  readonly #router = new Router();
  /** Connections that were upgraded: the server no longer knows them. */
  readonly #tunnels = new Set<Socket>();

  constructor(settings: ListenerSettings, balancer: Balancer, context: ListenerContext) {
    this.settings = settings;
    this.balancer = balancer;
    this.context = context;
    this.#server = createServer({
      maxHeaderSize: MAX_HEADER_BYTES,
      // A missing Host is refused with the load balancer's own page.
      requireHostHeader: false,
      // Without a body there is no stream to read to its end.
      optimizeEmptyRequests: true,
      // One idle timer per connection does for all of Node's: AWS counts the time between bytes.
      keepAliveTimeout: 0,
      headersTimeout: 0,
      requestTimeout: 0,
      shouldUpgradeCallback: (req) => req.headers.upgrade?.toLowerCase() === "websocket",
    });
    this.#server.on("request", (req, res) => this.#answer(req, res));
    this.#server.on("checkExpectation", (req, res) => this.#answer(req, res));
    this.#server.on("upgrade", (req: IncomingMessage, socket, head: Buffer) => {
      if (socket instanceof Socket) this.#upgrade(req, socket, head);
    });
    this.#server.on("connection", (socket) => balancer.connections.add(socket));
    this.#server.on("timeout", (socket) => this.#idle(socket));
    this.#server.on("clientError", (error: NodeJS.ErrnoException, socket) =>
      this.#refuse(error, socket),
    );
    this.applyTimeouts();
  }

  /** From now on for new connections and for those that are open. */
  applyTimeouts(): void {
    const { idleTimeoutMs } = this.balancer.settings;
    this.#server.timeout = idleTimeoutMs;
    for (const socket of this.balancer.connections.sockets()) socket.setTimeout(idleTimeoutMs);
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

  setRules(rules: readonly Rule<Group>[]): void {
    this.#router.set(rules);
  }

  /** The groups that any rule names, whatever their weight. */
  get groups(): ReadonlySet<Group> {
    return this.#router.groups;
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
      for (const socket of this.#tunnels) socket.destroy();
    });
  }

  #answer(req: IncomingMessage, res: ServerResponse): void {
    const { refusal, hasBody } = scanRequest(req);
    const connection = this.balancer.connections.get(req.socket);
    if (connection) {
      connection.response = res;
      connection.bytesOfRequests = req.socket.bytesRead;
      if (hasBody) {
        req.once("end", () => {
          connection.bytesOfRequests = req.socket.bytesRead;
        });
      }
    }
    if (refusal !== undefined) {
      this.#cutShort(res, refusal);
      return;
    }
    const action = this.#router.match(req, this.balancer.book);
    const choice = action.type === "forward" ? chooseTarget(req, action, this) : undefined;
    if (choice) forward(req, res, hasBody, choice);
    else this.#send(res, ownAnswer(req, action, this));
  }

  /** A WebSocket's request: Node has handed over the bare connection. */
  #upgrade(req: IncomingMessage, socket: Socket, early: Buffer): void {
    this.#tunnels.add(socket);
    socket.once("close", () => this.#tunnels.delete(socket));
    socket.on("error", () => socket.destroy());
    const { refusal } = scanRequest(req);
    const action = refusal === undefined ? this.#router.match(req, this.balancer.book) : undefined;
    const choice = action?.type === "forward" ? chooseTarget(req, action, this) : undefined;
    if (choice) {
      const { connectTimeoutMs } = this.context;
      openTunnel(req, socket, early, { ...choice, connectTimeoutMs });
      return;
    }
    const response = action ? ownAnswer(req, action, this) : errorResponse(refusal ?? 400);
    this.balancer.book.own(response.status);
    sendRaw(socket, response, this.settings.serverHeader);
  }

  #send(res: ServerResponse, response: OwnResponse): void {
    this.balancer.book.own(response.status);
    send(res, response, this.settings.serverHeader);
  }

  /** What Node's parser could not read: a head, or the body of a request that is under way. */
  #refuse(error: NodeJS.ErrnoException, socket: Duplex): void {
    const connection = socket instanceof Socket ? this.balancer.connections.get(socket) : undefined;
    const res = connection?.response;
    if (error.code === "ECONNRESET" || !socket.writable) socket.destroy();
    else if (res === undefined || res.writableFinished) this.#refuseRaw(socket, 400);
    // One that has been refused already needs no second answer.
    else if (!res.writableEnded) this.#cutShort(res, 400);
  }

  /**
   * Nothing came and nothing left for the idle timeout. A request that has begun and does not go on
   * is a 408; a client that stopped reading, and one that had nothing to say, are just cut off.
   * While a target works on a whole request its own timeouts decide.
   */
  #idle(socket: Socket): void {
    const connection = this.balancer.connections.get(socket);
    const res = connection?.response;
    if (!connection) socket.destroy();
    else if (res === undefined || res.writableFinished) {
      if (socket.bytesRead > connection.bytesOfRequests) this.#refuseRaw(socket, 408);
      else socket.destroy();
    } else if (res.headersSent || !res.req.complete) this.#cutShort(res, 408);
  }

  /** Ends a response under way and its connection: with an own answer if there was none yet. */
  #cutShort(res: ServerResponse, status: number): void {
    if (res.headersSent) {
      res.destroy();
      return;
    }
    res.shouldKeepAlive = false;
    this.#send(res, errorResponse(status));
  }

  #refuseRaw(socket: Duplex, status: number): void {
    this.balancer.book.own(status);
    sendRaw(socket, errorResponse(status), this.settings.serverHeader);
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
