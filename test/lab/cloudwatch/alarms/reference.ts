/**
 * The state of a metric alarm a second time, in the words of the user guide ("Configuring how
 * CloudWatch alarms treat missing data") and over its symbols: `0` within the threshold, `X`
 * breaching, `-` missing, the newest on the right. It shares no code with the lab.
 */
import * as fc from "fast-check";

export type Symbols = string;
export type State = "OK" | "ALARM" | "INSUFFICIENT_DATA";
export type Treatment = "missing" | "ignore" | "breaching" | "notBreaching";

export const STATES: readonly State[] = ["OK", "ALARM", "INSUFFICIENT_DATA"];
export const TREATMENTS: readonly Treatment[] = ["missing", "ignore", "breaching", "notBreaching"];

export interface Alarm {
  /** Evaluation Periods */
  readonly n: number;
  /** Datapoints to Alarm */
  readonly m: number;
  readonly treatment: Treatment;
}

/** The guide's only figure is 5 for 3; this is what the lab chose for the others. */
export function rangeOf(n: number): number {
  return n + Math.max(Math.floor(n / 3), 2);
}

/** `range`: every period of the evaluation range. */
export function referenceState(range: Symbols, { n, m, treatment }: Alarm, current: State): State {
  const existing = range.replaceAll("-", "");
  const judge = (points: Symbols): State => (count(points, "X") >= m ? "ALARM" : "OK");

  // "... the total number of existing data points [...] is equal to or more than the alarm's
  // Evaluation Periods: CloudWatch evaluates the alarm state based on the most recent real data
  // points [...] the value you set for how to treat missing data is not needed and is ignored."
  if (existing.length >= n) return judge(existing.slice(-n));

  // "... lower than [...] Evaluation Periods: CloudWatch fills in the missing data points with the
  // result you specified [...] all real data points in the evaluation range are included."
  const shortfall = n - existing.length;
  if (treatment === "breaching") return judge("X".repeat(shortfall) + existing);
  if (treatment === "notBreaching") return judge("0".repeat(shortfall) + existing);

  // The tables: nothing at all is INSUFFICIENT_DATA or the current state; what exists decides when
  // it can: enough breaching points, or any point within the threshold.
  if (existing === "") return treatment === "missing" ? "INSUFFICIENT_DATA" : current;
  if (count(existing, "X") >= m) return "ALARM";
  if (existing.includes("0")) return "OK";

  // "Alarms are designed to always go into ALARM state when the oldest available breaching datapoint
  // during the Evaluation Periods number of data points is at least as old as the value of Datapoints
  // to Alarm, and all other more recent data points are breaching or missing." IGNORE retains.
  const oldest = range.slice(-n).indexOf("X");
  const age = oldest === -1 ? 0 : n - oldest;
  return treatment === "missing" && age >= m ? "ALARM" : current;
}

function count(points: Symbols, symbol: string): number {
  return points.split(symbol).length - 1;
}

export function anyAlarm(mostPeriods: number): fc.Arbitrary<Alarm> {
  return fc.integer({ min: 1, max: mostPeriods }).chain((n) =>
    fc.record({
      n: fc.constant(n),
      m: fc.integer({ min: 1, max: n }),
      treatment: fc.constantFrom(...TREATMENTS),
    }),
  );
}
