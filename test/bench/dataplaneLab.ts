/**
 * Helper process (`--expose-gc`): the lab's data plane with its weights, health checks and metrics,
 * these into a CloudWatch. Tells its URL, and later how much memory it holds.
 */
import { wallClock } from "../../base/clock.ts";
import { CloudWatch } from "../../lab/cloudwatch/cloudwatch.ts";
import { Elbv2 } from "../../lab/elbv2/elbv2.ts";
import { answer } from "./helper.ts";

export interface Memory {
  readonly rssBytes: number;
  readonly heapBytes: number;
}

/** The two backends' ports to start with; afterwards none, for the memory. */
interface Question {
  readonly ports?: readonly number[];
}

answer(({ ports }: Question) => (ports ? startDataPlane(ports) : memory()));

function memory(): Memory {
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  return { rssBytes: rss, heapBytes: heapUsed };
}

/** A load balancer with an even split over two groups of one target each; its URL. */
async function startDataPlane(ports: readonly number[]): Promise<string> {
  const clock = wallClock();
  const cloudWatch = new CloudWatch({ clock }, { perform: () => Promise.resolve({ ok: true }) });
  const elbv2 = new Elbv2({ clock }, cloudWatch);
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
  const url = elbv2.listeners()[0]?.url;
  if (url === undefined) throw new Error("The load balancer does not listen");
  return `${url}/`;
}
