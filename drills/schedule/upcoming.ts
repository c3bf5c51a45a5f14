/** The fires of a schedule as they can be known beforehand: when, or why not. Pure. */
import { createHash } from "node:crypto";
import { type Occurrence, occurrences } from "./occurrences.ts";
import type { Schedule } from "./schedule.ts";
import { wallStamp } from "./stamps.ts";
import { blockedBy, openWindow } from "./windows.ts";

/** Why a fire did not start: `gap` to `window` can be known beforehand, the others only at its time. */
export const MissedReason = {
  Gap: "gap",
  Overlap: "overlap",
  Paused: "paused",
  Date: "date",
  Window: "window",
  Deadline: "deadline",
  Down: "down",
  Suspended: "suspended",
  ClockForward: "clock-forward",
  Superseded: "superseded",
  StillRunning: "still-running",
  Rest: "rest",
  Gate: "gate",
  Alarm: "alarm",
} as const;
export type MissedReason = (typeof MissedReason)[keyof typeof MissedReason];

export interface Refusal {
  readonly reason: MissedReason;
  /** A sentence for a person. */
  readonly detail: string;
}

export interface Due {
  /** What the expression names; it identifies the fire. */
  readonly dueMs: number;
  /** With the jitter. */
  readonly startMs: number;
  readonly wallMs: number;
  /** Null when nothing that can be known beforehand stands against it. */
  readonly refusal: Refusal | null;
}

/** Every occurrence after `afterMs`, in the order of their instants before jitter. */
export function* upcoming(schedule: Schedule, afterMs: number): Generator<Due, void> {
  for (const occurrence of occurrences(schedule.timing, afterMs)) {
    const { atMs, wallMs, skipped } = occurrence;
    const startMs = skipped === null ? atMs + jitterOf(schedule, atMs) : atMs;
    const refusal = clockRefusal(schedule, occurrence) ?? staticRefusal(schedule, startMs);
    yield { dueMs: atMs, startMs, wallMs, refusal };
  }
}

/**
 * Milliseconds from 0 to the schedule's jitter, in whole seconds: the same for the same name and
 * instant on every machine, and evenly spread over instants.
 */
export function jitterOf({ name, jitterMs }: Schedule, dueMs: number): number {
  const seconds = Math.floor(jitterMs / 1000);
  if (seconds === 0) return 0;
  const digest = createHash("sha256")
    .update(`${name}\n${new Date(dueMs).toISOString()}`)
    .digest();
  return Math.floor((digest.readUInt32BE(0) / 2 ** 32) * (seconds + 1)) * 1000;
}

function clockRefusal({ timing }: Schedule, occurrence: Occurrence): Refusal | null {
  const local = wallStamp(occurrence.wallMs);
  if (occurrence.skipped === "gap") {
    return {
      reason: MissedReason.Gap,
      detail: `the clocks of ${timing.zone} skip ${local} (gap: skip)`,
    };
  }
  if (occurrence.skipped === "overlap") {
    return {
      reason: MissedReason.Overlap,
      detail: `the clocks of ${timing.zone} show ${local} for the second time (overlap: once)`,
    };
  }
  return null;
}

function staticRefusal(schedule: Schedule, startMs: number): Refusal | null {
  const { timing, windows, blockedDates } = schedule;
  if (schedule.paused) return { reason: MissedReason.Paused, detail: "the schedule is paused" };
  const date = blockedBy(blockedDates, startMs, timing.zone);
  if (date) return { reason: MissedReason.Date, detail: `blocked date ${date.text}` };
  if (!windows) return null;
  const open = openWindow(windows.list, startMs, timing.zone);
  if (windows.kind === "blocked") {
    if (!open) return null;
    return { reason: MissedReason.Window, detail: `in the blocked window ${open.text}` };
  }
  if (open) return null;
  const all = windows.list.map(({ text }) => text).join(", ");
  return { reason: MissedReason.Window, detail: `outside the allowed windows ${all}` };
}
