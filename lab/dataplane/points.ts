/**
 * A finished minute as CloudWatch data points: names, dimension sets and reporting criteria of the
 * ALB guide's metric tables. Pure.
 */
import type { MetricPoint } from "../ports.ts";
import type { BalancerMinute } from "./minutes.ts";

const NAMESPACE = "AWS/ApplicationELB";
/** The lab has one Availability Zone; every metric of a zone equals the one without it. */
const ZONE = "us-east-1a";

export interface GroupHosts {
  /** `targetgroup/NAME/16 hex`. */
  readonly dimension: string;
  readonly registered: number;
  readonly healthy: number;
  readonly unhealthy: number;
  readonly anomalous: number;
  readonly mitigated: number;
}

/** What the load balancer's sockets did since the last report. */
export interface SocketTraffic {
  /** From and to clients, headers included. */
  readonly bytes: number;
  /** From clients and to targets. */
  readonly newConnections: number;
  /** Open when the minute ended, from clients and to targets. */
  readonly activeConnections: number;
}

export interface MinuteReport {
  /** `app/NAME/16 hex`. */
  readonly balancer: string;
  readonly startMs: number;
  readonly availableAtMs: number;
  /** Undefined when no request came in that minute. */
  readonly minute: BalancerMinute | undefined;
  /** The groups that the load balancer's rules name, as they were when the minute ended. */
  readonly hosts: readonly GroupHosts[];
  /** Undefined for a minute that is reported late: sockets have no history either. */
  readonly traffic: SocketTraffic | undefined;
}

type Dimensions = Readonly<Record<string, string>>;
type Values = Pick<MetricPoint, "values" | "counts">;

export function pointsOf(report: MinuteReport): readonly MetricPoint[] {
  const { balancer, startMs, availableAtMs, minute, hosts, traffic } = report;
  const points: MetricPoint[] = [];
  const add = (
    metricName: string,
    unit: string,
    sets: readonly Dimensions[],
    { values, counts }: Values,
  ): void => {
    for (const dimensions of sets) {
      points.push({
        namespace: NAMESPACE,
        metricName,
        dimensions,
        timestampMs: startMs,
        values,
        counts,
        unit,
        availableAtMs,
      });
    }
  };
  /** Counts are reported when there is something to count. */
  const addCount = (name: string, sets: readonly Dimensions[], n: number): void => {
    if (n > 0) add(name, "Count", sets, times(n));
  };
  /** One sample that is itself the minute's sum. */
  const addSum = (name: string, unit: string, sets: readonly Dimensions[], n: number): void => {
    if (n > 0) add(name, unit, sets, one(n));
  };
  const balancerSets = inZone({ LoadBalancer: balancer });

  const totals = { requests: 0, codes: [0, 0, 0, 0, 0, 0], connectionErrors: 0 };
  const allTimes = new Map<number, number>();
  for (const [dimension, group] of minute?.groups ?? []) {
    const sets = inZone({ TargetGroup: dimension, LoadBalancer: balancer });
    addCount("RequestCount", sets, group.requests);
    totals.requests += group.requests;
    for (const digit of [2, 3, 4, 5]) {
      const count = group.codes[digit] ?? 0;
      addCount(`HTTPCode_Target_${digit}XX_Count`, sets, count);
      totals.codes[digit] = (totals.codes[digit] ?? 0) + count;
    }
    addCount("TargetConnectionErrorCount", sets, group.connectionErrors);
    totals.connectionErrors += group.connectionErrors;
    if (group.responseTimes.size > 0) {
      add("TargetResponseTime", "Seconds", sets, spread(group.responseTimes));
      for (const [seconds, n] of group.responseTimes) {
        allTimes.set(seconds, (allTimes.get(seconds) ?? 0) + n);
      }
    }
  }
  // "Always reported", so 0 for a group that got none of the load balancer's requests. An average over
  // the targets registered when the minute ended; AWS does not say when it counts.
  const registered = new Map(hosts.map((host) => [host.dimension, host.registered]));
  for (const dimension of minute ? new Set([...minute.groups.keys(), ...registered.keys()]) : []) {
    const targets = registered.get(dimension) ?? 0;
    const requests = minute?.groups.get(dimension)?.requests ?? 0;
    if (targets === 0 && requests === 0) continue;
    add(
      "RequestCountPerTarget",
      "Count",
      [{ TargetGroup: dimension }, { TargetGroup: dimension, LoadBalancer: balancer }],
      one(requests / Math.max(1, targets)),
    );
  }
  addCount("RequestCount", balancerSets, totals.requests);
  for (const digit of [2, 3, 4, 5]) {
    addCount(`HTTPCode_Target_${digit}XX_Count`, balancerSets, totals.codes[digit] ?? 0);
  }
  addCount("TargetConnectionErrorCount", balancerSets, totals.connectionErrors);
  if (allTimes.size > 0) add("TargetResponseTime", "Seconds", balancerSets, spread(allTimes));

  if (minute) {
    // No target group here: AWS reports the load balancer's own codes without that dimension.
    for (const digit of [3, 4, 5]) {
      const count = ownBetween(minute.own, digit * 100, digit * 100 + 99);
      addCount(`HTTPCode_ELB_${digit}XX_Count`, balancerSets, count);
    }
    for (const status of [500, 502, 503, 504]) {
      addCount(`HTTPCode_ELB_${status}_Count`, balancerSets, minute.own.get(status) ?? 0);
    }
    addCount("HTTP_Fixed_Response_Count", balancerSets, minute.fixedResponses);
    addCount("HTTP_Redirect_Count", balancerSets, minute.redirects);
    addCount("NonStickyRequestCount", balancerSets, minute.nonSticky);
    // Per load balancer only: rules belong to no zone.
    addSum("RuleEvaluations", "Count", [{ LoadBalancer: balancer }], minute.ruleEvaluations);
  }
  // Idle connections alone are no traffic, and without traffic nothing is reported.
  if (traffic && (minute || traffic.bytes > 0)) {
    addSum("ActiveConnectionCount", "Count", balancerSets, traffic.activeConnections);
    addSum("NewConnectionCount", "Count", balancerSets, traffic.newConnections);
    addSum("ProcessedBytes", "Bytes", balancerSets, traffic.bytes);
  }

  for (const host of hosts) {
    // A group without targets reports nothing, which is how a crash loop shows on AWS.
    if (host.registered === 0) continue;
    const sets = inZone({ TargetGroup: host.dimension, LoadBalancer: balancer });
    add("HealthyHostCount", "Count", sets, one(host.healthy));
    add("UnHealthyHostCount", "Count", sets, one(host.unhealthy));
    add("AnomalousHostCount", "Count", sets, one(host.anomalous));
    add("MitigatedHostCount", "Count", sets, one(host.mitigated));
  }
  return points;
}

function inZone(dimensions: Dimensions): readonly Dimensions[] {
  return [dimensions, { ...dimensions, AvailabilityZone: ZONE }];
}

/** AWS reports counts as that many samples of 1: "Minimum, Maximum, and Average all return 1". */
function times(n: number): Values {
  return { values: [1], counts: [n] };
}

function one(value: number): Values {
  return { values: [value], counts: [1] };
}

function spread(counts: ReadonlyMap<number, number>): Values {
  return { values: [...counts.keys()], counts: [...counts.values()] };
}

function ownBetween(own: ReadonlyMap<number, number>, low: number, high: number): number {
  let sum = 0;
  for (const [status, n] of own) if (status >= low && status <= high) sum += n;
  return sum;
}
