/**
 * Probes are announced to CloudWatch before they are sent: where alarms and rollouts ask for a least
 * traffic, they leave them out, so that nothing is decided by the watchdog's own requests.
 */
import { type CloudWatchClient, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { messageOf } from "../../base/errors.ts";
import { FAST_NAMESPACE, fastDimensions, PROBE_METRIC } from "../names.ts";
import { type Slot, SLOTS } from "../slot.ts";

export type ProbeCounts = Readonly<Record<Slot, number>>;

/** Returns at once: neither a probe nor a reversion waits for it. */
export type Announce = (counts: ProbeCounts) => void;

/** Wall milliseconds. */
const ANNOUNCE_TIMEOUT_MS = 2_000;

/**
 * Without timestamps: CloudWatch stamps what it receives, in the clock of the load balancer's own
 * metrics. What could not be announced counts as traffic, and is logged.
 *
 * @returns `done` resolves once all that was announced has ended, and never rejects
 */
export function announcer(
  client: Pick<CloudWatchClient, "send">,
  environment: string,
  log: (line: string) => void,
): { readonly announce: Announce; readonly done: () => Promise<void> } {
  const underWay: Promise<void>[] = [];
  const put = async (counts: ProbeCounts): Promise<void> => {
    const MetricData = SLOTS.filter((slot) => counts[slot] > 0).map((slot) => ({
      MetricName: PROBE_METRIC,
      Dimensions: Object.entries(fastDimensions(environment, slot)).map(([Name, Value]) => ({
        Name,
        Value,
      })),
      Unit: "Count" as const,
      Value: counts[slot],
    }));
    if (MetricData.length === 0) return;
    const command = new PutMetricDataCommand({ Namespace: FAST_NAMESPACE, MetricData });
    try {
      await client.send(command, { abortSignal: AbortSignal.timeout(ANNOUNCE_TIMEOUT_MS) });
    } catch (error) {
      log(`probes were not announced, and count as traffic: ${messageOf(error)}`);
    }
  };
  return {
    announce: (counts) => void underWay.push(put(counts)),
    done: async () => {
      await Promise.all(underWay);
    },
  };
}
