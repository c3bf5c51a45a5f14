/** The tables of "Configuring how CloudWatch alarms treat missing data", cell by cell. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decide, evaluationRange } from "../../../../lab/cloudwatch/alarms/decide.ts";
import type {
  AlarmDatapoint,
  AlarmSettings,
  MissingData,
} from "../../../../lab/cloudwatch/alarms/decide.ts";
import type { StateValue } from "../../../../lab/cloudwatch/ports.ts";

const STATES: readonly StateValue[] = ["OK", "ALARM", "INSUFFICIENT_DATA"];
const TREATMENTS: readonly MissingData[] = ["missing", "ignore", "breaching", "notBreaching"];

/** `0 - X`: within the threshold, missing, breaching; the newest on the right. */
function points(text: string): AlarmDatapoint[] {
  const values: Readonly<Record<string, number | undefined>> = { "0": 0, X: 10, "-": undefined };
  return text.split(" ").map((symbol, index) => ({ startMs: index, value: values[symbol] }));
}

function settings(more: Partial<AlarmSettings> = {}): AlarmSettings {
  return {
    evaluationPeriods: 3,
    datapointsToAlarm: 3,
    threshold: 5,
    comparison: "GreaterThanThreshold",
    treatMissingData: "missing",
    significantSamples: 0,
    ...more,
  };
}

const RETAIN = "retain";
/** Datapoints to alarm, data points, then the state for missing, ignore, breaching, notBreaching. */
const DOCUMENTED: readonly [number, string, string, string, string, string][] = [
  [3, "0 - X - X", "OK", "OK", "OK", "OK"],
  [3, "0 - - - -", "OK", "OK", "OK", "OK"],
  [3, "- - - - -", "INSUFFICIENT_DATA", RETAIN, "ALARM", "OK"],
  [3, "0 X X - X", "ALARM", "ALARM", "ALARM", "ALARM"],
  [3, "- - X - -", "ALARM", RETAIN, "ALARM", "OK"],
  [2, "0 - X - X", "ALARM", "ALARM", "ALARM", "ALARM"],
  [2, "0 0 X 0 X", "ALARM", "ALARM", "ALARM", "ALARM"],
  [2, "0 - X - -", "OK", "OK", "ALARM", "OK"],
  [2, "- - - - 0", "OK", "OK", "ALARM", "OK"],
  [2, "- - - X -", "ALARM", RETAIN, "ALARM", "OK"],
];
const CELLS = DOCUMENTED.flatMap(([m, text, ...expected]) =>
  TREATMENTS.flatMap((treatment, column) =>
    STATES.map((current) => {
      const cell = expected[column] ?? "";
      return { m, text, treatment, current, expected: cell === RETAIN ? current : cell };
    }),
  ),
);

test("the documented tables have 40 cells, each from 3 current states", () => {
  expect(CELLS).toHaveLength(120);
});

test.each(CELLS)("$m of 3, $text, $treatment, from $current", (cell) => {
  const decision = decide(
    points(cell.text),
    settings({ datapointsToAlarm: cell.m, treatMissingData: cell.treatment }),
    cell.current,
  );
  expect(decision.state).toBe(cell.expected);
});

describe("what the guide leaves open or says in words", () => {
  test.each(STATES)("no premature alarm for - - - - X at 3 of 3: %s is kept", (current) => {
    expect(decide(points("- - - - X"), settings(), current).state).toBe(current);
    expect(decide(points("- - - X -"), settings(), current).state).toBe(current);
  });

  test("a breaching point outside the evaluation periods proves nothing", () => {
    expect(decide(points("X - - - -"), settings(), "OK").state).toBe("OK");
  });

  test.each([
    ["GreaterThanThreshold", 5, "OK"],
    ["GreaterThanThreshold", 5.1, "ALARM"],
    ["GreaterThanOrEqualToThreshold", 5, "ALARM"],
    ["LessThanThreshold", 5, "OK"],
    ["LessThanThreshold", 4.9, "ALARM"],
    ["LessThanOrEqualToThreshold", 5, "ALARM"],
  ] as const)("%s 5: %d is %s", (comparison, value, expected) => {
    const one = settings({ comparison, evaluationPeriods: 1, datapointsToAlarm: 1 });
    expect(decide([{ startMs: 0, value }], one, "INSUFFICIENT_DATA").state).toBe(expected);
  });

  test.each([
    [1, 3],
    [3, 5],
    [5, 7],
    [10, 13],
    [60, 80],
  ])("%d evaluation periods fetch %d", (n, range) => {
    expect(evaluationRange(n)).toBe(range);
  });

  test("too few samples for the percentile hold the state", () => {
    const few = [{ startMs: 0, value: 10, sampleCount: 999 }];
    const one = settings({ evaluationPeriods: 1, datapointsToAlarm: 1, significantSamples: 1000 });
    expect(decide(few, one, "OK").state).toBe("OK");
    expect(decide([{ startMs: 0, value: 10, sampleCount: 1000 }], one, "OK").state).toBe("ALARM");
    expect(decide(few, { ...one, significantSamples: 0 }, "OK").state).toBe("ALARM");
  });
});

describe("properties", () => {
  const anyCase = fc.integer({ min: 1, max: 6 }).chain((n) =>
    fc.record({
      n: fc.constant(n),
      m: fc.integer({ min: 1, max: n }),
      symbols: fc.array(fc.constantFrom("0", "X", "-"), {
        minLength: evaluationRange(n),
        maxLength: evaluationRange(n),
      }),
      treatment: fc.constantFrom(...TREATMENTS),
      current: fc.constantFrom(...STATES),
    }),
  );

  test("with enough measured points the missing-data setting and the state do not matter", () => {
    fc.assert(
      fc.property(anyCase, ({ n, m, symbols, treatment, current }) => {
        const measured = symbols.filter((symbol) => symbol !== "-").slice(-n);
        fc.pre(measured.length === n);
        const breaching = measured.filter((symbol) => symbol === "X").length;
        const { state } = decide(
          points(symbols.join(" ")),
          settings({ evaluationPeriods: n, datapointsToAlarm: m, treatMissingData: treatment }),
          current,
        );
        expect(state).toBe(breaching >= m ? "ALARM" : "OK");
      }),
    );
  });

  test("one more breaching point never ends an alarm", () => {
    fc.assert(
      fc.property(anyCase, fc.nat(), ({ n, m, symbols, treatment, current }, at) => {
        const index = at % symbols.length;
        fc.pre(symbols[index] === "0");
        const chosen = { evaluationPeriods: n, datapointsToAlarm: m, treatMissingData: treatment };
        const before = decide(points(symbols.join(" ")), settings(chosen), current);
        const worse = symbols.map((symbol, i) => (i === index ? "X" : symbol));
        const after = decide(points(worse.join(" ")), settings(chosen), current);
        fc.pre(before.state === "ALARM");
        expect(after.state).toBe("ALARM");
      }),
    );
  });
});
