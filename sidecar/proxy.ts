/** The proxy in front of a slot's app: passes requests on, adds the release header, injects faults. */
import { Agent, createServer, request, type IncomingMessage, type Server } from "node:http";
import type { ServerResponse } from "node:http";
import { effectOn, isExpired } from "./inject.ts";
import { FAULT_HEADER, type FaultLease, RELEASE_HEADER, SLOT_HEADER } from "./lease.ts";

export interface ProxyOptions {
  readonly upstream: URL;
  readonly slot: string;
  readonly release: string;
  readonly lease: () => FaultLease | null;
  readonly onInjected: () => void;
  /** Uniform in [0, 1). */
  readonly draw: () => number;
  /** Resolves after that much wall time. */
  readonly delay: (wallMs: number) => Promise<unknown>;
}

/** A held request looks this often (wall milliseconds) whether it still has to wait. */
const HOLD_SLICE_MS = 250;

export function createProxy(options: ProxyOptions): Server {
  const agent = new Agent({ keepAlive: true });
  const identity = { [RELEASE_HEADER]: options.release, [SLOT_HEADER]: options.slot };
  const server = createServer((incoming, outgoing) => {
    const lease = options.lease();
    const userAgent = incoming.headers["user-agent"];
    const effect = effectOn(lease, { userAgent }, Date.now(), options.draw());
    if (!effect || !lease) {
      passOn(incoming, outgoing, options.upstream, agent, identity);
      return;
    }
    options.onInjected();
    const marked = { ...identity, [FAULT_HEADER]: lease.leaseId };
    if (effect.kind === "respond") {
      incoming.resume();
      outgoing.writeHead(effect.status, marked);
      outgoing.end(effect.body ?? `injected by Backout, lease ${lease.leaseId}\n`);
      return;
    }
    if (effect.kind === "reset") {
      incoming.socket.resetAndDestroy();
      return;
    }
    const isOver = (): boolean =>
      outgoing.destroyed ||
      options.lease()?.leaseId !== lease.leaseId ||
      isExpired(lease, Date.now());
    void hold(effect.addedMs, isOver, options.delay).finally(() => {
      // A client that has gone waits for nothing: its request need not reach the app.
      if (!outgoing.destroyed) passOn(incoming, outgoing, options.upstream, agent, marked);
    });
  });
  server.on("close", () => agent.destroy());
  return server;
}

/** Waits in slices, so that the end of a lease frees at once what it holds. */
async function hold(
  addedMs: number,
  isOver: () => boolean,
  delay: ProxyOptions["delay"],
): Promise<void> {
  for (let leftMs = addedMs; leftMs > 0 && !isOver(); leftMs -= HOLD_SLICE_MS) {
    await delay(Math.min(leftMs, HOLD_SLICE_MS));
  }
}

function passOn(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  upstream: URL,
  agent: Agent,
  identity: Record<string, string>,
): void {
  const forwarded = request(
    {
      agent,
      host: upstream.hostname,
      port: upstream.port,
      method: incoming.method,
      path: incoming.url,
      headers: incoming.headers,
    },
    (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, { ...answer.headers, ...identity });
      answer.pipe(outgoing);
      // An app that dies half-way must not leave the client waiting for the rest.
      answer.on("error", () => outgoing.destroy());
    },
  );
  forwarded.on("error", () => {
    if (outgoing.headersSent) outgoing.destroy();
    // A dead app is answered as the load balancer would see it without a sidecar: connection reset.
    else incoming.socket.destroy();
  });
  outgoing.on("close", () => forwarded.destroy());
  incoming.pipe(forwarded);
}
