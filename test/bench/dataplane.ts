/**
 * The lab's data plane beside nginx and a plain node:http and undici proxy: over the same two
 * backends, by the same load, in interleaved rounds of one run. Without nginx and wrk on the PATH
 * Node serves and loads, and only the plain proxy is compared. Nothing is asserted.
 */
import { fileURLToPath } from "node:url";
import type { Memory } from "./dataplaneLab.ts";
import { Helper } from "./helper.ts";
import { CONNECTIONS, type Load, nodeLoad, wrkLoad } from "./load.ts";
import { median } from "./median.ts";
import { found, type Nginx, startNginxBackends, startNginxProxy } from "./nginx.ts";
import type { Latency } from "./pacedLoad.ts";

const ROUNDS = 5;
const ROUND_SECONDS = 2;
const WARM_UP_SECONDS = 2;
/** After how many requests in all the memory is looked at. */
const MARKS = [100_000, 500_000, 1_000_000];

interface Subject {
  readonly name: string;
  readonly url: string;
}

/** Prints the figures. */
export async function benchDataPlane(): Promise<void> {
  const withNginx = found("nginx") && found("wrk");
  if (!withNginx) show("nginx and wrk are not both on the PATH: compared with a plain proxy only");
  const helpers: Helper[] = [];
  const servers: Nginx[] = [];
  const helper = (file: string, ...execArgv: string[]): Helper => {
    const one = new Helper(file, execArgv);
    helpers.push(one);
    return one;
  };
  const nginx = async (started: Promise<Nginx>): Promise<readonly number[]> => {
    const one = await started;
    servers.push(one);
    return one.ports;
  };
  try {
    const ports = withNginx
      ? await nginx(startNginxBackends())
      : await helper("dataplaneBackends.ts").ask<number[]>({});
    const lab = helper("dataplaneLab.ts", "--expose-gc");
    const labSubject = { name: "the lab", url: await lab.ask<string>({ ports }) };
    const plainUrl = await helper("plainProxy.ts").ask<string>({ ports });
    const others: Subject[] = [{ name: "plain node:http + undici", url: plainUrl }];
    if (withNginx) {
      const [port] = await nginx(startNginxProxy(ports));
      others.unshift({ name: "nginx", url: `http://127.0.0.1:${port}/` });
    }
    const load = withNginx ? wrkLoad : nodeLoad(helper("dataplaneLoad.ts"));

    const reached = await benchRate(load, [labSubject, ...others]);
    const direct = { name: "a backend itself", url: `http://127.0.0.1:${ports[0]}/` };
    const paced = helper("pacedLoad.ts");
    await benchLatency(paced, reached / 2, direct, [labSubject, ...others]);
    await benchMemory(load, labSubject.url, lab);
  } finally {
    for (const one of helpers) one.end();
    await Promise.all(servers.map((one) => one.close()));
  }
}

/** The first subject's requests per second; its ratio to each of the others is by rounds. */
async function benchRate(load: Load, subjects: readonly Subject[]): Promise<number> {
  const rates = subjects.map((): number[] => []);
  for (const { url } of subjects) await load(url, WARM_UP_SECONDS);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, { url }] of subjects.entries()) {
      rates[index]?.push((await load(url, ROUND_SECONDS)).perSecond);
    }
  }
  const [own = []] = rates;
  for (const [index, { name }] of subjects.entries()) {
    const of = rates[index] ?? [];
    const ratios = own.map((rate, round) => rate / (of[round] ?? Number.NaN));
    const goal = name === "nginx" ? ", goal: at least 0.5" : "";
    const ratio = index === 0 ? "" : `; the lab's ratio to it ${spread(ratios, 2)}${goal}`;
    show(`${name}: ${spread(of, 0)} requests/s${ratio}`);
  }
  return median(own);
}

/** What each subject adds to the latency of a backend, at one fixed rate for all. */
async function benchLatency(
  paced: Helper,
  perSecond: number,
  direct: Subject,
  subjects: readonly Subject[],
): Promise<void> {
  const run = ({ url }: Subject, seconds: number): Promise<Latency> =>
    paced.ask({ url, ms: seconds * 1000, connections: CONNECTIONS, perSecond });
  const added = subjects.map(() => ({ p50: [] as number[], p99: [] as number[] }));
  const base: number[] = [];
  await run(direct, WARM_UP_SECONDS);
  for (let round = 0; round < ROUNDS; round++) {
    const alone = await run(direct, ROUND_SECONDS);
    base.push(alone.p99Ms);
    for (const [index, subject] of subjects.entries()) {
      const { p50Ms, p99Ms } = await run(subject, ROUND_SECONDS);
      added[index]?.p50.push(p50Ms - alone.p50Ms);
      added[index]?.p99.push(p99Ms - alone.p99Ms);
    }
  }
  show(`${direct.name} at ${perSecond.toFixed(0)} requests/s: p99 ${spread(base, 2)} ms`);
  for (const [index, { name }] of subjects.entries()) {
    const { p50 = [], p99 = [] } = added[index] ?? {};
    const goal = index === 0 ? ", goal: under 3 ms" : "";
    show(`${name} adds p50 ${spread(p50, 2)} ms, p99 ${spread(p99, 2)} ms${goal}`);
  }
}

async function benchMemory(load: Load, url: string, lab: Helper): Promise<void> {
  let requests = 0;
  const seen: { readonly requests: number; readonly memory: Memory }[] = [];
  for (const mark of MARKS) {
    while (requests < mark) requests += (await load(url, 1)).requests;
    seen.push({ requests, memory: await lab.ask<Memory>({}) });
  }
  for (const { requests: after, memory } of seen) {
    show(
      `the lab after ${after} requests: RSS ${megabytes(memory.rssBytes)} MB, ` +
        `heap ${megabytes(memory.heapBytes)} MB after a collection`,
    );
  }
  const [first, last] = [seen[0], seen.at(-1)];
  if (!first || !last) return;
  const slope = (of: keyof Memory): string =>
    ((last.memory[of] - first.memory[of]) / (last.requests - first.requests)).toFixed(2);
  show(
    `the lab's memory grew by ${slope("rssBytes")} bytes of RSS and ${slope("heapBytes")} bytes ` +
      "of heap per request (goal: flat)",
  );
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

function spread(values: readonly number[], digits: number): string {
  const [low, high] = [Math.min(...values), Math.max(...values)].map((n) => n.toFixed(digits));
  return `${median(values).toFixed(digits)} (${low} to ${high}, n = ${values.length})`;
}

function show(figures: string): void {
  console.log(`${"data plane".padEnd(34)} ${figures}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await benchDataPlane();
