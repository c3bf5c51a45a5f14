/** A data plane under a hand-moved clock, with tiny real backends. */
import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { connect, type Server as TcpServer, type Socket } from "node:net";
import { isDeepStrictEqual } from "node:util";
import { onTestFinished } from "vitest";
import { ManualClock, type Cancel } from "../../../base/clock.ts";
import { DataPlane, type DataPlaneOptions } from "../../../lab/dataplane/dataplane.ts";
import type {
  BalancerSettings,
  Condition,
  GroupSettings,
  Rule,
  TargetAddress,
} from "../../../lab/dataplane/model.ts";
import type { MetricPoint } from "../../../lab/ports.ts";

/** 2026-03-01T00:00:00Z, a whole minute. */
export const START_MS = Date.UTC(2026, 2, 1);
export const BALANCER = "app/checkout/0123456789abcdef";

/** A server on a free loopback port, closed when the test ends. */
export async function backend(listener: RequestListener): Promise<TargetAddress> {
  return addressOf(createServer(listener));
}

export async function addressOf(server: Server): Promise<TargetAddress> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return boundAddress(server);
}

/** Where a listening server is bound. */
export function boundAddress(server: TcpServer): TargetAddress {
  const address = server.address();
  if (address === null || typeof address === "string")
    throw new Error("The server does not listen");
  return { id: "127.0.0.1", port: address.port };
}

/** Answers every request, health checks too, with its name. */
export function named(name: string, status = 200): RequestListener {
  return (req, res) => {
    req.resume();
    res.writeHead(status, { "x-release": name }).end(name);
  };
}

/** A port on which nothing listens. */
export async function closedPort(): Promise<TargetAddress> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = boundAddress(server);
  await new Promise((resolve) => server.close(resolve));
  return address;
}

/** A generator of uniform numbers that gives the same sequence on every run (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Knows how many of its timers still wait. */
class CountingClock extends ManualClock {
  pending = 0;

  override schedule(nominalMs: number, callback: () => void | Promise<void>): Cancel {
    this.pending += 1;
    let waiting = true;
    const settle = (): void => {
      if (waiting) this.pending -= 1;
      waiting = false;
    };
    const cancel = super.schedule(nominalMs, () => {
      settle();
      return callback();
    });
    return () => {
      settle();
      cancel();
    };
  }
}

export class World {
  readonly clock = new CountingClock(START_MS);
  readonly points: MetricPoint[] = [];
  readonly plane: DataPlane;
  url = "";

  constructor(options: Partial<DataPlaneOptions> = {}) {
    this.plane = new DataPlane({
      clock: this.clock,
      metrics: { publish: (points) => void this.points.push(...points) },
      random: seeded(7),
      ...options,
    });
    onTestFinished(() => this.plane.close());
  }

  balancer(settings: Partial<BalancerSettings> = {}): void {
    this.plane.putBalancer({
      arn: "lb",
      dimension: BALANCER,
      idleTimeoutMs: 60_000,
      forwardedFor: "append",
      forwardedForPort: false,
      dropInvalidHeaders: false,
      ...settings,
    });
  }

  group(
    name: string,
    targets: readonly TargetAddress[],
    settings: Partial<GroupSettings> = {},
  ): void {
    this.plane.putGroup({
      arn: name,
      dimension: `targetgroup/${name}/0123456789abcdef`,
      healthCheck: {
        port: "traffic-port",
        path: "/health",
        intervalMs: 10_000,
        timeoutMs: 2000,
        healthyThreshold: 2,
        unhealthyThreshold: 2,
        matcher: "200",
      },
      deregistrationDelayMs: 300_000,
      algorithm: "round_robin",
      slowStartMs: 0,
      anomalyMitigation: false,
      stickiness: undefined,
      minimumHealthyCount: 1,
      minimumHealthyPercent: 0,
      ...settings,
    });
    this.plane.register(name, targets);
  }

  /** Opens the one listener and runs every first health check. */
  async open(...rules: readonly Rule<string>[]): Promise<void> {
    const settings = { arn: "listener", balancerArn: "lb", port: 80, serverHeader: true };
    ({ url: this.url } = await this.plane.openListener(settings, () => rules));
    await this.clock.advance(0);
  }

  weights(weights: Readonly<Record<string, number>>, stickyMs?: number): void {
    this.plane.setRules("listener", [shares(weights, stickyMs)]);
  }

  states(group: string): readonly string[] {
    return this.plane.health(group).map(({ health }) => health.state);
  }

  /** The points of one metric and dimension set, as `[minute, values, counts]`. */
  metric(name: string, dimensions: Readonly<Record<string, string>>): readonly unknown[] {
    return this.points
      .filter(
        (point) => point.metricName === name && isDeepStrictEqual(point.dimensions, dimensions),
      )
      .map(({ timestampMs, values, counts }) => [
        (timestampMs - START_MS) / 60_000,
        values,
        counts,
      ]);
  }
}

/** The default rule: one forward action. */
export function shares(
  weights: Readonly<Record<string, number>>,
  stickyMs?: number,
  conditions: readonly Condition[] = [],
): Rule<string> {
  return {
    conditions,
    action: {
      type: "forward",
      shares: Object.entries(weights).map(([group, weight]) => ({ group, weight })),
      stickyMs,
    },
  };
}

/** How often each body came back over `n` requests, a few at a time. */
export async function tally(
  url: string,
  n: number,
  headers: Readonly<Record<string, string>> = {},
): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  let left = n;
  const worker = async (): Promise<void> => {
    while (left-- > 0) {
      const response = await fetch(url, { headers });
      const key = response.status === 200 ? await response.text() : String(response.status);
      if (response.status !== 200) await response.arrayBuffer();
      counts[key] = (counts[key] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return counts;
}

/** A bare connection to the listener, destroyed when the test ends. */
export async function dial(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  socket.on("error", () => {});
  onTestFinished(() => void socket.destroy());
  await once(socket, "connect");
  return socket;
}

/** All that comes back on a bare connection until it ends. */
export async function readAll(socket: Socket): Promise<string> {
  let text = "";
  socket.setEncoding("latin1");
  for await (const chunk of socket) text += String(chunk);
  return text;
}
