/**
 * What AWS keeps of an environment, in memory: the listener's weights, the record's table, the fault
 * table. It behaves as the clients' adapters over ELBv2 and DynamoDB do, errors of the wire aside.
 */
import type { FaultStore } from "../../drills/faultStore.ts";
import { environmentError } from "../../base/errors.ts";
import type { Clock } from "../../base/clock.ts";
import { type EnvironmentRecord, initialRecord } from "../../guard/record.ts";
import { broughtHomeBy, type Homecoming, listenerWeights } from "../../guard/homecoming.ts";
import type { RecordStore } from "../../guard/recordStore.ts";
import type { Reversion } from "../../guard/reversion.ts";
import { allOn, sameWeights, type Slot, type Weights } from "../../guard/slot.ts";
import type { LiveTraffic, Traffic } from "../../guard/traffic.ts";
import type { CountsReport, CountsTable } from "../../sidecar/countsTable.ts";
import type { FaultTable } from "../../sidecar/faultTable.ts";
import type { FaultLease, SidecarReport } from "../../sidecar/lease.ts";
import type { Watcher } from "./watcher.ts";
import type { Process, Wire } from "./wire.ts";

export const ENVIRONMENT = "checkout";

export class Cloud {
  readonly clock: Clock;
  readonly #wire: Wire;
  readonly #watcher: Watcher;
  weights: Weights = allOn("blue");
  broughtHome: Homecoming | null = null;
  /** Every change of the weights, oldest first, and whose it was. */
  readonly moves: { readonly atMs: number; readonly by: string; readonly weights: Weights }[] = [];
  record: EnvironmentRecord = initialRecord(ENVIRONMENT);
  readonly reversions = new Map<string, Reversion>();
  readonly leases = new Map<Slot, FaultLease>();
  readonly reports = new Map<string, SidecarReport>();
  readonly #counts = new Map<string, CountsReport>();
  /** Healthy targets by the load balancer's own checks. */
  readonly healthy: Record<Slot, number> = { blue: 1, green: 1 };

  constructor(clock: Clock, wire: Wire, watcher: Watcher) {
    this.clock = clock;
    this.#wire = wire;
    this.#watcher = watcher;
  }

  traffic(process: Process): Traffic {
    const read = async (): Promise<LiveTraffic> => ({
      weights: this.weights,
      sticky: false,
      broughtHome: this.broughtHome,
    });
    const write: Traffic["write"] = async (weights, _timeoutMs, homecoming = null) => {
      this.#setWeights(process, weights);
      this.broughtHome = broughtHomeBy(listenerWeights(weights, homecoming)).broughtHome;
    };
    const healthyTargets = async (slot: Slot): Promise<number> => this.healthy[slot];
    const wired = this.#wire.wired(process, "traffic", { read, write, healthyTargets });
    return {
      read: wired.read,
      write: (weights, timeoutMs, homecoming) => {
        this.#watcher.willWrite(process, weights, this.weights);
        return wired.write(weights, timeoutMs, homecoming);
      },
      healthyTargets: async (slot) => {
        const healthy = await wired.healthyTargets(slot);
        this.#watcher.sawHealth(process, slot, healthy);
        return healthy;
      },
    };
  }

  #setWeights(process: Process, weights: Weights): void {
    this.#watcher.wrote(process, weights, this);
    this.#moved(process.name, weights);
  }

  /** By somebody who is none of ours. */
  drift(weights: Weights): void {
    this.#watcher.note(`a stranger sets the weights to ${show(weights)}`);
    this.#watcher.raised(weights, this.weights);
    this.#moved("a stranger", weights);
    this.broughtHome = null;
  }

  #moved(by: string, weights: Weights): void {
    const isChange = !sameWeights(this.weights, weights);
    if (isChange) this.moves.push({ atMs: this.clock.now(), by, weights });
    this.weights = weights;
  }

  store(process: Process): RecordStore {
    return this.#wire.wired<RecordStore>(process, "store", {
      read: async () => {
        this.#watcher.sawRecord(process, this.record);
        return this.record;
      },
      replace: async (expected, next) => {
        if (expected.version !== this.record.version) return undefined;
        const before = this.record;
        this.record = { ...next, version: expected.version + 1 };
        this.#watcher.recorded(process, before, this.record);
        return this.record;
      },
      putReversion: async (reversion) => {
        if (this.reversions.has(reversion.id)) return false;
        this.reversions.set(reversion.id, reversion);
        const mustLatch = this.#wire.isCalm && !process.wasRefused;
        this.#watcher.reverted(process, reversion, this.record, mustLatch);
        return true;
      },
      reversions: async () => [...this.reversions.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
    });
  }

  faults(process: Process): FaultStore {
    return this.#wire.wired<FaultStore>(process, "faults", {
      putLease: async (lease) => {
        const there = this.leases.get(lease.slot);
        const isOthers = there && there.leaseId !== lease.leaseId;
        if (isOthers && Date.parse(there.expiresAt) > this.clock.wall()) {
          throw environmentError("slot-leased", `slot ${lease.slot} already has a fault`);
        }
        this.#watcher.note(`${process.name} leases slot ${lease.slot} to ${lease.fault.kind}`);
        this.leases.set(lease.slot, lease);
      },
      removeLease: async (slot, leaseId) => {
        if (this.leases.get(slot)?.leaseId !== leaseId) return;
        this.#watcher.note(`${process.name} removes the lease of slot ${slot}`);
        this.leases.delete(slot);
      },
      lease: async (slot) => this.leases.get(slot) ?? null,
      reports: async (slot) => [...this.reports.values()].filter((one) => one.slot === slot),
    });
  }

  /** As a sidecar sees it; it looks again by itself, so that nothing here takes time. */
  faultTable(slot: Slot, fails: () => boolean): FaultTable {
    const answer = <T>(value: T): T => {
      if (fails()) throw new Error("ThrottlingException");
      return value;
    };
    return {
      lease: async () => answer(this.leases.get(slot) ?? null),
      report: async (id) => answer(this.reports.get(`${slot} ${id}`) ?? null),
      putReport: async (report) => {
        answer(null);
        this.reports.set(`${slot} ${report.sidecarId}`, report);
      },
    };
  }

  countsTable(fails: () => boolean): CountsTable {
    return {
      put: async (report) => {
        if (fails()) throw new Error("ThrottlingException");
        this.#counts.set(`${report.slot} ${report.sidecarId}`, report);
      },
      reports: async (slot) => [...this.#counts.values()].filter((one) => one.slot === slot),
    };
  }
}

export function show({ blue, green }: Weights): string {
  return `${blue}/${green}`;
}
