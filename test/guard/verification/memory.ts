/** A store of verifications in memory that behaves as DynamoDB does, faults included. */
import { vi } from "vitest";
import type { VerificationStore } from "../../../guard/verification/store.ts";
import type { Verification } from "../../../guard/verification/verification.ts";
import type { WayBackNote } from "../../../guard/verification/wayBack.ts";

/** Runs what waits for a deadline of some seconds of wall time, without waiting. */
export async function soon<T>(work: () => Promise<T>): Promise<T> {
  vi.useFakeTimers();
  try {
    const done = work();
    await vi.advanceTimersByTimeAsync(10_000);
    return await done;
  } finally {
    vi.useRealTimers();
  }
}

export interface MemoryVerifications extends VerificationStore {
  verification: Verification | undefined;
  note: WayBackNote | undefined;
  readonly kept: Map<string, Verification>;
  down: boolean;
  /** Called before each conditional write; throwing fails it. */
  beforeReplace: (next: Verification) => void;
}

export function memoryVerifications(): MemoryVerifications {
  const upright = (store: MemoryVerifications): void => {
    if (store.down) throw new Error("the table does not answer");
  };
  return {
    verification: undefined,
    note: undefined,
    kept: new Map(),
    down: false,
    beforeReplace: () => {},
    async current() {
      upright(this);
      return this.verification;
    },
    async replace(expected, next) {
      upright(this);
      this.beforeReplace(next);
      if (this.verification?.version !== expected?.version) return false;
      this.verification = next;
      return true;
    },
    async keep(verification) {
      upright(this);
      this.kept.set(verification.id, verification);
    },
    async ofId(id) {
      upright(this);
      return this.kept.get(id);
    },
    async wayBack() {
      upright(this);
      return this.note;
    },
    async noteWayBack(note) {
      upright(this);
      this.note = note;
    },
  };
}
