/**
 * The sentinel by simulation, seeded: how often it reverts good rollouts, and how soon it finds bad
 * ones, beside what the information allows and beside threshold alarms on the same streams. The
 * alarms are flattered: they fire at the end of their minute, with no delivery delay or evaluation.
 */
import { DEFAULT_SENTINEL, type SentinelSettings } from "../../judge/sentinel.ts";
import { upperBound95 } from "../judge/allowed.ts";
import { delayFloor } from "../judge/delayFloor.ts";
import { binomial, type Random, seededRandom } from "../judge/random.ts";
import { detect, type Detections, ERRORS_ONLY } from "../judge/rollouts.ts";

const ALPHA = DEFAULT_SENTINEL.falseReversions;
const TOLERANCE = DEFAULT_SENTINEL.errors.tolerance;
const DETECTORS = ["sentinel", "oneOfOne", "threeOfThree"] as const;
const CONTROL_REQUESTS = 20_000;
/** Good seconds before the fault, so that it does not find the sentinel fresh. */
const FAULT_AT = 120;
const HOUR = 3600;

/** Requests per second; no stable ones stand for a control sample of `CONTROL_REQUESTS`. */
interface Split {
  readonly candidate: number;
  readonly stable: number;
}

export function benchJudge(sizes: { rollouts?: number; runs?: number } = {}): void {
  const { rollouts = 10_000, runs = 100 } = sizes;
  const random = seededRandom(20261121);
  falseReversions(random, rollouts);
  headline(random, 10 * runs);
  delays(random, runs);
}

function falseReversions(random: Random, rollouts: number): void {
  console.log(`\nsentinel: false reversions, setting ${ALPHA}; alarms: > 5 % of >= 20 a minute`);
  row("good rollouts", "looks", "n", "sentinel", "95 % at most", "1 of 1", "3 of 3");
  const shared = { candidate: 5, stable: 45 };
  const kinds = [
    { what: "equal candidate", lift: 0, seconds: 1800, split: shared },
    { what: "at the tolerated edge", lift: TOLERANCE, seconds: 600, split: shared },
    {
      what: "at the edge, control",
      lift: TOLERANCE,
      seconds: 300,
      split: { ...shared, stable: 0 },
    },
  ];
  for (const { what, lift, seconds, split } of kinds) {
    const all: Detections[] = [];
    for (const baseline of [0, 0.001, 0.01, 0.05]) {
      const found = Array.from({ length: Math.round(rollouts / 4) }, () =>
        rollout(random, split, baseline, lift, { faultAt: 0, seconds }),
      );
      const [sentinel, one, three] = counts(found);
      row(`  ${what}, ${percent(baseline)}`, seconds, found.length, sentinel, "", one, three);
      all.push(...found);
    }
    const [sentinel, one, three] = counts(all);
    const bound = upperBound95(sentinel, all.length).toFixed(5);
    row(what, seconds, all.length, sentinel, bound, one, three);
  }
}

function headline(random: Random, runs: number): void {
  console.log(
    `\nsentinel: 30 % errors over a baseline of 1 %, n = ${runs} each (goal: p95 under 5 s)`,
  );
  row("candidate/s of all/s", "", "p50", "p95", "max", "floor", "");
  for (const [candidate, stable] of [
    [50, 950],
    [50, 50],
    [50, 0],
    [25, 25],
    [12.5, 37.5],
    [2.5, 47.5],
  ] as const) {
    const split = { candidate, stable };
    const found = Array.from({ length: runs }, () =>
      rollout(random, split, 0.01, 0.29, { faultAt: FAULT_AT, seconds: HOUR, until: "sentinel" }),
    );
    const { at } = afterFault(found, "sentinel");
    const floor = floorOf(split, 0.01, 0.29).toFixed(1);
    row(named(split), "", quantile(at, 0.5), quantile(at, 0.95), quantile(at, 1), floor, "");
  }
}

