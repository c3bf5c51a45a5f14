/** The reasons of transitions, as CloudWatch words them. */
import { describe, expect, test } from "vitest";
import { decide } from "../../../../lab/cloudwatch/alarms/decide.ts";
import type { AlarmSettings, MissingData } from "../../../../lab/cloudwatch/alarms/decide.ts";
import { stateOf } from "../../../../lab/cloudwatch/alarms/reason.ts";
import type { StateValue } from "../../../../lab/cloudwatch/ports.ts";
import { MINUTE, START } from "../harness.ts";

/** M of N above 5, `values` one a minute with the newest on the right. */
function reasonOf(
  [m, n]: readonly [number, number],
  values: readonly (number | undefined)[],
  treatMissingData: MissingData,
  previous: StateValue,
): readonly [StateValue, string] {
  const settings: AlarmSettings = {
    evaluationPeriods: n,
    datapointsToAlarm: m,
    threshold: 5,
    comparison: "GreaterThanThreshold",
    treatMissingData,
    significantSamples: 0,
  };
  const datapoints = values.map((value, index) => ({ startMs: START + index * MINUTE, value }));
  const state = stateOf(decide(datapoints, settings, previous), settings, previous, {
    nowMs: START + values.length * MINUTE,
    periodSeconds: 60,
  });
  return [state.value, state.reason];
}

const _ = undefined;
describe.each<
  [
    readonly [number, number],
    readonly (number | undefined)[],
    MissingData,
    StateValue,
    StateValue,
    string,
  ]
>([
  [
    [1, 1],
    [_, _, 99.5],
    "missing",
    "OK",
    "ALARM",
    "Threshold Crossed: 1 out of the last 1 datapoints [99.5 (14/03/26 09:02:00)] was greater than " +
      "the threshold (5.0) (minimum 1 datapoint for OK -> ALARM transition).",
  ],
  [
    [1, 1],
    [_, _, 0],
    "missing",
    "INSUFFICIENT_DATA",
    "OK",
    "Threshold Crossed: 1 out of the last 1 datapoints [0.0 (14/03/26 09:02:00)] was not greater " +
      "than the threshold (5.0).",
  ],
  [
    [2, 3],
    [_, _, 9, 0, 8],
    "missing",
    "OK",
    "ALARM",
    "Threshold Crossed: 2 out of the last 3 datapoints [8.0 (14/03/26 09:04:00), " +
      "9.0 (14/03/26 09:02:00)] were greater than the threshold (5.0) (minimum 2 datapoints for " +
      "OK -> ALARM transition).",
  ],
  [
    [2, 3],
    [_, _, 9, 0, 0],
    "missing",
    "ALARM",
    "OK",
    "Threshold Crossed: 2 out of the last 3 datapoints [0.0 (14/03/26 09:04:00), " +
      "0.0 (14/03/26 09:03:00)] were not greater than the threshold (5.0) (minimum 2 datapoints " +
      "for ALARM -> OK transition).",
  ],
  [
    [2, 3],
    [_, _, 9, _, _],
    "breaching",
    "OK",
    "ALARM",
    "Threshold Crossed: 1 out of the last 3 datapoints [9.0 (14/03/26 09:02:00)] was greater than " +
      "the threshold (5.0) and 2 missing datapoints were treated as [Breaching] (minimum 2 " +
      "datapoints for OK -> ALARM transition).",
  ],
  [
    [2, 3],
    [_, _, 9, _, _],
    "notBreaching",
    "ALARM",
    "OK",
    "Threshold Crossed: 1 out of the last 3 datapoints [9.0 (14/03/26 09:02:00)] was greater than " +
      "the threshold (5.0) and 2 missing datapoints were treated as [NonBreaching] (minimum 2 " +
      "datapoints for ALARM -> OK transition).",
  ],
  [
    [1, 1],
    [_, _, _],
    "notBreaching",
    "ALARM",
    "OK",
    "Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated " +
      "as [NonBreaching].",
  ],
  [
    [5, 5],
    [_, _, _, _, _, _, _],
    "missing",
    "OK",
    "INSUFFICIENT_DATA",
    "Insufficient Data: 5 datapoints were unknown.",
  ],
])("%j %j %s from %s", (mOfN, values, treatment, previous, state, reason) => {
  test(`is ${state}`, () => {
    expect(reasonOf(mOfN, values, treatment, previous)).toEqual([state, reason]);
  });
});
