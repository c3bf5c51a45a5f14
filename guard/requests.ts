/** How many requests a slot answered, as the load balancer counted them. */
import {
  type CloudWatchClient,
  type Dimension,
  GetMetricStatisticsCommand,
} from "@aws-sdk/client-cloudwatch";
import type { Slot } from "./slot.ts";
import type { ListenerIdentity } from "./traffic.ts";

/**
 * The sum of RequestCount over whole minutes from `fromMs` to `toMs` (CloudWatch's clock). The last
 * minute or two are missing: the load balancer's metrics are late.
 */
export async function requestsOf(
  client: CloudWatchClient,
  identity: ListenerIdentity,
  slot: Slot,
  fromMs: number,
  toMs: number,
): Promise<number> {
  const { Datapoints } = await client.send(
    new GetMetricStatisticsCommand({
      Namespace: "AWS/ApplicationELB",
      MetricName: "RequestCount",
      Dimensions: slotDimensions(identity, slot),
      StartTime: new Date(Math.floor(fromMs / 60_000) * 60_000),
      EndTime: new Date(
        Math.max(Math.ceil(toMs / 60_000), Math.floor(fromMs / 60_000) + 1) * 60_000,
      ),
      // At most 1,440 datapoints a call: long bakes get longer periods.
      Period: 60 * Math.max(1, Math.ceil((toMs - fromMs) / (1_400 * 60_000))),
      Statistics: ["Sum"],
    }),
  );
  return (Datapoints ?? []).reduce((sum, point) => sum + (point.Sum ?? 0), 0);
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
