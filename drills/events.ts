/** What a running drill tells whoever draws it: steps, timeline events and live samples. */
import type { Slot, Weights } from "../guard/slot.ts";
import type { DrillRecord, TimelineEvent } from "./verdict/record.ts";

export const Step = {
  Preflight: "preflight",
  Shift: "shift",
  Baseline: "baseline",
  Inject: "inject",
  Observe: "observe",
  Diagnose: "diagnose",
  Undo: "undo",
} as const;
export type Step = (typeof Step)[keyof typeof Step];

/** Counts of a stretch of responses by the slot that answered; `unknown`: no slot header. */
export type Split = Readonly<Record<Slot | "unknown", number>>;

/** One look at everything, about every 250 ms of wall time. A figure that could not be read is null. */
export interface Sample {
  /** Nominal time, milliseconds since the epoch. */
  readonly atMs: number;
  readonly wallMs: number;
  readonly step: Step;
  readonly weights: Weights | null;
  /** Responses of the last two wall seconds. */
  readonly split: Split;
  /** Bad share of those responses, 0 to 1; null when there were none. */
  readonly errorShare: number | null;
  /** State of the drilled slot's guard alarm. */
  readonly alarmState: string | null;
  /** Whether a fresh sidecar report says that the fault acts. */
  readonly faultActive: boolean | null;
  /** Of the whole load so far. */
  readonly requests: number;
  readonly errors: number;
}

export type DrillEvent =
  | { readonly type: "step"; readonly step: Step; readonly text: string }
  | { readonly type: "timeline"; readonly event: TimelineEvent }
  | { readonly type: "sample"; readonly sample: Sample }
  /** Something a person should know: a poll that failed, an undo that is tried again. */
  | { readonly type: "note"; readonly text: string }
  | { readonly type: "finished"; readonly record: DrillRecord };
