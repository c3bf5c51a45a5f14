/** The proxy in front of a slot's app: passes requests on, adds the release header, injects faults. */
import { Agent, createServer, request, type IncomingMessage, type Server } from "node:http";
import type { ServerResponse } from "node:http";
import { effectOn } from "./inject.ts";
import { FAULT_HEADER, type FaultLease, RELEASE_HEADER, SLOT_HEADER } from "./lease.ts";

export interface ProxyOptions {
  readonly upstream: URL;
  readonly slot: string;
  readonly release: string;
  readonly lease: () => FaultLease | null;
  readonly onInjected: () => void;
  /** Uniform in [0, 1). */
  readonly draw: () => number;
}

export function createProxy(options: ProxyOptions): Server {
  const agent = new Agent({ keepAlive: true });
  const identity = { [RELEASE_HEADER]: options.release, [SLOT_HEADER]: options.slot };
  const server = createServer((incoming, outgoing) => {
    const lease = options.lease();
    const userAgent = incoming.headers["user-agent"];
    const effect = effectOn(lease, { userAgent }, Date.now(), options.draw());
    if (effect && lease) {
      options.onInjected();
      incoming.resume();
      outgoing.writeHead(effect.status, { ...identity, [FAULT_HEADER]: lease.leaseId });
      outgoing.end(`injected by Backout, lease ${lease.leaseId}\n`);
      return;
    }
    passOn(incoming, outgoing, options.upstream, agent, identity);
  });
  server.on("close", () => agent.destroy());
  return server;
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
