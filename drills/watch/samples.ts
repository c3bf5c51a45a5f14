/** What a running drill writes of its traffic, weights and alarm: a report's picture is drawn from it. */
import { z } from "zod";
import type { Clock } from "../../base/clock.ts";
import type { Slot } from "../../guard/slot.ts";
import type { Step } from "../events.ts";
import type { LoadSnapshot } from "./loadRecorder.ts";
import type { Look } from "../run.ts";

const count = z.int().min(0);

const slotSampleSchema = z.object({
  requests: count,
  errors: count,
  /** Wall milliseconds, of the responses that came; null when none did. */
  p99Ms: z.number().min(0).nullable(),
});
export type SlotSample = z.infer<typeof slotSampleSchema>;

/** A window of a drill: responses completed in it, and what one look at its end showed. */
export const journalSampleSchema = z.object({
  /** Nominal time at which the window ends. */
  at: z.iso.datetime(),
  /** Nominal milliseconds from its start to its end. */
  spanMs: z.int().min(1),
  /** The same stretch in wall milliseconds: rates are per wall second, because requests are work. */
  spanWallMs: z.int().min(1),
  step: z.string(),
  /** Null where a reading failed, here and below. */
  weights: z.object({ blue: count, green: count }).nullable(),
  /** State of the drilled slot's guard alarm. */
  alarmState: z.string().nullable(),
  faultActive: z.boolean().nullable(),
  slots: z.object({
    blue: slotSampleSchema,
    green: slotSampleSchema,
    /** Responses that do not say which slot answered, and requests without an answer. */
    unknown: slotSampleSchema,
  }),
  /** What the drill calls bad: errors, and slow answers where slowness is its fault. */
  bad: count,
  /** Requests that were due in the window and were held back. */
  notSent: count,
});
export type JournalSample = z.infer<typeof journalSampleSchema>;

/** Nominal milliseconds; the finest picture anyone needs. */
const LEAST_SPAN_MS = 2_000;
/** Four a second: the journal is on disk before the drill goes on. */
const LEAST_SPAN_WALL_MS = 240;
/** After so many samples windows are twice as long, so that a drill of hours stays a small file. */
const SAMPLES_PER_PACE = 500;

/** What a sampler needs of a load. */
export interface SampledLoad {
  snapshot(): LoadSnapshot;
  /** By slot, of responses completed in the last `wallMs`; null when none was. */
  p99(wallMs: number): Readonly<Record<Slot, number | null>>;
}

export interface Moment {
  readonly look: Look;
  readonly step: Step;
  readonly faultActive: boolean | null;
  /** Of the drill: a sample of it is due, however short its window. */
  readonly last: boolean;
}

/** Turns looks at an environment into samples, none closer to the last than its pace allows. */
export class Sampler {
  readonly #clock: Clock;
  #from: { readonly atMs: number; readonly wallMs: number; readonly counts: LoadSnapshot } | null =
    null;
  #taken = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The window that ends now; undefined for the first look and while the last one is too near. */
  take(moment: Moment, load: SampledLoad): JournalSample | undefined {
    const [atMs, wallMs, counts] = [this.#clock.now(), this.#clock.wall(), load.snapshot()];
    const from = this.#from;
    if (!from) {
      this.#from = { atMs, wallMs, counts };
      return undefined;
    }
    const pace = 2 ** Math.floor(this.#taken / SAMPLES_PER_PACE);
    const [spanMs, spanWallMs] = [atMs - from.atMs, wallMs - from.wallMs];
    const isDue = spanMs >= LEAST_SPAN_MS * pace && spanWallMs >= LEAST_SPAN_WALL_MS * pace;
    const isPossible = spanMs >= 1 && spanWallMs >= 1;
    if (!isDue && !(moment.last && isPossible)) return undefined;
    this.#from = { atMs, wallMs, counts };
    this.#taken++;
    // What came in the millisecond in which the last window ended belongs to that one.
    const p99 = load.p99(spanWallMs - 1);
    const slot = (name: Slot | "unknown"): SlotSample => ({
      requests: counts.bySlot[name].requests - from.counts.bySlot[name].requests,
      errors: counts.bySlot[name].errors - from.counts.bySlot[name].errors,
      p99Ms: name === "unknown" ? null : p99[name],
    });
    return {
      at: new Date(atMs).toISOString(),
      spanMs,
      spanWallMs,
      step: moment.step,
      weights: moment.look.weights,
      alarmState: moment.look.alarm?.state ?? null,
      faultActive: moment.faultActive,
      slots: { blue: slot("blue"), green: slot("green"), unknown: slot("unknown") },
      bad: counts.bad - from.counts.bad,
      notSent: counts.notSent - from.counts.notSent,
    };
  }
}
