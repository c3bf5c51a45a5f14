/** One run in progress: its identity, its notes (journal, timeline, live view) and what it has to undo. */
import { messageOf } from "../base/errors.ts";
import type { Slot, Weights } from "../guard/slot.ts";
import { type AlarmState } from "../guard/alarms.ts";
import type { DrillEvent, Step } from "./events.ts";
import type { ChosenFault } from "./faults/fault.ts";
import type { Load } from "./watch/load.ts";
import type { Undo } from "./preflight/plan.ts";
import type { DrillPorts } from "./ports.ts";
import { Source, type TimelineEvent, type TimelineEventName } from "./verdict/record.ts";
import { Sampler } from "./watch/samples.ts";
import { faultActive } from "./watch/sidecars.ts";
import type { SidecarReport } from "../sidecar/lease.ts";
import type { Acting, StepData } from "./steps/step.ts";
import { nominalSpan } from "./wait.ts";

/** What one look at the environment showed; null where a reading failed. */
export interface Look {
  readonly weights: Weights | null;
  readonly sticky: boolean | null;
  readonly alarm: { readonly state: AlarmState; readonly transitionedMs: number | null } | null;
  readonly reports: readonly SidecarReport[] | null;
}

type StampTime = { readonly wallMs: number } | { readonly nominalMs: number };

/** Responses of this many wall milliseconds make the live view's split and error share. */
const RECENT_WALL_MS = 2_000;

export class DrillRun {
  readonly id: string;
  readonly fault: ChosenFault;
  readonly ports: DrillPorts;
  /** Aborted when a person interrupts; undoing ignores it. */
  readonly signal: AbortSignal;
  readonly timeline: TimelineEvent[] = [];
  readonly undos: Undo[] = [];
  /** Of the fault's steps, as the journal has them. */
  stepData: readonly StepData[] = [];
  /** What acts from outside the slot's tasks. */
  readonly acting: Acting[] = [];
  /** Why the first entry that was not kept was not; undefined while all were. */
  notJournaled: unknown;
  readonly #emit: (event: DrillEvent) => void;
  readonly #sampler: Sampler;
  /** By reading: why the newest one failed. */
  readonly #failing = new Map<string, string>();
  #step: Step = "preflight";
  load: Load | undefined;
  leaseId: string | undefined;

  constructor(
    id: string,
    fault: ChosenFault,
    ports: DrillPorts,
    signal: AbortSignal,
    emit: (event: DrillEvent) => void,
  ) {
    this.id = id;
    this.fault = fault;
    this.ports = ports;
    this.signal = signal;
    this.#emit = emit;
    this.#sampler = new Sampler(ports.clock);
  }

  step(step: Step, text: string): void {
    this.#step = step;
    this.#emit({ type: "step", step, text });
  }

  note(text: string): void {
    this.#emit({ type: "note", text });
  }

  emit(event: DrillEvent): void {
    this.#emit(event);
  }

  /** Where it cannot be lost when it resolves. */
  async journal(type: string, data: Readonly<Record<string, unknown>> = {}): Promise<void> {
    this.ports.journal.append(this.id, type, data);
    if (this.ports.journal.flush) await this.ports.journal.flush();
  }

  /** For what must go on when the disk does not. */
  tryJournal(type: string, data: Readonly<Record<string, unknown>> = {}): void {
    try {
      this.ports.journal.append(this.id, type, data);
    } catch (error) {
      this.notJournaled ??= error;
      this.note(`not journaled: ${type}: ${messageOf(error)}`);
    }
  }

  has(event: TimelineEventName): boolean {
    return this.timeline.some((entry) => entry.event === event);
  }

  /** The same for an event that another source had stamped, and that turns out to be this one's. */
  restamp(event: TimelineEventName, source: Source, time: StampTime): void {
    const before = this.timeline.findIndex((entry) => entry.event === event);
    if (before >= 0) this.timeline.splice(before, 1);
    this.stamp(event, source, time);
  }

  /** Notes an event once; its time is given in the clock that its source reads. */
  stamp(event: TimelineEventName, source: Source, time: StampTime): void {
    if (this.has(event)) return;
    const { clock } = this.ports;
    const nominalMs = "wallMs" in time ? clock.toNominal(time.wallMs) : time.nominalMs;
    const wallMs = "wallMs" in time ? time.wallMs : clock.toWall(time.nominalMs);
    const entry: TimelineEvent = {
      event,
      at: new Date(nominalMs).toISOString(),
      wallAt: new Date(wallMs).toISOString(),
      source,
      resolutionMs: this.#resolutionMs(source),
    };
    this.timeline.push(entry);
    this.tryJournal(event, { event: entry });
    this.#emit({ type: "timeline", event: entry });
  }

  /** What the runner polls is known to a poll; wall stamps to a wall millisecond. */
  #resolutionMs(source: Source): number {
    const { clock, pollWallMs } = this.ports;
    if (source === Source.CloudWatch) return 1;
    return nominalSpan(clock, source === Source.Runner ? pollWallMs : 1);
  }

  /**
   * One look at everything that moves, for view and journal. Readings that fail are null.
   *
   * @param last journals what it shows, however short ago the last sample was
   */
  async look(slot: Slot, { last = false } = {}): Promise<Look> {
    const { traffic, alarms, faults, clock } = this.ports;
    const [live, shown, reports] = await Promise.all([
      this.#reading("the weights", traffic.read()),
      this.#reading("the alarms", alarms.read(slot)),
      this.#reading("the sidecars' reports", faults.reports(slot)),
    ]);
    const look: Look = {
      weights: live?.weights ?? null,
      sticky: live?.sticky ?? null,
      alarm: shown && { state: shown.guard.state, transitionedMs: shown.guard.transitionedMs },
      reports,
    };
    const active = this.#faultShown(reports);
    const recent = this.load?.recent(RECENT_WALL_MS);
    const totals = this.load?.snapshot();
    this.#emit({
      type: "sample",
      sample: {
        atMs: clock.now(),
        wallMs: clock.wall(),
        step: this.#step,
        weights: look.weights,
        split: recent?.split ?? { blue: 0, green: 0, unknown: 0 },
        errorShare: recent && recent.requests > 0 ? recent.errors / recent.requests : null,
        alarmState: look.alarm?.state ?? null,
        faultActive: active,
        requests: totals?.requests ?? 0,
        errors: totals?.errors ?? 0,
      },
    });
    const moment = { look, step: this.#step, faultActive: active, last };
    const sample = this.load && this.#sampler.take(moment, this.load);
    if (sample) this.tryJournal("sample", { sample });
    return look;
  }

  #faultShown(reports: readonly SidecarReport[] | null): boolean | null {
    if (this.leaseId === undefined) return false;
    if (this.acting.some((step) => step.isOver())) return false;
    if (this.fault.effect.kind === "outside") return this.acting.length > 0;
    return reports && faultActive(reports, this.leaseId, this.ports.clock.wall());
  }

  async #reading<T>(what: string, work: Promise<T>): Promise<T | null> {
    try {
      const reading = await work;
      this.#failing.delete(what);
      return reading;
    } catch (error) {
      const problem = messageOf(error);
      if (this.#failing.get(what) !== problem) {
        this.note(`${what} could not be read: ${problem}`);
      }
      this.#failing.set(what, problem);
      return null;
    }
  }
}
