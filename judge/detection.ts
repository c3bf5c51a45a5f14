/** The least and the most that an alarm set can need to detect a fault: pure. */

export interface DetectionFacts {
  readonly periodSeconds: number;
  /** M of "M out of N datapoints". */
  readonly datapointsToAlarm: number;
  /** From the end of a period until alarms see its datapoint. */
  readonly deliveryDelayMs: number;
  /** How long the fault must act at the end of a period to make that period breach, onset included. */
  readonly timeToBreachMs: number;
  /** From the fault's first act until a response shows it. */
  readonly onsetMs: number;
  /** From one evaluation of the alarm to the next. */
  readonly cadenceMs: number;
}

/** Nominal milliseconds. */
export interface DetectionFloor {
  /** A strong fault that starts late in a period: (M-1) x period + time to breach + delay. */
  readonly detect: number;
  /** A fault that just misses a period and an evaluation: onset + (M+1) x period + cadence + delay. */
  readonly detectWorst: number;
}

/** Source: the documented evaluation of alarms (periods, M of N, cadence); see evaluationCadenceMs. */
export function detectionFloor(facts: DetectionFacts): DetectionFloor {
  const periodMs = facts.periodSeconds * 1000;
  const m = facts.datapointsToAlarm;
  return {
    detect: Math.round((m - 1) * periodMs + facts.timeToBreachMs + facts.deliveryDelayMs),
    detectWorst: Math.round(
      facts.onsetMs + (m + 1) * periodMs + facts.cadenceMs + facts.deliveryDelayMs,
    ),
  };
}

/** CloudWatch evaluates every minute, alarms with a period below 60 s every 10 s. */
export function evaluationCadenceMs(periodSeconds: number): number {
  return periodSeconds < 60 ? 10_000 : 60_000;
}
