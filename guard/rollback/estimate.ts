/** How long it takes to bring a release back: measured where it was measured, with n; else floors. */
import { formatDuration } from "../../base/duration.ts";
import type { SlotService } from "../slotServices.ts";

/** Of deployments that ECS still remembers: from the first new task to "deployment completed". */
export function deployTimesOf({ events }: Pick<SlotService, "events">): number[] {
  const times: number[] = [];
  let startMs: number | null = null;
  for (const { atMs, message } of events.toReversed()) {
    if (message.includes("has reached a steady state")) startMs = null;
    else if (/has started \d+ tasks/.test(message)) startMs ??= atMs;
    else if (message.endsWith("deployment completed.") && startMs !== null) {
      times.push(atMs - startMs);
      startMs = null;
    }
  }
  return times;
}

export interface Estimate {
  /** Of the measured deployments, milliseconds; null when n is 0. */
  readonly medianMs: number | null;
  readonly maxMs: number | null;
  readonly n: number;
  /** It cannot be less: what the configuration says. */
  readonly floorMs: number;
}

/** The load balancer's health checks come every 10 s, and a new target needs one that passes. */
export const HEALTH_CHECK_MS = 10_000;
/** An alarm that is not OK needs two healthy periods. */
export const ALARM_MS = 2 * 60_000;

/** @param alarmOk whether the idle slot's guard alarm is OK now */
export function estimateDeploy(times: readonly number[], alarmOk: boolean): Estimate {
  const sorted = times.toSorted((a, b) => a - b);
  return {
    medianMs: sorted[Math.floor((sorted.length - 1) / 2)] ?? null,
    maxMs: sorted.at(-1) ?? null,
    n: sorted.length,
    floorMs: HEALTH_CHECK_MS + (alarmOk ? 0 : ALARM_MS),
  };
}

export function describeEstimate({ medianMs, maxMs, n, floorMs }: Estimate): string {
  const floor = `not less than ${formatDuration(floorMs)}`;
  if (medianMs === null || maxMs === null) return `not measured yet (n = 0), ${floor}`;
  const measured =
    n === 1
      ? formatDuration(medianMs)
      : `${formatDuration(medianMs)}, at most ${formatDuration(maxMs)}`;
  return `${measured} (n = ${n} deployments), ${floor}`;
}
