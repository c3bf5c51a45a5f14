/** One registered target: its connections, its health, and how it leaves. */
import { Pool } from "undici";
import type { Cancel } from "../../base/clock.ts";
import type { TargetAddress } from "./model.ts";
import { DRAINING, NOT_IN_USE, REGISTERING, type Health } from "./health.ts";

/** AWS answers 502 when a target's headers exceed 32 K (ALB guide, troubleshooting). */
const MAX_RESPONSE_HEADER_BYTES = 32 * 1024;

export class Target {
  readonly id: string;
  readonly port: number;
  readonly pool: Pool;
  health: Health;
  /** Requests sent and not yet answered. */
  outstanding = 0;
  cancelChecks: Cancel | undefined;
  cancelDrain: Cancel | undefined;

  constructor(address: TargetAddress, inUse: boolean, connectTimeoutMs: number) {
    this.id = address.id;
    this.port = address.port;
    this.health = inUse ? REGISTERING : NOT_IN_USE;
    this.pool = new Pool(`http://${address.id}:${address.port}`, {
      allowH2: false,
      connectTimeout: connectTimeoutMs,
      maxHeaderSize: MAX_RESPONSE_HEADER_BYTES,
    });
  }

  get draining(): boolean {
    return this.health.state === "draining";
  }

  get healthy(): boolean {
    return this.health.state === "healthy";
  }

  /** No new request comes; those under way may end. */
  drain(): void {
    this.stopChecks();
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
    await this.pool.destroy();
  }
}
