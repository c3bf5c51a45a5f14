/** When a schedule is due, and how late in its flexible window it runs. Pure. */
import { createHash } from "node:crypto";
import { nextDue } from "../events/schedule/expression.ts";
import type { Timing } from "./store.ts";

/**
 * The first time after `afterMs`; undefined when none is left. "EventBridge Scheduler ignores
 * StartDate [and EndDate] for one-time schedules"; others run from the one until the other. A rate
 * runs at its start for the first time.
 */
export function nextOccurrence(timing: Timing, afterMs: number): number | undefined {
  const { expression, zone, startMs, endMs } = timing;
  const anchorMs = startMs ?? timing.anchorMs;
  if (expression.kind === "at") return nextDue(expression, afterMs, { anchorMs, zone });
  const from = startMs === undefined ? afterMs : Math.max(afterMs, startMs - 1);
  const due = nextDue(expression, from, { anchorMs, zone });
  return due !== undefined && due <= (endMs ?? Infinity) ? due : undefined;
}

/**
 * Nominal milliseconds after `dueMs` at which the target is invoked: whole seconds within the
 * window. AWS does not say how it disperses; the lab draws from the schedule and the time, so that
 * the same run gives the same times.
 */
export function lateness(scheduleArn: string, dueMs: number, windowMinutes: number): number {
  if (windowMinutes === 0) return 0;
  const digest = createHash("sha256").update(`${scheduleArn} ${dueMs}`).digest();
  return Math.floor((digest.readUInt32BE(0) / 2 ** 32) * windowMinutes * 60) * 1000;
}
