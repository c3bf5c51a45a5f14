/**
 * Requests per second through the lab's data plane beside a plain node:http and undici proxy, over
 * the same two backends, by the same load, in interleaved rounds of one run. Nothing is asserted.
 */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { wallClock } from "../../base/clock.ts";
import { Elbv2 } from "../../lab/elbv2/elbv2.ts";
import { median } from "./median.ts";
import { startPlainProxy } from "./plainProxy.ts";

const ROUNDS = 3;
const ROUND_MS = 1000;
const WARM_UP_MS = 1500;
const CONNECTIONS = 32;

export interface DataPlaneFigures {
  /** Requests per second, the median of the rounds. */
  readonly dataPlane: number;
  readonly plainProxy: number;
  /** dataPlane / plainProxy */
  readonly ratio: number;
}

/** Prints the figures and returns them. */
export async function benchDataPlane(): Promise<DataPlaneFigures> {
  const children = [child("dataplaneBackends.ts"), child("dataplaneLoad.ts")] as const;
  const [backends, load] = children;
  const elbv2 = new Elbv2({ clock: wallClock() }, { publish: () => {} });
  try {
    const ports = await ask<number[]>(backends, {});
    const dataPlaneUrl = await startDataPlane(elbv2, ports);
    const plain = await startPlainProxy(ports);
    try {
      const subjects = [
        { url: dataPlaneUrl, rates: [] as number[] },
        { url: plain.url, rates: [] as number[] },
      ] as const;
      const run = (url: string, ms: number): Promise<number> =>
        ask<number>(load, { url, ms, connections: CONNECTIONS });
      for (const { url } of subjects) await run(url, WARM_UP_MS);
      for (let round = 0; round < ROUNDS; round++) {
        for (const { url, rates } of subjects) rates.push(await run(url, ROUND_MS));
      }
      return report(median(subjects[0].rates), median(subjects[1].rates));
    } finally {
      await plain.close();
    }
  } finally {
    await elbv2.stop();
    for (const one of children) one.disconnect();
  }
}

function report(dataPlane: number, plainProxy: number): DataPlaneFigures {
  const ratio = dataPlane / plainProxy;
  console.log(
    `${"data plane".padEnd(34)} ${dataPlane.toFixed(0)} requests/s; plain node:http + undici proxy ` +
      `${plainProxy.toFixed(0)} requests/s; ratio ${ratio.toFixed(2)}`,
  );
  return { dataPlane, plainProxy, ratio };
}

/** A load balancer with an even split over two groups of one target each; its URL. */
async function startDataPlane(elbv2: Elbv2, ports: readonly number[]): Promise<string> {
  const call = async (name: string, input: object): Promise<any> =>
    elbv2.operations[name]?.(input, {
      principal: { kind: "user", arn: "arn:aws:iam::000000000000:user/bench" },
      requestId: "bench",
    });
  const { LoadBalancers } = await call("CreateLoadBalancer", {
    Name: "bench",
    Subnets: ["subnet-a", "subnet-b"],
  });
  const groups: string[] = [];
  for (const port of ports) {
    const { TargetGroups } = await call("CreateTargetGroup", {
      Name: `bench-${groups.length}`,
      Protocol: "HTTP",
      Port: port,
      VpcId: "vpc-bench",
      TargetType: "ip",
    });
    groups.push(TargetGroups[0].TargetGroupArn);
    elbv2.registerTargets(TargetGroups[0].TargetGroupArn, [{ id: "127.0.0.1", port }]);
  }
  await call("CreateListener", {
    LoadBalancerArn: LoadBalancers[0].LoadBalancerArn,
    Protocol: "HTTP",
    Port: 80,
    DefaultActions: [
      {
        Type: "forward",
        ForwardConfig: {
          TargetGroups: groups.map((TargetGroupArn) => ({ TargetGroupArn, Weight: 1 })),
        },
      },
    ],
  });
  return elbv2.listeners()[0]?.url ?? "";
}

function child(file: string): ChildProcess {
  return fork(fileURLToPath(new URL(file, import.meta.url)));
}

async function ask<T>(of: ChildProcess, question: object): Promise<T> {
  const answered = once(of, "message");
  of.send(question);
  const [answer]: T[] = await answered;
  if (answer === undefined) throw new Error("A helper process ended early");
  return answer;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await benchDataPlane();
