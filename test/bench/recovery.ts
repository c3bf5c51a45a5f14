/**
 * Time from a fault to the last bad response, per strategy and signal set, over seeded runs: real
 * alarms, guard, sidecars and rollouts in one process under a clock moved by hand, so that work takes
 * no time. What a guard's call takes on AWS (its function's start, a dozen API calls) comes on top.
 *
 * `node test/bench/recovery.ts [--json] [--runs N]` runs it alone, and with `--situation S
 * --signals S --seed N` one run of it again.
 */
import { parseArgs } from "node:util";
import { floorOf } from "../world/floors.ts";
import {
  DEFAULTS,
  GIVEN_UP_MS,
  recover,
  type Recovery,
  type SituationName,
  SITUATIONS,
} from "../world/recovery.ts";
import { ALL_SIGNALS, type Signals } from "../world/world.ts";
import { Helper } from "./helper.ts";
import type { RunOrder } from "./recoveryRuns.ts";

const HELPERS = 2;
const RUNS = 30;

/** Nominal milliseconds; Infinity for a run that had not recovered when it was given up. */
export interface RecoveryRow {
  readonly situation: SituationName;
  readonly signals: Signals;
  readonly n: number;
  readonly min: number;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
  readonly floor: number;
  readonly worst: number;
  readonly notRecovered: number;
  readonly falseReversions: number;
  readonly goal: string;
  readonly isMet: boolean | null;
}

export async function benchRecovery(runs = RUNS): Promise<readonly RecoveryRow[]> {
  const startedAt = performance.now();
  const situations = Object.keys(SITUATIONS) as SituationName[];
  const orders = ALL_SIGNALS.flatMap((signals) =>
    situations.flatMap((situation) =>
      Array.from({ length: runs }, (_, index): RunOrder => ({
        situation,
        signals,
        seed: index + 1,
      })),
    ),
  );
  const found = await inHelpers(orders);
  const minutes = (performance.now() - startedAt) / 60_000;
  const rows = situations.flatMap((situation) =>
    ALL_SIGNALS.map((signals) =>
      rowOf(
        situation,
        signals,
        found.filter((one) => one.situation === situation && one.signals === signals),
      ),
    ),
  );
  print(rows, found);
  console.log(
    `${orders.length} rollouts in ${minutes.toFixed(1)} min on ${HELPERS} processes: ` +
      `${(orders.length / minutes).toFixed(0)} a minute`,
  );
  return rows;
}

/** Each helper takes the next order when it has done one. */
async function inHelpers(orders: readonly RunOrder[]): Promise<Recovery[]> {
  const waiting = [...orders];
  const found: Recovery[] = [];
  const helpers = Array.from({ length: HELPERS }, () => new Helper("recoveryRuns.ts"));
  try {
    await Promise.all(
      helpers.map(async (helper) => {
        for (let order = waiting.shift(); order; order = waiting.shift()) {
          try {
            found.push(await helper.ask<Recovery>(order));
          } catch (error) {
            throw new Error(`a run failed; again: ${replay(order)}`, { cause: error });
          }
        }
      }),
    );
  } finally {
    for (const helper of helpers) helper.end();
  }
  return found;
}

function replay({ situation, signals, seed }: RunOrder): string {
  return `node test/bench/recovery.ts --situation ${situation} --signals ${signals} --seed ${seed}`;
}

export function rowOf(
  situation: SituationName,
  signals: Signals,
  found: readonly Recovery[],
): RecoveryRow {
  const sorted = found.map(({ totalMs }) => totalMs ?? Infinity).toSorted((a, b) => a - b);
  const { leastMs, mostMs } = floorOf(SITUATIONS[situation], signals);
  const [p50, p95] = [quantile(sorted, 0.5), quantile(sorted, 0.95)];
  return {
    situation,
    signals,
    n: found.length,
    min: sorted[0] ?? Number.NaN,
    p50,
    p95,
    max: sorted.at(-1) ?? Number.NaN,
    floor: leastMs,
    worst: mostMs,
    notRecovered: sorted.filter((totalMs) => totalMs === Infinity).length,
    falseReversions: found.filter(({ falseReversion }) => falseReversion).length,
    ...goalOf(situation, signals, leastMs, p50, p95),
  };
}

