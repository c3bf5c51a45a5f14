/**
 * The state of a metric alarm, from its datapoints: one pure function, as the CloudWatch user guide
 * documents it ("Configuring how CloudWatch alarms treat missing data").
 */
import type { StateValue } from "../ports.ts";

export type MissingData = "missing" | "ignore" | "breaching" | "notBreaching";

export type Comparison =
  | "GreaterThanThreshold"
  | "GreaterThanOrEqualToThreshold"
  | "LessThanThreshold"
  | "LessThanOrEqualToThreshold";

/** One period: no value when nothing was measured in it. */
export interface AlarmDatapoint {
  readonly startMs: number;
  readonly value?: number | undefined;
  readonly sampleCount?: number | undefined;
}

export interface AlarmSettings {
  /** N */
  readonly evaluationPeriods: number;
  /** M, at most N */
  readonly datapointsToAlarm: number;
  readonly threshold: number;
  readonly comparison: Comparison;
  readonly treatMissingData: MissingData;
  /**
   * Samples a datapoint needs to be significant; 0 when the alarm evaluates any
   * (`EvaluateLowSampleCountPercentile`).
   */
  readonly significantSamples: number;
}

export interface Decision {
  readonly state: StateValue;
  /** The measured datapoints that decided, oldest first. */
  readonly evaluated: readonly AlarmDatapoint[];
  /** Those of them beyond the threshold. */
  readonly breaching: readonly AlarmDatapoint[];
  /** Periods without a measurement that the missing-data setting stood in for. */
  readonly filled: number;
}

/**
 * How many periods an alarm looks back at: more than N, so that N measured ones may be found among
 * late and missing ones. AWS documents the size only by its example, 5 for N = 3; the formula is the
 * one that other emulators use and that fits it.
 */
export function evaluationRange(evaluationPeriods: number): number {
  return evaluationPeriods + Math.max(Math.floor(evaluationPeriods / 3), 2);
}

const COMPARE: Readonly<Record<Comparison, (value: number, threshold: number) => boolean>> = {
  GreaterThanThreshold: (value, threshold) => value > threshold,
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
  LessThanOrEqualToThreshold: (value, threshold) => value <= threshold,
};

/** `datapoints`: the whole evaluation range, oldest first. */
export function decide(
  datapoints: readonly AlarmDatapoint[],
  settings: AlarmSettings,
  current: StateValue,
): Decision {
  const { evaluationPeriods, datapointsToAlarm, treatMissingData } = settings;
  const breaches = ({ value }: AlarmDatapoint): boolean =>
    value !== undefined && COMPARE[settings.comparison](value, settings.threshold);
  const evaluated = datapoints.filter(isMeasured).slice(-evaluationPeriods);
  const breaching = evaluated.filter(breaches);
  const enough = breaching.length >= datapointsToAlarm;
  const filled = evaluationPeriods - evaluated.length;
  const decided = (state: StateValue): Decision => ({ state, evaluated, breaching, filled });

  // "The alarm state does not change during periods with too few data points to be statistically
  // significant": any such datapoint among the evaluated ones holds the state (AWS does not say
  // how several datapoints combine).
  if (evaluated.some(({ sampleCount = Infinity }) => sampleCount < settings.significantSamples))
    return decided(current);
  if (filled === 0) return decided(enough ? "ALARM" : "OK");

  switch (treatMissingData) {
    case "breaching":
      return decided(breaching.length + filled >= datapointsToAlarm ? "ALARM" : "OK");
    case "notBreaching":
      return decided(enough ? "ALARM" : "OK");
    default:
      if (evaluated.length === 0)
        return decided(treatMissingData === "missing" ? "INSUFFICIENT_DATA" : current);
      if (enough) return decided("ALARM");
      if (breaching.length < evaluated.length) return decided("OK");
      // Every measured point breaches, but they are too few to alarm.
      return decided(
        treatMissingData === "missing" && isOldEnough(datapoints, breaches, settings)
          ? "ALARM"
          : current,
      );
  }
}

function isMeasured({ value }: AlarmDatapoint): boolean {
  return value !== undefined;
}

/**
 * "Alarms are designed to always go into ALARM state when the oldest available breaching datapoint
 * during the Evaluation Periods number of data points is at least as old as the value of Datapoints
 * to Alarm, and all other more recent data points are breaching or missing." Applied only when no
 * measured point is within the threshold: the guide's own table says OK for `0 - X - -`. For a
 * younger one (`- - - - X` at 3 of 3) the guide names no state; the lab keeps the current one.
 */
function isOldEnough(
  datapoints: readonly AlarmDatapoint[],
  breaches: (datapoint: AlarmDatapoint) => boolean,
  { evaluationPeriods, datapointsToAlarm }: AlarmSettings,
): boolean {
  const window = datapoints.slice(-evaluationPeriods);
  const oldest = window.findIndex(breaches);
  return oldest !== -1 && window.length - oldest >= datapointsToAlarm;
}
