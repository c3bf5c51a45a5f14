/** A listener and a record store in memory that behave as ELBv2 and DynamoDB do, faults included. */
import { initialRecord, type EnvironmentRecord } from "../../guard/record.ts";
import type { RecordStore } from "../../guard/recordStore.ts";
import type { Reversion } from "../../guard/reversion.ts";
import { allOn, type Slot, type Weights } from "../../guard/slot.ts";
import type { Traffic } from "../../guard/traffic.ts";

export interface MemoryTraffic extends Traffic {
  weights: Weights;
  sticky: boolean;
  healthy: Record<Slot, number>;
  readonly writes: Weights[];
  /** Called before each write; throwing fails it. */
  beforeWrite: (weights: Weights) => void | Promise<void>;
}

export function memoryTraffic(weights: Weights = allOn("blue")): MemoryTraffic {
  return {
    weights,
    sticky: false,
    healthy: { blue: 1, green: 1 },
    writes: [],
    beforeWrite: () => {},
    async read() {
      return { weights: this.weights, sticky: this.sticky };
    },
    async write(next) {
      await this.beforeWrite(next);
      this.writes.push(next);
      this.weights = next;
      this.sticky = false;
    },
    async healthyTargets(slot) {
      return this.healthy[slot];
    },
  };
}

export interface MemoryStore extends RecordStore {
  record: EnvironmentRecord;
  down: boolean;
  readonly written: Reversion[];
}

export function memoryStore(record: EnvironmentRecord = initialRecord("checkout")): MemoryStore {
  const refuseWhenDown = (store: MemoryStore): void => {
    if (store.down) throw new Error("the table does not answer");
  };
  return {
    record,
    down: false,
    written: [],
    async read() {
      refuseWhenDown(this);
      return this.record;
    },
    async replace(expected, next) {
      refuseWhenDown(this);
      if (this.record.version !== expected.version) return undefined;
      this.record = { ...next, version: expected.version + 1 };
      return this.record;
    },
    async putReversion(reversion) {
      // As slow as a network: what runs beside it must not depend on its being instant.
      await new Promise((resolve) => setTimeout(resolve, 5));
      refuseWhenDown(this);
      if (this.written.some((entry) => entry.id === reversion.id)) return false;
      this.written.push(reversion);
      return true;
    },
    async reversions() {
      refuseWhenDown(this);
      return this.written;
    },
  };
}
