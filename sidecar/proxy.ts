/**
 * The proxy in front of a slot's app: passes requests on, adds the release header, injects faults,
 * and tells what became of each request.
 */
import { Agent, createServer, request, type IncomingMessage, type Server } from "node:http";
import type { ServerResponse } from "node:http";
import { effectOn, isExpired, isHealthCheck, isProbe } from "./inject.ts";
import {
  FAULT_HEADER,
  type FaultLease,
  IDLE_TIMEOUT_MS,
  RELEASE_HEADER,
  SLOT_HEADER,
} from "./lease.ts";
import type { Answer } from "./responses.ts";

export interface ProxyOptions {
  readonly upstream: URL;
  readonly slot: string;
  readonly release: string;
  readonly lease: () => FaultLease | null;
  readonly onInjected: () => void;
  /** Called once for each request but health checks and probes, when its answer begins or cannot come. */
  readonly onAnswer?: (answer: Answer) => void;
  /** Uniform in [0, 1). */
  readonly draw: () => number;
  /** Resolves after that much wall time. */
  readonly delay: (wallMs: number) => Promise<unknown>;
}

/** A held request looks this often (wall milliseconds) whether it still has to wait. */
const HOLD_SLICE_MS = 250;

export function createProxy(options: ProxyOptions): Server {
  const { upstream } = options;
  const agent = new Agent({ keepAlive: true });
  const identity = { [RELEASE_HEADER]: options.release, [SLOT_HEADER]: options.slot };
  const server = createServer((incoming, outgoing) => {
    const lease = options.lease();
    const userAgent = incoming.headers["user-agent"];
    const isOurs = isHealthCheck(userAgent) || isProbe(userAgent);
    const tell = isOurs ? () => {} : teller(options.onAnswer);
    outgoing.on("close", () => tell(null, "left"));
    const { url, headers } = incoming;
    const effect = effectOn(lease, { userAgent, url, headers }, Date.now(), options.draw());
    if (!effect || !lease) {
      passOn(incoming, outgoing, { upstream, agent, identity, tell });
      return;
    }
    options.onInjected();
    const marked = { ...identity, [FAULT_HEADER]: lease.leaseId };
    if (effect.kind === "respond") {
      incoming.resume();
      tell(effect.status);
      outgoing.writeHead(effect.status, marked);
      outgoing.end(effect.body ?? `injected by Backout, lease ${lease.leaseId}\n`);
      return;
    }
    if (effect.kind === "reset") {
      tell(null);
      incoming.socket.resetAndDestroy();
      return;
    }
    const isOver = (): boolean =>
      outgoing.destroyed ||
      options.lease()?.leaseId !== lease.leaseId ||
      isExpired(lease, Date.now());
    if (effect.kind === "swallow") {
      incoming.resume();
      // What was swallowed is lost: its client would otherwise wait for the idle timeout.
      void hold(Infinity, isOver, options.delay).finally(() => incoming.socket.resetAndDestroy());
      return;
    }
    void hold(effect.addedMs, isOver, options.delay).finally(() => {
      // A client that has gone waits for nothing: its request need not reach the app.
      if (outgoing.destroyed) return;
      passOn(incoming, outgoing, { upstream, agent, identity: marked, tell });
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

/** @param status of the answer; null when there is none, because the app failed or the client `left` */
type Tell = (status: number | null, who?: "left") => void;

/**
 * Tells of one request once. A client that left says nothing of the release, unless it is the load
 * balancer that has waited for as long as it does.
 */
function teller(onAnswer: ProxyOptions["onAnswer"]): Tell {
  const begunMs = performance.now();
  let isTold = false;
  return (status, who) => {
    if (isTold) return;
    isTold = true;
    const tookMs = performance.now() - begunMs;
    if (who === "left" && tookMs < IDLE_TIMEOUT_MS - HOLD_SLICE_MS) return;
    const failed = status === null || status >= 500;
    onAnswer?.({ failed, seconds: status === null ? null : tookMs / 1000 });
  };
}

interface Passing extends Pick<ProxyOptions, "upstream"> {
  readonly agent: Agent;
  readonly identity: Record<string, string>;
  readonly tell: Tell;
}

function passOn(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { upstream, agent, identity, tell }: Passing,
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
      tell(answer.statusCode ?? 502);
      outgoing.writeHead(answer.statusCode ?? 502, { ...answer.headers, ...identity });
      answer.pipe(outgoing);
      // An app that dies half-way must not leave the client waiting for the rest.
      answer.on("error", () => outgoing.destroy());
    },
  );
  forwarded.on("error", () => {
    // After the client has left this is only its request being given up.
    tell(null);
    if (outgoing.headersSent) outgoing.destroy();
    // A dead app is answered as the load balancer would see it without a sidecar: connection reset.
    else incoming.socket.destroy();
  });
  outgoing.on("close", () => forwarded.destroy());
  incoming.pipe(forwarded);
}
