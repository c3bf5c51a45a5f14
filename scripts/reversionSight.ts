/** Reads all that a post-mortem of a real reversion can know: the record, and metrics where they answer. */
import { GetMetricStatisticsCommand, type Dimension } from "@aws-sdk/client-cloudwatch";
import { messageOf } from "../base/errors.ts";
import { findReversion } from "../drills/report/postmortem/findReversion.ts";
import { LOOK, type Minute } from "../drills/report/postmortem/minutes.ts";
import { type ReversionSight, stampsOf } from "../drills/report/postmortem/sight.ts";
import { readSlotAlarms } from "../guard/alarms.ts";
import type { LocatedEnvironment } from "../guard/environment.ts";
import { FAST_NAMESPACE, fastDimensions, PROBE_METRIC } from "../guard/names.ts";
import { slotDimensions } from "../guard/requests.ts";
import type { Slot } from "../guard/slot.ts";
import type { Clients } from "./clients.ts";
import { openEnvironment } from "./openEnvironment.ts";
import type { Target } from "./target.ts";

const MINUTE_MS = 60_000;

/** @throws BackoutError `unknown-reversion`, or as `openEnvironment` does */
export async function lookAtReversion(
  target: Target,
  wantedEnvironment: string,
  wanted: string,
): Promise<ReversionSight> {
  const { environment, guard, verifications } = await openEnvironment(target, wantedEnvironment);
  const [record, all, current] = await Promise.all([
    guard.store.read(),
    guard.store.reversions(),
    verifications.current(),
  ]);
  const reversion = findReversion(all, record, wanted);
  const verification =
    current?.id === reversion.id ? current : await verifications.ofId(reversion.id);
  const { clock, clients, lab } = target;
  const { slot } = reversion.alarm;
  const found = { reversion, clock };
  const { alarmMs, decidedMs, verifiedMs } = stampsOf(found);
  const aroundMs = alarmMs ?? decidedMs;
  const [minutes, alarms] = await Promise.all([
    aroundMs === null
      ? { problem: "nobody knows at which time to look" }
      : minutesOf(clients, environment, slot, {
          fromMs: aroundMs - LOOK.beforeMs,
          toMs: (verifiedMs ?? aroundMs) + LOOK.afterMs,
        }).catch(unread),
    readSlotAlarms(clients.cloudwatch, environment.names, slot, environment.policy).catch(unread),
  ]);
  return {
    ...found,
    all,
    record,
    verification: verification ?? null,
    minutes,
    alarms,
    deliveryDelayMs: lab?.metricDelayMs ?? null,
  };
}

function unread(error: unknown): { readonly problem: string } {
  return { problem: messageOf(error) };
}

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Those for which the load balancer reported anything, of CloudWatch's clock. */
async function minutesOf(
  { cloudwatch }: Pick<Clients, "cloudwatch">,
  environment: LocatedEnvironment,
  left: Slot,
  { fromMs, toMs }: Span,
): Promise<Minute[]> {
  const sums = async (
    Namespace: string,
    MetricName: string,
    Dimensions: Dimension[],
  ): Promise<Map<number, number>> => {
    const { Datapoints = [] } = await cloudwatch.send(
      new GetMetricStatisticsCommand({
        Namespace,
        MetricName,
        Dimensions,
        StartTime: new Date(Math.floor(fromMs / MINUTE_MS) * MINUTE_MS),
        EndTime: new Date(Math.ceil(toMs / MINUTE_MS) * MINUTE_MS),
        Period: 60,
        Statistics: ["Sum"],
      }),
    );
    return new Map(Datapoints.map(({ Timestamp, Sum }) => [Timestamp?.getTime() ?? 0, Sum ?? 0]));
  };
  const balancer = (slot: Slot, metric: string) =>
    sums("AWS/ApplicationELB", metric, slotDimensions(environment, slot));
  const users = async (slot: Slot): Promise<Map<number, number>> => {
    const own = Object.entries(fastDimensions(environment.name, slot));
    const [requests, probes] = await Promise.all([
      balancer(slot, "RequestCount"),
      sums(
        FAST_NAMESPACE,
        PROBE_METRIC,
        own.map(([Name, Value]) => ({ Name, Value })),
      ),
    ]);
    return new Map(
      [...requests].map(([atMs, count]) => [atMs, Math.max(0, count - (probes.get(atMs) ?? 0))]),
    );
  };
  const [[blue, green], errors, refused] = await Promise.all([
    Promise.all([users("blue"), users("green")]),
    balancer(left, "HTTPCode_Target_5XX_Count"),
    balancer(left, "TargetConnectionErrorCount"),
  ]);
  const all = [...new Set([...blue.keys(), ...green.keys(), ...errors.keys(), ...refused.keys()])];
  return all
    .toSorted((a, b) => a - b)
    .map((atMs) => ({
      atMs,
      requests: { blue: blue.get(atMs) ?? 0, green: green.get(atMs) ?? 0 },
      failed: (errors.get(atMs) ?? 0) + (refused.get(atMs) ?? 0),
    }));
}
