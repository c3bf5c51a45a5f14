/**
 * Whole lives of alarms in the real CloudWatch: data late, early, out of order and repeated, and
 * states set by hand, against the reference over a ledger of what was put.
 */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Harness, START } from "../harness.ts";
import { anyAlarm, rangeOf, referenceState, STATES } from "./reference.ts";
import type { Alarm, State, Symbols } from "./reference.ts";

// More of it: FUZZ_RUNS=50000 FUZZ_SEED=$RANDOM npx vitest run test/lab/cloudwatch/alarms
const RUNS = Number(process.env["FUZZ_RUNS"] ?? 2_000) / 5;
const SEED = Number(process.env["FUZZ_SEED"] ?? 20260314);
const THRESHOLD = 5;

const STATISTICS = {
  Sum: (values: readonly number[]) => values.reduce((a, b) => a + b),
  Maximum: (values: readonly number[]) => Math.max(...values),
  Average: (values: readonly number[]) => values.reduce((a, b) => a + b) / values.length,
  SampleCount: (values: readonly number[]) => values.length,
};
type Statistic = keyof typeof STATISTICS;

/** A value, stamped that many periods before the moment it is put: later than now when negative. */
const anyDatum = fc.record({
  periodsAgo: fc.integer({ min: -2_000, max: 9_000 }).map((thousandths) => thousandths / 1000),
  value: fc.integer({ min: 0, max: 9 }),
});

/** Between two evaluations some data come, and now and then somebody sets the state. */
const anyStep = fc.record({
  data: fc.array(anyDatum, { maxLength: 2 }),
  set: fc.option(fc.constantFrom(...STATES), { nil: undefined, freq: 12 }),
});

const anyLife = fc.record({
  alarm: anyAlarm(4),
  periodSeconds: fc.constantFrom(10, 20, 30, 60, 120, 300),
  statistic: fc.constantFrom<Statistic>("Sum", "Maximum", "Average", "SampleCount"),
  steps: fc.array(anyStep, { minLength: 1, maxLength: 25 }),
});

/** What was put, at the resolution in which it is stored. */
interface Entry {
  readonly atMs: number;
  readonly value: number;
}

test(`${RUNS} lives`, async () => {
  await fc.assert(
    fc.asyncProperty(anyLife, async ({ alarm, periodSeconds, statistic, steps }) => {
      const lab = new Harness();
      await put(lab, alarm, periodSeconds, statistic);
      const highResolution = periodSeconds < 60;
      // "For any period of one minute or longer, an alarm is evaluated every minute", and with
      // high resolution every 10 seconds.
      const cadenceMs = highResolution ? 10_000 : 60_000;
      const storedMs = highResolution ? 1_000 : 60_000;
      const ledger: Entry[] = [];
      let expected: State = "INSUFFICIENT_DATA";
      for (const [index, { data, set }] of steps.entries()) {
        for (const { periodsAgo, value } of data) {
          const atMs = Math.round(lab.clock.now() - periodsAgo * periodSeconds * 1000);
          ledger.push({ atMs: Math.floor(atMs / storedMs) * storedMs, value });
          await lab.put(value, atMs, { StorageResolution: storedMs / 1000 });
        }
        if (set) await lab.setState("life", set);
        await lab.clock.advance(cadenceMs);
        const endMs = START + (index + 1) * cadenceMs;
        const series = seriesOf(ledger, alarm, periodSeconds * 1000, endMs, STATISTICS[statistic]);
        expected = referenceState(series, alarm, set ?? expected);
        expect(await lab.state("life"), `${series} after step ${index}`).toBe(expected);
      }
      await lab.cloudwatch.stop();
    }),
    { numRuns: RUNS, seed: SEED },
  );
});

async function put(
  lab: Harness,
  { n, m, treatment }: Alarm,
  periodSeconds: number,
  statistic: Statistic,
): Promise<void> {
  await lab.putAlarm("life", {
    Statistic: statistic,
    Period: periodSeconds,
    EvaluationPeriods: n,
    DatapointsToAlarm: m,
    TreatMissingData: treatment,
    Threshold: THRESHOLD,
  });
}

/** The evaluation range whose newest period ends at `endMs`. */
function seriesOf(
  ledger: readonly Entry[],
  { n }: Alarm,
  periodMs: number,
  endMs: number,
  statistic: (values: readonly number[]) => number,
): Symbols {
  const symbols = Array.from({ length: rangeOf(n) }, (_, periodsBack) => {
    const toMs = endMs - periodsBack * periodMs;
    const values = ledger
      .filter(({ atMs }) => atMs >= toMs - periodMs && atMs < toMs)
      .map(({ value }) => value);
    if (values.length === 0) return "-";
    return statistic(values) > THRESHOLD ? "X" : "0";
  });
  return symbols.toReversed().join("");
}