function delays(random: Random, runs: number): void {
  console.log(
    `\nseconds from the fault to the reversion: p50 / p95, n = ${runs}; floor = log(1/alpha) over the ` +
      "information per second;\n(k early) = so many of the n had reverted before the fault; " +
      "- = not within an hour",
  );
  row("candidate/s of all/s", "errors", "floor", "sentinel", "", "1 of 1", "3 of 3");
  for (const [candidate, stable] of [
    [2.5, 47.5],
    [50, 50],
    [50, 950],
    [50, 0],
  ] as const) {
    const split = { candidate, stable };
    for (const baseline of [0.001, 0.01, 0.05]) {
      for (const lift of [0.02, 0.05, 0.1, 0.3]) {
        const found = Array.from({ length: runs }, () =>
          rollout(random, split, baseline, lift, { faultAt: FAULT_AT, seconds: FAULT_AT + HOUR }),
        );
        const [sentinel, one, three] = DETECTORS.map((name) => {
          const { at, early } = afterFault(found, name);
          const figures = `${quantile(at, 0.5)} / ${quantile(at, 0.95)}`;
          return early === 0 ? figures : `${figures} (${early} early)`;
        });
        const floor = floorOf(split, baseline, lift).toFixed(1);
        const errors = `${percent(baseline)} + ${percent(lift)}`;
        row(named(split), errors, floor, sentinel, "", one, three);
      }
    }
  }
}

function rollout(
  random: Random,
  split: Split,
  baseline: number,
  lift: number,
  run: { faultAt: number; seconds: number; until?: keyof Detections },
): Detections {
  const events = split.stable === 0 ? sampled(random, baseline) : 0;
  const control = split.stable === 0 ? { requests: CONTROL_REQUESTS, events } : null;
  const settings: Partial<SentinelSettings> = {
    ...ERRORS_ONLY,
    errors: { ...DEFAULT_SENTINEL.errors, control },
  };
  return detect(
    random,
    {
      candidatePerSecond: split.candidate,
      stablePerSecond: split.stable,
      stableRate: baseline,
      candidateRateAt: (second) => baseline + (second < run.faultAt ? 0 : lift),
    },
    {
      seconds: run.seconds,
      phaseSeconds: Math.floor(random() * 60),
      settings,
      ...(run.until ? { until: run.until } : {}),
    },
  );
}

/** The failures of a control sample, drawn in parts that the binomial generator can do. */
function sampled(random: Random, rate: number): number {
  let events = 0;
  for (let part = 0; part < 20; part += 1) events += binomial(random, CONTROL_REQUESTS / 20, rate);
  return events;
}

function floorOf({ candidate, stable }: Split, baseline: number, lift: number): number {
  return delayFloor({
    candidate: { rate: baseline + lift, requestsPerSecond: candidate },
    stable: { rate: baseline, requestsPerSecond: stable },
    controlRequests: CONTROL_REQUESTS,
    tolerance: TOLERANCE,
    alpha: ALPHA,
  });
}

/** Seconds after the fault, Infinity where none was found, and how many had fired before it. */
function afterFault(found: readonly Detections[], name: keyof Detections) {
  const times = found.map((each) => (each[name] ?? Infinity) - FAULT_AT);
  return {
    at: times.filter((time) => time > 0).toSorted((a, b) => a - b),
    early: times.filter((time) => time <= 0).length,
  };
}

function counts(found: readonly Detections[]): [number, number, number] {
  const of = (name: keyof Detections) => found.filter((each) => each[name] !== null).length;
  return [of("sentinel"), of("oneOfOne"), of("threeOfThree")];
}

function quantile(sorted: readonly number[], share: number): string {
  const value = sorted[Math.ceil(share * sorted.length) - 1];
  return value === undefined || value === Infinity ? "-" : String(value);
}

function named({ candidate, stable }: Split): string {
  return stable === 0 ? `${candidate}, control sample` : `${candidate} of ${candidate + stable}`;
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(3))} %`;
}

function row(...cells: readonly (string | number | undefined)[]): void {
  const widths = [32, 12, 8, 14, 14, 22, 22];
  const padded = cells.map((cell, index) => String(cell ?? "").padEnd(widths[index] ?? 12));
  console.log(padded.join(" ").trimEnd());
}
