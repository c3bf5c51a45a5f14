/**
 * The two slots' tasks: what each answers under the fault that its sidecar obeys, and its health by the
 * load balancer's checks. The lease watch and the sentinel are the sidecar's own.
 */
import { every } from "../../base/clock.ts";
import type { Clock } from "../../base/clock.ts";
import { type Slot, SLOTS } from "../../guard/slot.ts";
import { CountHistory, type Counts, NO_COUNTS, plus } from "../../sidecar/countHistory.ts";
import { isExpired } from "../../sidecar/inject.ts";
import { LeaseWatch } from "../../sidecar/leaseWatch.ts";
import type { Fault } from "../../sidecar/lease.ts";
import { SentinelWatch } from "../../sidecar/sentinelWatch.ts";
import type { SentinelEvent } from "../../guard/sentinelEvent.ts";
import type { RecordStore } from "../../guard/recordStore.ts";
import type { Cloud } from "./cloud.ts";
import type { Scenario } from "./scenario.ts";
import type { Watcher } from "./watcher.ts";

/** What becomes of a slot's requests. */
export interface Behaviour {
  /** Nobody is there: the load balancer answers 503 itself, and no target group counts it. */
  readonly isGone: boolean;
  /** Nobody answers: the same, after a while. */
  readonly isSilent: boolean;
  readonly errorShare: number;
  readonly slowShare: number;
  readonly slowMs: number;
}

export interface SlotsParts {
  readonly clock: Clock;
  readonly scenario: Scenario;
  readonly cloud: Cloud;
  readonly watcher: Watcher;
  /** Whether a call of a sidecar fails now. */
  readonly fails: () => boolean;
  /** Of a slot, as long as health checks ask for a status that nobody answers. */
  readonly checksFail: (slot: Slot) => boolean;
  readonly store: RecordStore;
  readonly callGuard: (event: SentinelEvent) => Promise<void>;
  /** A slot's health has changed. */
  readonly changed: (slot: Slot) => void;
}

const CHECK_EVERY_MS = 10_000;
const CHECKS_TO_TURN = 2;
/** From the end of a task to the first answer of the next. */
const RESTART_MS = 30_000;
const LOOK_MS = 1_000;
/** Of the requests, those that a fault of some requests only is about. */
const ONLY_SHARE = 0.5;
const FINE = { isGone: false, isSilent: false, errorShare: 0, slowShare: 0, slowMs: 0 };

/** A history that is told whole seconds instead of single answers. */
class SecondsHistory extends CountHistory {
  readonly #seconds = new Map<number, Counts>();

  add(stretch: number, counts: Counts): void {
    this.#seconds.set(stretch, plus(this.at(stretch), counts));
  }

  override at(stretch: number): Counts {
    return this.#seconds.get(stretch) ?? NO_COUNTS;
  }

  override sumUpTo(last: number): Counts {
    let sum = NO_COUNTS;
    for (const [stretch, counts] of this.#seconds) {
      if (stretch <= last && stretch > last - 600) sum = plus(sum, counts);
    }
    return sum;
  }
}

interface Task {
  watch: LeaseWatch;
  readonly startedMs: number;
  isUp: boolean;
  turns: number;
  /** Checks in a row that said the other thing. */
  opposing: number;
}

export class Slots {
  readonly #parts: SlotsParts;
  readonly #tasks: Record<Slot, Task>;
  readonly histories: Readonly<Record<Slot, SecondsHistory>>;
  isSick = false;
  isStableUnhealthy = false;

  constructor(parts: SlotsParts) {
    this.#parts = parts;
    this.histories = {
      blue: new SecondsHistory(LOOK_MS, 1),
      green: new SecondsHistory(LOOK_MS, 1),
    };
    this.#tasks = { blue: this.#task("blue", 0), green: this.#task("green", 0) };
    for (const slot of SLOTS) {
      void this.#tasks[slot].watch.start();
      every(parts.clock, CHECK_EVERY_MS, () => this.#check(slot), slot === "blue" ? 3_000 : 7_000);
      if (parts.scenario.sentinel) this.#sentinel(slot).start();
    }
  }

  #task(slot: Slot, turns: number): Task {
    const { clock, cloud, fails, watcher } = this.#parts;
    const watch = new LeaseWatch({
      table: cloud.faultTable(slot, fails),
      slot,
      sidecarId: `${slot}-${turns}`,
      pollMs: LOOK_MS,
      clock,
      crash: () => {
        watcher.note(`slot ${slot} crashes`);
        this.#replace(slot);
      },
      log: () => {},
    });
    return { watch, startedMs: clock.now(), isUp: true, turns, opposing: 0 };
  }

