/**
 * The slot's own metrics, six times as often as the load balancer's: what was answered in the last
 * ten seconds, put into CloudWatch at a resolution of one second.
 */
import {
  type CloudWatchClient,
  type MetricDatum,
  PutMetricDataCommand,
} from "@aws-sdk/client-cloudwatch";
import { type Cancel, type Clock, wallClock } from "../base/clock.ts";
import { messageOf } from "../base/errors.ts";
import { FAST_METRIC, FAST_NAMESPACE, fastDimensions } from "../guard/names.ts";
import type { Slot } from "../guard/slot.ts";
import type { Interval, Responses } from "./responses.ts";

export interface FastMetricsOptions {
  readonly client: Pick<CloudWatchClient, "send">;
  readonly responses: Responses;
  readonly environment: string;
  readonly slot: Slot;
  /** Wall milliseconds between two publications. */
  readonly publishMs: number;
  /** @default the wall */
  readonly clock?: Clock;
  readonly log: (line: string) => void;
}

/** "The Values array can include up to 150 unique values" (PutMetricData). */
const VALUES_PER_DATUM = 150;
/** A call that hangs is given up after this much wall time, and what it carried is lost. */
const CALL_TIMEOUT_MS = 5_000;

/**
 * The data of one interval. No data at all without requests: the alarms take silence for health, and
 * an idle slot then costs no calls. Without timestamps: CloudWatch stamps what it receives, so a
 * clock that runs otherwise than the sidecar's does not put points into its past.
 */
export function renderMetrics(
  { requests, errors, seconds }: Interval,
  environment: string,
  slot: Slot,
): MetricDatum[] {
  if (requests === 0) return [];
  const dimensions = Object.entries(fastDimensions(environment, slot));
  const common = {
    Dimensions: dimensions.map(([Name, Value]) => ({ Name, Value })),
    StorageResolution: 1,
  };
  const counted = [...seconds];
  const latency: MetricDatum[] = [];
  for (let start = 0; start < counted.length; start += VALUES_PER_DATUM) {
    const part = counted.slice(start, start + VALUES_PER_DATUM);
    latency.push({
      ...common,
      MetricName: FAST_METRIC.latency,
      Unit: "Seconds",
      Values: part.map(([value]) => value),
      Counts: part.map(([, count]) => count),
    });
  }
  return [
    { ...common, MetricName: FAST_METRIC.requests, Unit: "Count", Value: requests },
    // Also when there are none: a rate needs both.
    { ...common, MetricName: FAST_METRIC.errors, Unit: "Count", Value: errors },
    ...latency,
  ];
}

/** Publishes until it is stopped. A failure is logged and touches no request. */
export class FastMetrics {
  readonly #options: FastMetricsOptions;
  readonly #clock: Clock;
  #cancel: Cancel | undefined;
  #problem = "";

  constructor(options: FastMetricsOptions) {
    this.#options = options;
    this.#clock = options.clock ?? wallClock();
  }

  start(): void {
    const { publishMs } = this.#options;
    // CloudWatch puts what it receives into the ten seconds that run then, and judges them once they
    // are over: published shortly before their end, nothing waits there for half a period.
    const early = publishMs / 10;
    const periods = Math.floor((this.#clock.now() + early) / publishMs) + 1;
    this.#publishAt(periods * publishMs - early);
  }

  stop(): void {
    this.#cancel?.();
  }

  /** The next publication never waits for this one: its ten seconds begin when this one's end. */
  #publishAt(atMs: number): void {
    this.#cancel = this.#clock.schedule(atMs, () => {
      this.#publishAt(atMs + this.#options.publishMs);
      return this.publish();
    });
  }

  /** What cannot be published is lost: later it would say something of the wrong ten seconds. */
  async publish(): Promise<void> {
    const { client, responses, environment, slot, log } = this.#options;
    const MetricData = renderMetrics(responses.take(), environment, slot);
    if (MetricData.length === 0) return;
    try {
      await client.send(new PutMetricDataCommand({ Namespace: FAST_NAMESPACE, MetricData }), {
        abortSignal: AbortSignal.timeout(CALL_TIMEOUT_MS),
      });
      this.#problem = "";
    } catch (error) {
      const problem = messageOf(error);
      if (problem !== this.#problem) log(`the fast metrics were not published: ${problem}`);
      this.#problem = problem;
    }
  }
}
