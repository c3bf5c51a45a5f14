/**
 * Where an alarm's evaluation window ends: now for a sliding one; at the last boundary of the
 * clock for a wall clock one, for that shows a datapoint only when its period is over
 * (CloudWatch user guide, "Alarm evaluation window").
 */
import type { EvaluationWindow } from "@aws-sdk/client-cloudwatch";
import { UTC, windowZone } from "../timeZone.ts";
import { constraintError, notImplemented, requireLength, validationError } from "../validation.ts";
import type { MetricDefinition } from "./alarm.ts";

const WALL_CLOCK_PERIODS = [60, 300, 3600, 86_400, 604_800];
/** Weeks begin on Mondays; the epoch was a Thursday. */
const FIRST_MONDAY_MS = 4 * 86_400_000;

export function windowEnd({ window, periodSeconds }: MetricDefinition, atMs: number): number {
  if (!window?.zone) return atMs;
  const periodMs = periodSeconds * 1000;
  const localMs = atMs + window.zone.offsetMs(atMs) - FIRST_MONDAY_MS;
  const sinceBoundary = ((localMs % periodMs) + periodMs) % periodMs;
  return atMs - sinceBoundary;
}

/** Throws `ValidationError`; `NotImplemented` where days would not all be of one length. */
export function requireEvaluationWindow(
  window: EvaluationWindow | undefined,
  periodSeconds: number,
): Pick<MetricDefinition, "window"> {
  if (window === undefined) return {};
  const { SlidingWindow, WallClockWindow } = window;
  if ((SlidingWindow === undefined) === (WallClockWindow === undefined))
    throw constraintError(
      "evaluationWindow",
      JSON.stringify(window),
      "set exactly one of SlidingWindow and WallClockWindow",
    );
  if (!WallClockWindow) return { window: { asPut: window } };
  if (!WALL_CLOCK_PERIODS.includes(periodSeconds))
    throw validationError(
      `Invalid Period ${periodSeconds}: with a WallClockWindow valid values are ` +
        `${WALL_CLOCK_PERIODS.join(", ")}.`,
    );
  const { Timezone } = WallClockWindow;
  if (Timezone === undefined) return { window: { asPut: window, zone: UTC } };
  const member = "evaluationWindow.wallClockWindow.timezone";
  const zone = windowZone(member, requireLength(member, Timezone, 1, 50));
  if (!zone.fixed && periodSeconds > 3600)
    throw notImplemented(`days and weeks of ${Timezone}, whose clock changes (${member})`);
  return { window: { asPut: window, zone } };
}
