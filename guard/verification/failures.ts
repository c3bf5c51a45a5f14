/** How many requests a slot answered badly, over whole minutes that the load balancer has reported. */
import { type CloudWatchClient, GetMetricStatisticsCommand } from "@aws-sdk/client-cloudwatch";
import { slotDimensions } from "../requests.ts";
import type { Slot } from "../slot.ts";
import type { ListenerIdentity } from "../traffic.ts";

export interface Failures {
  /** Minutes for which the load balancer reported requests. */
  readonly minutes: number;
  readonly requests: number;
  /** 5xx of the targets, and connections that they refused: what the slot's error alarm counts. */
  readonly failures: number;
}

export const NO_TRAFFIC: Failures = { minutes: 0, requests: 0, failures: 0 };

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

const MINUTE_MS = 60_000;
/** A minute's metrics come late, and its errors may come after its requests. */
const SETTLES_MS = MINUTE_MS;
/** Longer would let good minutes hide that the last ones are bad. */
const WINDOW_MS = 5 * MINUTE_MS;

/** The last complete minutes since `sinceMs`, five at most; null while there is none. */
export function settledMinutes(sinceMs: number, nowMs: number): Span | null {
  const toMs = Math.floor((nowMs - SETTLES_MS) / MINUTE_MS) * MINUTE_MS;
  const fromMs = Math.max(Math.ceil(sinceMs / MINUTE_MS) * MINUTE_MS, toMs - WINDOW_MS);
  return fromMs < toMs ? { fromMs, toMs } : null;
}

/** @param span of CloudWatch's clock */
export async function failuresOf(
  client: CloudWatchClient,
  identity: ListenerIdentity,
  slot: Slot,
  span: Span,
): Promise<Failures> {
  const sums = async (MetricName: string): Promise<number[]> => {
    const { Datapoints } = await client.send(
      new GetMetricStatisticsCommand({
        Namespace: "AWS/ApplicationELB",
        MetricName,
        Dimensions: slotDimensions(identity, slot),
        StartTime: new Date(span.fromMs),
        EndTime: new Date(span.toMs),
        Period: 60,
        Statistics: ["Sum"],
      }),
    );
    return (Datapoints ?? []).map((point) => point.Sum ?? 0);
  };
  const [requests, errors, refused] = await Promise.all([
    sums("RequestCount"),
    // Reported only where there are some: silence is zero here, beside the requests of its minute.
    sums("HTTPCode_Target_5XX_Count"),
    sums("TargetConnectionErrorCount"),
  ]);
  return {
    minutes: requests.filter((count) => count > 0).length,
    requests: total(requests),
    failures: total(errors) + total(refused),
  };
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
