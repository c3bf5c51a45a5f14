/** The lab's decisions against the reference: every short series, and random long ones. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decide, evaluationRange } from "../../../../lab/cloudwatch/alarms/decide.ts";
import type { Comparison } from "../../../../lab/cloudwatch/alarms/decide.ts";
import { anyAlarm, rangeOf, referenceState, STATES, TREATMENTS } from "./reference.ts";
import type { Alarm, State, Symbols } from "./reference.ts";

// More of it: FUZZ_RUNS=50000 FUZZ_SEED=$RANDOM npx vitest run test/lab/cloudwatch/alarms
const RUNS = Number(process.env["FUZZ_RUNS"] ?? 2_000);
const SEED = Number(process.env["FUZZ_SEED"] ?? 20260314);
const THRESHOLD = 5;

/** Whether each comparison calls a value breaching, around the threshold of 5. */
const BREACHING: Readonly<Record<Comparison, readonly number[]>> = {
  GreaterThanThreshold: [6, 100],
  GreaterThanOrEqualToThreshold: [5, 6, 100],
  LessThanThreshold: [4, 0, -1],
  LessThanOrEqualToThreshold: [5, 4, 0, -1],
};
const VALUES = [-1, 0, 4, 5, 6, 100];
const COMPARISONS = Object.keys(BREACHING).filter((name): name is Comparison => name in BREACHING);

function symbolOf(value: number | undefined, comparison: Comparison): string {
  if (value === undefined) return "-";
  return BREACHING[comparison].includes(value) ? "X" : "0";
}

function labState(
  values: readonly (number | undefined)[],
  alarm: Alarm,
  comparison: Comparison,
  current: State,
): State {
  return decide(
    values.map((value, index) => ({ startMs: index * 60_000, value })),
    {
      evaluationPeriods: alarm.n,
      datapointsToAlarm: alarm.m,
      threshold: THRESHOLD,
      comparison,
      treatMissingData: alarm.treatment,
      significantSamples: 0,
    },
    current,
  ).state;
}

describe("decide", () => {
  test.each([1, 2, 3, 4])("every series for %d evaluation periods", (n) => {
    const values: Readonly<Record<string, number | undefined>> = { "0": 0, X: 9, "-": undefined };
    const differing: unknown[] = [];
    let cases = 0;
    for (const series of everySeries(rangeOf(n)))
      for (const treatment of TREATMENTS)
        for (const current of STATES)
          for (let m = 1; m <= n; m++) {
            const alarm = { n, m, treatment };
            const points = series.split("").map((symbol) => values[symbol]);
            const state = labState(points, alarm, "GreaterThanThreshold", current);
            const expected = referenceState(series, alarm, current);
            if (state !== expected) differing.push({ series, ...alarm, current, state, expected });
            cases++;
          }
    expect(differing).toEqual([]);
    expect(cases).toBe(3 ** rangeOf(n) * 12 * n);
  });

  test(`${RUNS} random longer ones, with every comparison`, () => {
    fc.assert(
      fc.property(
        anyAlarm(24).chain((alarm) =>
          fc.record({
            alarm: fc.constant(alarm),
            comparison: fc.constantFrom(...COMPARISONS),
            current: fc.constantFrom(...STATES),
            values: fc.array(fc.option(fc.constantFrom(...VALUES), { nil: undefined, freq: 2 }), {
              minLength: rangeOf(alarm.n),
              maxLength: rangeOf(alarm.n),
            }),
          }),
        ),
        ({ alarm, comparison, current, values }) => {
          const series = values.map((value) => symbolOf(value, comparison)).join("");
          expect(evaluationRange(alarm.n)).toBe(values.length);
          expect(labState(values, alarm, comparison, current)).toBe(
            referenceState(series, alarm, current),
          );
        },
      ),
      { numRuns: RUNS, seed: SEED },
    );
  });
});

function everySeries(length: number): readonly Symbols[] {
  if (length === 0) return [""];
  return everySeries(length - 1).flatMap((rest) => [`${rest}0`, `${rest}X`, `${rest}-`]);
}

/** The two documented tables: the reference must say what they say. */
const DOCUMENTED: readonly [m: number, series: Symbols, ...states: string[]][] = [
  [3, "0-X-X", "OK", "OK", "OK", "OK"],
  [3, "0----", "OK", "OK", "OK", "OK"],
  [3, "-----", "INSUFFICIENT_DATA", "current", "ALARM", "OK"],
  [3, "0XX-X", "ALARM", "ALARM", "ALARM", "ALARM"],
  [3, "--X--", "ALARM", "current", "ALARM", "OK"],
  [2, "0-X-X", "ALARM", "ALARM", "ALARM", "ALARM"],
  [2, "00X0X", "ALARM", "ALARM", "ALARM", "ALARM"],
  [2, "0-X--", "OK", "OK", "ALARM", "OK"],
  [2, "----0", "OK", "OK", "ALARM", "OK"],
  [2, "---X-", "ALARM", "current", "ALARM", "OK"],
];

test("the reference says what the tables say, in 40 cells from 3 states", () => {
  for (const [m, series, ...states] of DOCUMENTED)
    for (const [column, treatment] of TREATMENTS.entries())
      for (const current of STATES)
        expect(
          referenceState(series, { n: 3, m, treatment }, current),
          `${m} of 3, ${series}, ${treatment}, from ${current}`,
        ).toBe(states[column] === "current" ? current : states[column]);
});