  /** By somebody's hand: another task takes its place. */
  stop(slot: Slot): void {
    if (!this.#tasks[slot].isUp) return;
    this.#parts.watcher.note(`the task of slot ${slot} is stopped`);
    this.#tasks[slot].watch.stop();
    this.#replace(slot);
  }

  isRunning(slot: Slot): boolean {
    return this.#tasks[slot].isUp;
  }

  #replace(slot: Slot): void {
    const { clock } = this.#parts;
    const task = this.#tasks[slot];
    task.isUp = false;
    this.#turn(slot, false);
    clock.schedule(clock.now() + RESTART_MS, () => {
      this.#tasks[slot] = this.#task(slot, task.turns + 1);
      return this.#tasks[slot].watch.start();
    });
  }

  /** It does not listen: it is gone, or starts slowly. */
  #isGone(slot: Slot): boolean {
    const { isUp, turns, startedMs, watch } = this.#tasks[slot];
    return !isUp || (turns > 0 && watch.holdsBack(startedMs, this.#parts.clock.now()));
  }

  #sentinel(slot: Slot): SentinelWatch {
    const { clock, cloud, fails, store, callGuard, watcher } = this.#parts;
    return new SentinelWatch({
      slot,
      sidecarId: `${slot}-0`,
      settings: { falseReversions: 0.001, tasks: 1 },
      history: this.histories[slot],
      readRecord: () => store.read(),
      table: cloud.countsTable(fails),
      callGuard,
      lookMs: LOOK_MS,
      clock,
      log: (line) => watcher.note(`slot ${slot}: ${line}`),
    });
  }

  /** The fault that the slot's sidecar obeys now; null for none, and while nobody runs. */
  obeyed(slot: Slot): { readonly leaseId: string; readonly fault: Fault } | null {
    const { isUp, watch } = this.#tasks[slot];
    const { lease } = watch;
    return lease && isUp && !isExpired(lease, this.#parts.clock.now()) ? lease : null;
  }

  /** Whether a fault acts: also while its crash has left nobody to obey it. */
  isFaulted(slot: Slot): boolean {
    return !this.#tasks[slot].isUp || this.obeyed(slot) !== null;
  }

  behaviour(slot: Slot): Behaviour {
    if (this.#isGone(slot)) return { ...FINE, isGone: true };
    const { healsAfterMs } = this.#parts.scenario.troubles;
    if (slot === "blue" && this.isStableUnhealthy) return { ...FINE, isSilent: true };
    const sick = slot === "green" && this.isSick ? { ...FINE, errorShare: 0.3 } : FINE;
    const obeyed = this.obeyed(slot);
    if (!obeyed) return sick;
    const sinceMs = Date.parse(this.#report(slot)?.activeSince ?? "");
    if (healsAfterMs !== null && this.#parts.clock.now() - sinceMs > healsAfterMs) return sick;
    const { fault } = obeyed;
    if (fault.kind === "errors") {
      const share = fault.only ? ONLY_SHARE * fault.share : fault.share;
      return { ...sick, errorShare: Math.max(share, sick.errorShare) };
    }
    if (fault.kind === "latency") return { ...sick, slowShare: fault.share, slowMs: fault.addedMs };
    if (fault.kind === "black-hole") return { ...sick, isSilent: true };
    return sick;
  }

  #report(slot: Slot) {
    const { turns } = this.#tasks[slot];
    return this.#parts.cloud.reports.get(`${slot} ${slot}-${turns}`);
  }

  /** Told by whoever counts the requests. */
  answered(slot: Slot, counts: Counts): void {
    const history = this.histories[slot];
    history.add(history.stretchAt(this.#parts.clock.now()), counts);
  }

  #passes(slot: Slot): boolean {
    if (this.#isGone(slot) || this.#parts.checksFail(slot)) return false;
    if (slot === "blue" && this.isStableUnhealthy) return false;
    const kind = this.obeyed(slot)?.fault.kind;
    return kind !== "readiness" && kind !== "black-hole";
  }

  #check(slot: Slot): void {
    const task = this.#tasks[slot];
    const isHealthy = this.#parts.cloud.healthy[slot] > 0;
    task.opposing = this.#passes(slot) === isHealthy ? 0 : task.opposing + 1;
    if (task.opposing >= CHECKS_TO_TURN) this.#turn(slot, !isHealthy);
  }

  #turn(slot: Slot, isHealthy: boolean): void {
    const { cloud, watcher, changed } = this.#parts;
    this.#tasks[slot].opposing = 0;
    if (cloud.healthy[slot] > 0 === isHealthy) return;
    cloud.healthy[slot] = isHealthy ? 1 : 0;
    watcher.isHealthy(slot, isHealthy);
    changed(slot);
  }

  /** For proofs: nobody obeys a lease. */
  get isFree(): boolean {
    return SLOTS.every((slot) => this.obeyed(slot) === null);
  }
}
