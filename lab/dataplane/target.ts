/** One registered target: its connections, its health, and how it leaves. */
import type { Socket } from "node:net";
import { Pool } from "undici";
import type { Cancel } from "../../base/clock.ts";
import type { TargetAddress } from "./model.ts";
import { DRAINING, NOT_IN_USE, REGISTERING, type Health } from "./health.ts";

/** AWS answers 502 when a target's headers exceed 32 K (ALB guide, troubleshooting). */
const MAX_RESPONSE_HEADER_BYTES = 32 * 1024;

export class Target {
  readonly id: string;
  readonly port: number;
  /** What stickiness cookies name it by. */
  readonly key: string;
  readonly pool: Pool;
  health: Health;
  /** Requests sent and not yet answered. */
  outstanding = 0;
  /** Nominal time at which slow start began; undefined outside it. */
  slowSinceMs: number | undefined;
  /** Whether its first pass begins a slow start: decided when it was registered. */
  startsSlowly = false;
  /** Requests and errors since the last judgement of anomalies. */
  readonly sample = { requests: 0, errors: 0 };
  anomalous = false;
  /** What mitigation leaves of a full share, 0.01 to 1. */
  mitigatedShare = 1;
  /** Scratch of the picker: the share in the present draw. */
  share = 1;
  /** Connections that carry requests; those of health checks do not count. */
  readonly connections = { opened: 0, open: 0 };
  /** Sockets of upgraded connections, which no pool knows. */
  readonly tunnels = new Set<Socket>();
  cancelChecks: Cancel | undefined;
  cancelDrain: Cancel | undefined;

  constructor(address: TargetAddress, inUse: boolean, connectTimeoutMs: number) {
    this.id = address.id;
    this.port = address.port;
    this.key = `${address.id}:${address.port}`;
    this.health = inUse ? REGISTERING : NOT_IN_USE;
    this.pool = new Pool(`http://${address.id}:${address.port}`, {
      allowH2: false,
      connectTimeout: connectTimeoutMs,
      maxHeaderSize: MAX_RESPONSE_HEADER_BYTES,
    });
    this.pool.on("connect", () => this.#opened());
    this.pool.on("disconnect", () => this.#closed());
  }

  get draining(): boolean {
    return this.health.state === "draining";
  }

  get healthy(): boolean {
    return this.health.state === "healthy";
  }

  /** A connection taken out of HTTP lives until either side ends it, or the target's time is up. */
  addTunnel(socket: Socket): void {
    this.tunnels.add(socket);
    this.outstanding += 1;
    this.#opened();
    socket.once("close", () => {
      this.tunnels.delete(socket);
      this.outstanding -= 1;
      this.#closed();
    });
  }

  /** No new request comes; those under way may end. */
  drain(): void {
    this.stopChecks();
    this.slowSinceMs = undefined;
    this.health = DRAINING;
    // Rejects when the pool is destroyed before its requests have ended, which is `end`'s purpose.
    this.pool.close().catch(() => {});
  }

  stopChecks(): void {
    this.cancelChecks?.();
    this.cancelChecks = undefined;
  }

  /** Cuts what is still under way. */
  async end(): Promise<void> {
    this.stopChecks();
    this.cancelDrain?.();
    for (const tunnel of this.tunnels) tunnel.destroy();
    await this.pool.destroy();
  }

  #opened(): void {
    this.connections.opened += 1;
    this.connections.open += 1;
  }

  #closed(): void {
    this.connections.open -= 1;
  }
}
