/**
 * A release that leaks: the sidecar takes memory at the lease's rate and keeps it. The limit that ends
 * it is the container's own, enforced by whoever runs the task; without a lease it is given back.
 */
import type { Cancel, Clock } from "../base/clock.ts";
import { isExpired } from "./inject.ts";
import type { FaultLease } from "./lease.ts";

const MIB = 2 ** 20;
/** Wall milliseconds from one portion to the next. */
const EVERY_MS = 1_000;

export class MemoryGrowth {
  readonly #lease: () => FaultLease | null;
  readonly #clock: Clock;
  #taken: Buffer[] = [];
  #cancel: Cancel | undefined;

  /** @param clock the wall's */
  constructor(lease: () => FaultLease | null, clock: Clock) {
    this.#lease = lease;
    this.#clock = clock;
  }

  get takenMib(): number {
    return this.#taken.reduce((sum, part) => sum + part.length, 0) / MIB;
  }

  start(): void {
    this.#cancel = this.#clock.schedule(this.#clock.now() + EVERY_MS, () => {
      this.#grow();
      this.start();
    });
  }

  stop(): void {
    this.#cancel?.();
    this.#taken = [];
  }

  #grow(): void {
    const lease = this.#lease();
    if (lease?.fault.kind !== "memory" || isExpired(lease, this.#clock.now())) {
      this.#taken = [];
      return;
    }
    // Filled: pages that were never written take no memory.
    this.#taken.push(Buffer.alloc(lease.fault.mibPerSecond * MIB, 1));
  }
}
