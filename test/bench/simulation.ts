/** Simulated drills a minute: in one process, and in two beside each other. */
import { Worker } from "node:worker_threads";
import { simulate } from "../simulation/simulate.ts";

const SEEDS = 1_000;
const WORKERS = 2;
/** Seeds that the test does not run. */
const FIRST_SEED = 1_000_000;

export async function benchSimulation(seeds = SEEDS): Promise<void> {
  await run(FIRST_SEED, 50);
  const alone = await perMinute(seeds, () => run(FIRST_SEED, seeds));
  show("simulated drills, one process", alone, seeds);
  const many = await perMinute(WORKERS * seeds, () =>
    Promise.all(
      Array.from({ length: WORKERS }, (_, which) => inWorker(FIRST_SEED + which * seeds, seeds)),
    ),
  );
  show(`simulated drills, ${WORKERS} workers`, many, WORKERS * seeds, " (goal: 10000)");
}

async function run(first: number, count: number): Promise<void> {
  for (let seed = first; seed < first + count; seed++) {
    const { violations } = await simulate(seed);
    if (violations.length > 0) console.log(`seed ${seed}: ${violations.join("; ")}`);
  }
}

async function inWorker(first: number, count: number): Promise<void> {
  const simulation = new URL("../simulation/simulate.ts", import.meta.url).href;
  const code =
    `const { simulate } = await import(${JSON.stringify(simulation)});` +
    `for (let seed = ${first}; seed < ${first + count}; seed++) await simulate(seed);`;
  const url = new URL(`data:text/javascript,${encodeURIComponent(code)}`);
  await new Promise<void>((resolve, reject) => {
    const worker = new Worker(url);
    worker.once("error", reject);
    worker.once("exit", () => resolve());
  });
}

async function perMinute(count: number, work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (60_000 * count) / (performance.now() - startedAt);
}

function show(what: string, rate: number, n: number, goal = ""): void {
  console.log(`${what.padEnd(34)} ${rate.toFixed(0)} a minute, n = ${n}${goal}`);
}
