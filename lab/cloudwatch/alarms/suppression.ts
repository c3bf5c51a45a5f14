/**
 * Whether a composite alarm's actions are suppressed, as a state machine over events and the clock
 * (CloudWatch user guide, "Suppressing composite alarm actions"). It begins with a transition of
 * the composite alarm and is over when its actions may run:
 *
 *     transition -> Alarm (the suppressor is in ALARM), else WaitPeriod, else over
 *     WaitPeriod, ExtensionPeriod -> Alarm when the suppressor goes to ALARM, over when they end
 *     Alarm -> ExtensionPeriod when the suppressor leaves ALARM, else over
 *
 * "Composite alarms take actions that are based on their current states" when it is over. What the
 * suppressor does after that changes nothing until the next transition.
 */
export type Suppression =
  | { readonly by: "Alarm" }
  | { readonly by: "WaitPeriod" | "ExtensionPeriod"; readonly untilMs: number };

export interface SuppressionSettings {
  readonly waitSeconds: number;
  readonly extensionSeconds: number;
}

export type SuppressionInput =
  /** The composite alarm has changed its state: a running period is discarded. */
  | { readonly kind: "transition"; readonly suppressorInAlarm: boolean }
  | { readonly kind: "suppressor"; readonly suppressorInAlarm: boolean }
  /** "If you replace the action suppressor alarm, any active period is discarded." */
  | { readonly kind: "replaced"; readonly suppressorInAlarm: boolean }
  | { readonly kind: "clock" };

/** undefined: not suppressed. `nowMs`: nominal milliseconds. */
export function nextSuppression(
  current: Suppression | undefined,
  input: SuppressionInput,
  settings: SuppressionSettings,
  nowMs: number,
): Suppression | undefined {
  if (input.kind === "transition")
    return input.suppressorInAlarm
      ? { by: "Alarm" }
      : period("WaitPeriod", settings.waitSeconds, nowMs);
  if (!current) return undefined;
  if (input.kind === "clock")
    return current.by !== "Alarm" && current.untilMs <= nowMs ? undefined : current;
  if (input.suppressorInAlarm) return { by: "Alarm" };
  if (input.kind === "replaced") return undefined;
  return current.by === "Alarm"
    ? period("ExtensionPeriod", settings.extensionSeconds, nowMs)
    : current;
}

function period(
  by: "WaitPeriod" | "ExtensionPeriod",
  seconds: number,
  nowMs: number,
): Suppression | undefined {
  return seconds > 0 ? { by, untilMs: nowMs + seconds * 1000 } : undefined;
}
