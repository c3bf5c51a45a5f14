/**
 * Follows the slot's lease in the fault table and reports what the sidecar really does. While the
 * table is unreachable the last lease is obeyed until it expires by itself.
 */
import { type Cancel, type Clock, wallClock } from "../base/clock.ts";
import { messageOf } from "../base/errors.ts";
import type { FaultTable } from "./faultTable.ts";
import { isExpired } from "./inject.ts";
import { CRASH_LOOP_ID, type FaultLease, type SidecarReport } from "./lease.ts";

export interface LeaseWatchOptions {
  readonly table: FaultTable;
  readonly slot: "blue" | "green";
  readonly sidecarId: string;
  /** Wall milliseconds between two looks at the lease. */
  readonly pollMs: number;
  /** @default the wall */
  readonly clock?: Clock;
  /** Ends the process: called once a crash is on record, after which nothing is looked at. */
  readonly crash: (exitCode: number) => void;
  readonly log: (line: string) => void;
}

/** A report is renewed after this many looks even when nothing changed, so that it stays fresh. */
const LOOKS_PER_REPORT = 5;
/**
 * Wall time for which a crash speaks: until the next one. ECS restarts a Fargate task in about a
 * minute (no figure is published), most of it for pulling images.
 */
const CRASH_FRESH_MS = 120_000;

export class LeaseWatch {
  readonly #options: LeaseWatchOptions;
  #lease: FaultLease | null = null;
  #activeSince: string | null = null;
  #injected = 0;
  readonly #clock: Clock;
  #cancel: Cancel | undefined;
  #looks = 0;
  #stopped = false;

  constructor(options: LeaseWatchOptions) {
    this.#options = options;
    this.#clock = options.clock ?? wallClock();
  }

  get lease(): FaultLease | null {
    return this.#lease;
  }

  /**
   * Whether a process that began at `startedMs` must not listen yet: it starts slowly, by its lease.
   *
   * @param startedMs, nowMs wall milliseconds since the epoch
   */
  holdsBack(startedMs: number, nowMs: number): boolean {
    const lease = this.#lease;
    if (lease?.fault.kind !== "slow-start" || isExpired(lease, nowMs)) return false;
    return nowMs < startedMs + lease.fault.notReadyMs;
  }

  countInjected(): void {
    this.#injected++;
  }

  /** Looks once, reports, and goes on looking. */
  async start(): Promise<void> {
    await this.#look();
    if (this.#stopped) return;
    this.#cancel = this.#clock.schedule(this.#clock.now() + this.#options.pollMs, () =>
      this.start(),
    );
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  async #look(): Promise<void> {
    try {
      const changed = this.#obey(await this.#options.table.lease());
      if (this.#lease?.fault.kind === "crash") {
        await this.#crash(this.#lease.leaseId, this.#lease.fault.exitCode);
        return;
      }
      if (this.#looks === 0) await this.#endCrashLoop();
      if (changed || this.#looks % LOOKS_PER_REPORT === 0) await this.#report();
      this.#looks++;
    } catch (error) {
      this.#options.log(`the fault table is unreachable: ${messageOf(error)}`);
      if (this.#lease && isExpired(this.#lease, this.#clock.now())) this.#obey(null);
    }
  }

  /** Returns whether another lease (or none) is obeyed now; one for others to act on is none. */
  #obey(found: FaultLease | null): boolean {
    const isOwn = found !== null && found.fault.kind !== "outside";
    const lease = isOwn && !isExpired(found, this.#clock.now()) ? found : null;
    const changed = lease?.leaseId !== this.#lease?.leaseId;
    this.#lease = lease;
    if (changed) {
      this.#activeSince = lease ? this.#nowIso() : null;
      this.#injected = 0;
    }
    return changed;
  }

  async #report(): Promise<void> {
    await this.#options.table.putReport({
      ...this.#now(),
      sidecarId: this.#options.sidecarId,
      leaseId: this.#lease?.leaseId ?? null,
      activeSince: this.#activeSince,
      injected: this.#injected,
    });
  }

  /** Reported before it is done: a crash that left no word would be nobody's fault. */
  async #crash(leaseId: string, exitCode: number): Promise<void> {
    const { table } = this.#options;
    const before = await table.report(CRASH_LOOP_ID);
    const again = before?.leaseId === leaseId;
    await table.putReport({
      ...this.#now(),
      sidecarId: CRASH_LOOP_ID,
      leaseId,
      activeSince: again ? before.activeSince : this.#activeSince,
      injected: again ? before.injected + 1 : 1,
      freshForMs: CRASH_FRESH_MS,
    });
    this.stop();
    this.#options.log(`crashing with exit code ${exitCode}, as lease ${leaseId} says`);
    this.#options.crash(exitCode);
  }

  /** The first task that stays up takes back what the crashed ones said. */
  async #endCrashLoop(): Promise<void> {
    const { table } = this.#options;
    const said = await table.report(CRASH_LOOP_ID);
    if (said === null || said.leaseId === null) return;
    const { injected } = said;
    const rest = { sidecarId: CRASH_LOOP_ID, leaseId: null, activeSince: null, injected };
    await table.putReport({ ...this.#now(), ...rest });
  }

  #now(): Pick<SidecarReport, "schemaVersion" | "slot" | "reportedAt"> {
    const { slot } = this.#options;
    return { schemaVersion: 1, slot, reportedAt: this.#nowIso() };
  }

  #nowIso(): string {
    return new Date(this.#clock.now()).toISOString();
  }
}
