/** What users got, by the load balancer's own metrics. */
import {
  type CloudWatchClient,
  type Dimension,
  GetMetricStatisticsCommand,
} from "@aws-sdk/client-cloudwatch";
import type { Clock } from "../../base/clock.ts";
import { slotDimensions } from "../../guard/requests.ts";
import { SLOTS } from "../../guard/slot.ts";
import type { ListenerIdentity } from "../../guard/traffic.ts";
import type { MinuteCount, UserTraffic } from "./users.ts";

const NAMESPACE = "AWS/ApplicationELB";
const MINUTE_MS = 60_000;

export function connectUsers(
  client: CloudWatchClient,
  identity: ListenerIdentity,
  clock: Pick<Clock, "now">,
): UserTraffic {
  const sums = async (
    MetricName: string,
    Dimensions: Dimension[],
    sinceMs: number,
  ): Promise<ReadonlyMap<number, number>> => {
    const { Datapoints = [] } = await client.send(
      new GetMetricStatisticsCommand({
        Namespace: NAMESPACE,
        MetricName,
        Dimensions,
        StartTime: new Date(sinceMs),
        EndTime: new Date(Math.max(clock.now(), sinceMs + MINUTE_MS)),
        Period: 60,
        Statistics: ["Sum"],
      }),
    );
    return new Map(Datapoints.map(({ Timestamp, Sum }) => [Timestamp?.getTime() ?? 0, Sum ?? 0]));
  };

  return {
    async read(sinceMs) {
      const bySlot = SLOTS.map(async (slot): Promise<MinuteCount[]> => {
        const dimensions = slotDimensions(identity, slot);
        const [requests, errors] = await Promise.all([
          sums("RequestCount", dimensions, sinceMs),
          sums("HTTPCode_Target_5XX_Count", dimensions, sinceMs),
        ]);
        return [...requests].map(([atMs, count]) => ({
          endMs: atMs + MINUTE_MS,
          slot,
          requests: count,
          errors: Math.min(count, errors.get(atMs) ?? 0),
        }));
      });
      // Of the load balancer as a whole: no target group has them (502, 503, 504).
      const [balancer] = slotDimensions(identity, "blue");
      const own = sums("HTTPCode_ELB_5XX_Count", balancer ? [balancer] : [], sinceMs).then(
        (found) =>
          [...found].map(([atMs, count]): MinuteCount => ({
            endMs: atMs + MINUTE_MS,
            slot: "unknown",
            requests: count,
            errors: count,
          })),
      );
      return (await Promise.all([...bySlot, own])).flat();
    },
  };
}
