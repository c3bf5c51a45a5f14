/** How many requests of users a slot answered, as the load balancer counted them. */
import {
  type CloudWatchClient,
  type Dimension,
  GetMetricStatisticsCommand,
} from "@aws-sdk/client-cloudwatch";
import { FAST_NAMESPACE, fastDimensions, PROBE_METRIC } from "./names.ts";
import type { Slot } from "./slot.ts";
import type { ListenerIdentity } from "./traffic.ts";

/**
 * The sum of RequestCount over whole minutes from `fromMs` to `toMs` (CloudWatch's clock), without the
 * watchdog's probes: low traffic stays low traffic. The last minute or two are missing: the load
 * balancer's metrics are late, where those of probes are early.
 */
export async function requestsOf(
  client: CloudWatchClient,
  identity: ListenerIdentity & { readonly environment: string },
  slot: Slot,
  fromMs: number,
  toMs: number,
): Promise<number> {
  const startMs = Math.floor(fromMs / 60_000) * 60_000;
  const sums = async (
    namespace: string,
    metric: string,
    dimensions: Dimension[],
  ): Promise<Map<number, number>> => {
    const { Datapoints = [] } = await client.send(
      new GetMetricStatisticsCommand({
        Namespace: namespace,
        MetricName: metric,
        Dimensions: dimensions,
        StartTime: new Date(startMs),
        EndTime: new Date(Math.max(Math.ceil(toMs / 60_000) * 60_000, startMs + 60_000)),
        // At most 1,440 datapoints a call: long bakes get longer periods.
        Period: 60 * Math.max(1, Math.ceil((toMs - fromMs) / (1_400 * 60_000))),
        Statistics: ["Sum"],
      }),
    );
    return new Map(Datapoints.map(({ Timestamp, Sum }) => [Timestamp?.getTime() ?? 0, Sum ?? 0]));
  };
  const own = Object.entries(fastDimensions(identity.environment, slot));
  const ownDimensions = own.map(([Name, Value]) => ({ Name, Value }));
  const [answered, probes] = await Promise.all([
    sums("AWS/ApplicationELB", "RequestCount", slotDimensions(identity, slot)),
    sums(FAST_NAMESPACE, PROBE_METRIC, ownDimensions),
  ]);
  return [...answered].reduce((users, [atMs, n]) => {
    return users + Math.max(0, n - (probes.get(atMs) ?? 0));
  }, 0);
}

/** What the load balancer's metrics of a slot are found by. */
export function slotDimensions(identity: ListenerIdentity, slot: Slot): Dimension[] {
  return [
    { Name: "LoadBalancer", Value: loadBalancerOf(identity.listenerArn) },
    { Name: "TargetGroup", Value: tailOf(identity.targetGroupArns[slot]) },
  ];
}

/** `arn:…:listener/app/NAME/LB/LISTENER` belongs to the load balancer `app/NAME/LB`. */
function loadBalancerOf(listenerArn: string): string {
  return listenerArn.split("/").slice(1, 4).join("/");
}

/** `arn:…:targetgroup/NAME/ID` is `targetgroup/NAME/ID` in metrics. */
function tailOf(targetGroupArn: string): string {
  return targetGroupArn.slice(targetGroupArn.lastIndexOf(":") + 1);
}
