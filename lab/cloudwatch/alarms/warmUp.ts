/**
 * The warm-up of a metric alarm (CloudWatch user guide, "Alarm warm-up periods"): for a while after
 * it was put it is not evaluated and performs no actions.
 */
import type { MetricAlarm, MetricDefinition } from "./alarm.ts";
import type { AlarmDatapoint } from "./decide.ts";

/**
 * `datapoints`: the evaluation range, oldest first. "Evaluation begins as soon as the alarm has
 * enough metric data to fill its evaluation window", unless the warm-up is to last its full time.
 */
export function isWarming(
  { warmingSinceMs, definition: { warmUp, settings } }: MetricAlarm,
  datapoints: readonly AlarmDatapoint[],
  nowMs: number,
): boolean {
  if (warmingSinceMs === undefined || !warmUp) return false;
  if (nowMs >= warmingSinceMs + warmUp.minutes * 60_000) return false;
  const window = datapoints.slice(-settings.evaluationPeriods);
  return warmUp.full === true || window.some(({ value }) => value === undefined);
}

export function beginWarmUp(alarm: MetricAlarm, nowMs: number): void {
  alarm.warmingSinceMs = nowMs;
  alarm.state = { ...alarm.state, evaluationState: "IN_WARM_UP" };
}

/** Nothing for an alarm that is not in its warm-up. */
export function endWarmUp(alarm: MetricAlarm, nowMs: number): void {
  if (alarm.warmingSinceMs === undefined) return;
  alarm.warmingSinceMs = undefined;
  const { evaluationState: _, ...state } = alarm.state;
  // StateUpdatedTimestamp: "the last update to StateValue or EvaluationState".
  alarm.state = { ...state, timestampMs: nowMs };
}

/**
 * Before an update takes effect. Another duration counts from the same begin, and "if you change
 * it after the warm-up period ends, the new value does not restart the warm-up period". An alarm
 * that had none begins its warm-up with the update, in the state that it has: AWS says that "its
 * state is left unchanged" by updates, and nothing of this case.
 */
export function updateWarmUp(
  alarm: MetricAlarm,
  { warmUp }: MetricDefinition,
  nowMs: number,
): void {
  if (!warmUp) endWarmUp(alarm, nowMs);
  else if (!alarm.definition.warmUp) beginWarmUp(alarm, nowMs);
}