function goalOf(
  situation: SituationName,
  signals: Signals,
  floorMs: number,
  p50: number,
  p95: number,
): Pick<RecoveryRow, "goal" | "isMet"> {
  if (signals === "alb") {
    const most = floorMs + 60_000;
    return { goal: `p50 ${seconds(most)}: floor + 1 evaluation`, isMet: p50 <= most };
  }
  if (signals === "fast") {
    return { goal: "p50 20, p95 35", isMet: p50 <= 20_000 && p95 <= 35_000 };
  }
  const { weight } = SITUATIONS[situation];
  if (weight < 100) {
    // Its share of the requests is all the evidence there is: the floor says what that allows.
    const rate = (DEFAULTS.requestsPerSecond * weight) / 100;
    return { goal: `none: ${rate} requests/s`, isMet: null };
  }
  return { goal: "p95 5", isMet: p95 <= 5_000 };
}

/** The nearest rank: a value that was measured. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
}

function print(rows: readonly RecoveryRow[], found: readonly Recovery[]): void {
  const { errors, requestsPerSecond, baseline } = DEFAULTS;
  console.log(
    `\nfault to last bad response, nominal seconds: ${100 * errors} % errors over ` +
      `${100 * baseline} %, ${requestsPerSecond} requests/s in all; the guard's own work takes no time here`,
  );
  line(
    "fault at",
    "signals",
    "n",
    "min",
    "p50",
    "p95",
    "max",
    "floor",
    "worst",
    "lost",
    "false",
    "goal",
  );
  for (const row of rows) {
    const { situation, signals, n, min, p50, p95, max, floor, worst, goal, isMet } = row;
    const figures = [min, p50, p95, max, floor, worst].map(seconds);
    const verdict = isMet === null ? goal : `${goal} (${isMet ? "met" : "MISSED"})`;
    line(situation, signals, n, ...figures, row.notRecovered, row.falseReversions, verdict);
  }
  console.log(
    "floor: the least that the alarms' periods, or the sentinel's evidence in the mean, allow; worst: the\n" +
      "most of the surest alarm, - where chance sets no end; lost: runs without a recovery in " +
      `${GIVEN_UP_MS / 60_000} minutes;\n` +
      "false: reversions before the fault. Beside it Argo Rollouts (60 s interval, failureLimit 0, a metric\n" +
      "that turns bad at once, on a real API server): 2 to 54 s, mean 26 s, n = 5",
  );
  for (const one of found.filter(({ totalMs }) => totalMs === null)) {
    console.log(`not recovered; again: ${replay(one)}`);
  }
}

function seconds(ms: number): string {
  return Number.isFinite(ms) ? (ms / 1_000).toFixed(1) : "-";
}

function line(...cells: readonly (string | number)[]): void {
  const widths = [20, 10, 5, 8, 8, 8, 8, 8, 8, 6, 7, 0];
  console.log(
    cells
      .map((cell, index) => String(cell).padEnd(widths[index] ?? 0))
      .join("")
      .trimEnd(),
  );
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      json: { type: "boolean", default: false },
      runs: { type: "string", default: String(RUNS) },
      situation: { type: "string" },
      signals: { type: "string" },
      seed: { type: "string" },
    },
  });
  const { situation, signals, seed } = values;
  if (situation !== undefined && situation in SITUATIONS && signals !== undefined && seed) {
    const one = await recover(situation as SituationName, signals as Signals, Number(seed));
    console.log(JSON.stringify(one, null, 2));
  } else {
    const rows = await benchRecovery(Number(values.runs));
    if (values.json) console.log(JSON.stringify({ schemaVersion: 1, rows }, null, 2));
  }
}
