/**
 * Looks once a second (by default): is a shift of traffic under way, what did both slots answer, and
 * is the evidence against this one enough? Whatever fails is tried again at the next look and
 * touches no request.
 */
import type { Cancel, Clock } from "../base/clock.ts";
import { messageOf } from "../base/errors.ts";
import { withDeadline } from "../guard/attempts.ts";
import type { EnvironmentRecord } from "../guard/record.ts";
import { SENTINEL_SOURCE, type SentinelEvent, shiftOf } from "../guard/sentinelEvent.ts";
import { otherSlot, type Slot } from "../guard/slot.ts";
import { type Counts, type CountHistory } from "./countHistory.ts";
import type { CountsTable } from "./countsTable.ts";
import {
  advance,
  beginSentinel,
  saysRevert,
  type Sentinel,
  type SentinelSettings,
  sentinelVerdict,
} from "./sentinel.ts";

export interface SentinelWatchOptions {
  readonly slot: Slot;
  readonly sidecarId: string;
  readonly settings: SentinelSettings;
  readonly history: CountHistory;
  readonly readRecord: () => Promise<EnvironmentRecord>;
  readonly table: CountsTable;
  /** Invokes the guard's function and does not wait for what it does. */
  readonly callGuard: (event: SentinelEvent) => Promise<void>;
  /** Wall milliseconds of a stretch, and from one look to the next. */
  readonly lookMs: number;
  /** The wall, but in a simulation. */
  readonly clock: Clock;
  readonly log: (line: string) => void;
}

/** Stretches that a report tells of again, for a reader that was held up. */
const TOLD_AGAIN = 30;
/** Wall milliseconds for one look. */
const LOOK_TIMEOUT_MS = 3_000;

interface Shift {
  readonly name: string;
  readonly first: number;
  readonly control: Counts;
  sentinel: Sentinel;
  /** Once is enough: Lambda tries again by itself. */
  isTold: boolean;
}

export class SentinelWatch {
  readonly #options: SentinelWatchOptions;
  #cancel: Cancel | undefined;
  #stopped = false;
  #shift: Shift | null = null;
  #problem = "";

  constructor(options: SentinelWatchOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#stopped) return;
    const { lookMs, clock } = this.#options;
    // Just after a stretch has ended: what it brought can be told at once.
    const nowMs = clock.now();
    const waitMs = lookMs - (nowMs % lookMs) + lookMs / 20;
    this.#cancel = clock.schedule(nowMs + waitMs, async () => {
      await this.look();
      this.start();
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  async look(): Promise<void> {
    try {
      await withDeadline(this.#look(), LOOK_TIMEOUT_MS);
      this.#problem = "";
    } catch (error) {
      const problem = messageOf(error);
      if (problem !== this.#problem) this.#options.log(`the sentinel could not look: ${problem}`);
      this.#problem = problem;
    }
  }

  async #look(): Promise<void> {
    const { slot, readRecord, table } = this.#options;
    const record = await readRecord();
    const shift = this.#follow(shiftOf(record));
    if (!shift) return;
    await this.#tell(shift);
    if (record.candidate !== slot) return;
    const other = otherSlot(slot);
    const [own, others] = await Promise.all([table.reports(slot), table.reports(other)]);
    const told = slot === "blue" ? { blue: own, green: others } : { blue: others, green: own };
    shift.sentinel = advance(shift.sentinel, record, told);
    if (!shift.isTold && saysRevert(shift.sentinel)) await this.#call(shift);
  }

  /** Another shift begins from nothing, whatever was known of the last one. */
  #follow(name: string | null): Shift | null {
    if (name === null) this.#shift = null;
    else if (this.#shift?.name !== name) {
      const { history, settings, clock } = this.#options;
      const current = history.stretchAt(clock.now());
      const sentinel = beginSentinel(settings, name, current);
      const control = history.sumUpTo(current - 1);
      this.#shift = { name, first: current, control, sentinel, isTold: false };
    }
    return this.#shift;
  }

  async #tell({ name, first, control }: Shift): Promise<void> {
    const { slot, sidecarId, history, table, clock } = this.#options;
    const through = history.stretchAt(clock.now()) - 1;
    const from = Math.max(first, through - TOLD_AGAIN + 1);
    const length = Math.max(0, through - from + 1);
    const stretches = Array.from({ length }, (_, index) => from + index).flatMap((at) => {
      const counts = history.at(at);
      return counts.requests > 0 ? [{ at, ...counts }] : [];
    });
    await table.put({
      schemaVersion: 1,
      slot,
      sidecarId,
      shift: name,
      control,
      through,
      stretches,
    });
  }

  async #call(shift: Shift): Promise<void> {
    const { slot, callGuard, clock, log } = this.#options;
    const { eValue, needed, why } = sentinelVerdict(shift.sentinel);
    await callGuard({
      source: SENTINEL_SOURCE,
      slot,
      shift: shift.name,
      evidence: { eValue, needed, why },
      at: new Date(clock.now()).toISOString(),
    });
    shift.isTold = true;
    log(`the sentinel called the guard: ${why}`);
  }
}
