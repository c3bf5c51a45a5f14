/** How a lab's time is set up, and what of that cannot be. */
import type { Problem } from "../base/errors.ts";

export interface TimeOptions {
  /** Nominal seconds per wall second; not together with `manualClock`. @default 1 */
  readonly speed?: number;
  /** The clock stands still and moves through `POST /_lab/clock` alone. @default false */
  readonly manualClock?: boolean;
  /**
   * Nominal time of the lab's start, milliseconds since the epoch, from 2000 to 2199. With
   * `manualClock` only: clients stamp their data with the wall's time, and a running clock that
   * shows another would call it too old or too new.
   * @default the wall's time
   */
  readonly startAtMs?: number;
  /**
   * Nominal milliseconds until readers and alarms see what PutMetricData brought, 0 to 3 hours. AWS
   * names no figure.
   * @default 0
   */
  readonly customMetricDelayMs?: number;
}

const EARLIEST_MS = Date.UTC(2000, 0, 1);
const LATEST_MS = Date.UTC(2200, 0, 1);
const LONGEST_DELAY_MS = 3 * 3_600_000;

export function timeProblems(options: TimeOptions): readonly Problem[] {
  const { speed, manualClock = false, startAtMs, customMetricDelayMs = 0 } = options;
  const problems: Problem[] = [];
  if (speed !== undefined && manualClock) {
    problems.push({
      field: "speed",
      value: speed,
      allowed: "nothing beside manualClock",
      fix: "a clock moved by hand has no speed of its own: leave one of the two out",
    });
  } else if (speed !== undefined && !(speed > 0 && speed < Infinity)) {
    problems.push({ field: "speed", value: speed, allowed: "a number above 0" });
  }
  if (startAtMs !== undefined && !manualClock) {
    problems.push({ field: "startAtMs", value: startAtMs, allowed: "only beside manualClock" });
  } else if (startAtMs !== undefined && !isWholeWithin(startAtMs, EARLIEST_MS, LATEST_MS - 1)) {
    problems.push({
      field: "startAtMs",
      value: startAtMs,
      allowed: "whole milliseconds from 2000-01-01T00:00:00Z to the end of 2199",
    });
  }
  if (!isWholeWithin(customMetricDelayMs, 0, LONGEST_DELAY_MS)) {
    problems.push({
      field: "customMetricDelayMs",
      value: customMetricDelayMs,
      allowed: `a whole number from 0 to ${LONGEST_DELAY_MS}`,
    });
  }
  return problems;
}

function isWholeWithin(value: number, low: number, high: number): boolean {
  return Number.isInteger(value) && value >= low && value <= high;
}
