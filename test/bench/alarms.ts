/** What alarms cost: 10,000 of them at speed 1, and a day of a 50-alarm stack under the manual clock. */
import { ManualClock } from "../../base/clock.ts";
import { CloudWatch } from "../../lab/cloudwatch/cloudwatch.ts";
import type { MetricPoint } from "../../lab/ports.ts";
import { median } from "./median.ts";

const START = Date.parse("2026-03-14T09:00:00Z");
const MINUTE = 60_000;
const ALARMS = 10_000;
/** Each of two slots, and each slot of four alarms and the composite over them. */
const ENVIRONMENTS = 5;
/** How late a load balancer's metrics are in the lab. */
const DELAY_MS = 30_000;

class Bench {
  readonly clock = new ManualClock(START);
  readonly cloudwatch = new CloudWatch(
    { clock: this.clock },
    { perform: () => Promise.resolve({ ok: true }) },
  );

  async call(operation: string, input: object): Promise<object> {
    const principal = { kind: "user", arn: "arn:aws:iam::000000000000:user/lab" } as const;
    const handler = this.cloudwatch.operations[operation];
    if (!handler) throw new Error(`no operation ${operation}`);
    return handler(input, { principal, requestId: "bench" });
  }

  async putAlarm(AlarmName: string, more: object): Promise<void> {
    await this.call("PutMetricAlarm", {
      AlarmName,
      Threshold: 5,
      ComparisonOperator: "GreaterThanThreshold",
      TreatMissingData: "notBreaching",
      ...more,
    });
  }
}

function stat(Id: string, MetricName: string, dimensions: Dimensions, Stat = "Sum"): object {
  const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
  const Metric = { Namespace: "AWS/ApplicationELB", MetricName, Dimensions };
  return { Id, ReturnData: false, MetricStat: { Metric, Period: 60, Stat } };
}

type Dimensions = Readonly<Record<string, string>>;

function point(
  metricName: string,
  dimensions: Dimensions,
  startMs: number,
  values: readonly number[],
  counts: readonly number[] = [],
): MetricPoint {
  return {
    namespace: "AWS/ApplicationELB",
    metricName,
    dimensions,
    timestampMs: startMs,
    values,
    counts,
    availableAtMs: startMs + MINUTE + DELAY_MS,
  };
}

const slotOf = (name: string): Dimensions => ({
  LoadBalancer: "app/checkout/0123456789abcdef",
  TargetGroup: `targetgroup/${name}/0123456789abcdef`,
});

const ERROR_RATE = "IF(requests >= 20, 100 * (errors + refused) / requests)";

/** Half of them on one metric, half on an error rate; every metric has a point a minute. */
async function tenThousandAlarms(): Promise<void> {
  const bench = new Bench();
  const slots = Array.from({ length: ALARMS }, (_, index) => slotOf(`slot-${index}`));
  const window = { EvaluationPeriods: 3, DatapointsToAlarm: 2 };
  for (const [index, slot] of slots.entries())
    await bench.putAlarm(
      `alarm-${index}`,
      index % 2 === 0
        ? {
            ...window,
            Namespace: "AWS/ApplicationELB",
            MetricName: "HTTPCode_Target_5XX_Count",
            Dimensions: Object.entries(slot).map(([Name, Value]) => ({ Name, Value })),
            Statistic: "Sum",
            Period: 60,
          }
        : {
            ...window,
            Metrics: [
              { Id: "rate", Expression: ERROR_RATE },
              stat("requests", "RequestCount", slot),
              stat("errors", "HTTPCode_Target_5XX_Count", slot),
              stat("refused", "TargetConnectionErrorCount", slot),
            ],
          },
    );
  const spent: number[] = [];
  for (let minute = 0; minute < 30; minute++) {
    const startMs = START + minute * MINUTE;
    const points = slots.flatMap((slot, index) => {
      const errors = point("HTTPCode_Target_5XX_Count", slot, startMs, [(minute + index) % 4]);
      if (index % 2 === 0) return [errors];
      return [
        errors,
        point("RequestCount", slot, startMs, [100 + (index % 50)]),
        point("TargetConnectionErrorCount", slot, startMs, [0]),
      ];
    });
    const before = process.cpuUsage();
    bench.cloudwatch.publish(points);
    await bench.clock.advance(MINUTE);
    // The first minutes have no full window, and the machine code is not yet made.
    if (minute >= 10) spent.push(milliseconds(process.cpuUsage(before)));
  }
  await bench.cloudwatch.stop();
  const share = (median(spent) / MINUTE) * 100;
  show(
    "10,000 alarms and their metrics",
    `median ${median(spent).toFixed(0)} ms of CPU a minute, ` +
      `${share.toFixed(2)} % of a core at speed 1 (goal: under 20 %)`,
  );
}

function milliseconds({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1000;
}

/** The alarms of a blue-green environment on its load balancer's metrics, 50 in all. */
async function dayOfAStack(): Promise<void> {
  const bench = new Bench();
  // Neighbours are the two slots of an environment: 0 and 1, 2 and 3.
  const pairs = Array.from({ length: 2 * ENVIRONMENTS }, (_, index) => ({
    own: slotOf(`checkout-${index}`),
    other: slotOf(`checkout-${index ^ 1}`),
  }));
  for (const [index, { own, other }] of pairs.entries())
    await putSlotAlarms(bench, `slot-${index}`, own, other);

  const startedAt = performance.now();
  const before = process.cpuUsage();
  for (let minute = 0; minute < 1440; minute++) {
    const startMs = START + minute * MINUTE;
    bench.cloudwatch.publish(pairs.flatMap(({ own }, index) => trafficOf(own, startMs, index)));
    await bench.clock.advance(MINUTE);
  }
  const seconds = (performance.now() - startedAt) / 1000;
  const cpuSeconds = milliseconds(process.cpuUsage(before)) / 1000;
  await bench.cloudwatch.stop();
  show(
    "a day of a 50-alarm stack",
    `${seconds.toFixed(1)} s by the manual clock, ${cpuSeconds.toFixed(1)} s of CPU (goal: under 5 s)`,
  );
}

async function putSlotAlarms(
  bench: Bench,
  name: string,
  own: Dimensions,
  other: Dimensions,
): Promise<void> {
  const requests = stat("requests", "RequestCount", own);
  const p99 = stat("p99", "TargetResponseTime", own, "p99");
  await bench.putAlarm(`${name}-errors`, {
    EvaluationPeriods: 1,
    Metrics: [
      { Id: "rate", Expression: ERROR_RATE },
      requests,
      stat("errors", "HTTPCode_Target_5XX_Count", own),
      stat("refused", "TargetConnectionErrorCount", own),
    ],
  });
  await bench.putAlarm(`${name}-unhealthy`, {
    EvaluationPeriods: 2,
    Namespace: "AWS/ApplicationELB",
    MetricName: "HealthyHostCount",
    Dimensions: Object.entries(own).map(([Name, Value]) => ({ Name, Value })),
    Statistic: "Minimum",
    Period: 60,
    Threshold: 1,
    ComparisonOperator: "LessThanThreshold",
    TreatMissingData: "breaching",
  });
  await bench.putAlarm(`${name}-latency`, {
    EvaluationPeriods: 1,
    Metrics: [
      { Id: "slowest", Expression: "IF(requests >= 100, p99, IF(requests >= 20, p90))" },
      requests,
      p99,
      stat("p90", "TargetResponseTime", own, "p90"),
    ],
  });
  await bench.putAlarm(`${name}-latency-ratio`, {
    EvaluationPeriods: 2,
    Metrics: [
      {
        Id: "ratio",
        Expression: "IF(requests >= 100 AND otherRequests >= 100 AND p99 >= 0.05, p99 / otherP99)",
      },
      requests,
      stat("otherRequests", "RequestCount", other),
      p99,
      stat("otherP99", "TargetResponseTime", other, "p99"),
    ],
  });
  const signals = ["errors", "unhealthy", "latency", "latency-ratio"];
  await bench.call("PutCompositeAlarm", {
    AlarmName: name,
    AlarmRule: signals.map((signal) => `ALARM("${name}-${signal}")`).join(" OR "),
  });
}

/** Of 300 milliseconds each, and how often. */
const RESPONSE_TIMES = Array.from({ length: 300 }, (_, index) => ((index * 37) % 300) / 1000);
const TWICE_EACH = RESPONSE_TIMES.map(() => 2);

/** A minute of 600 requests. */
function trafficOf(slot: Dimensions, startMs: number, seed: number): readonly MetricPoint[] {
  const minute = startMs / MINUTE;
  const quickest = 0.02 + ((minute + seed) % 50) / 1000;
  const times = RESPONSE_TIMES.map((seconds) => quickest + seconds);
  return [
    point("RequestCount", slot, startMs, [1], [600]),
    point("HTTPCode_Target_2XX_Count", slot, startMs, [1], [590]),
    point("HTTPCode_Target_5XX_Count", slot, startMs, [1], [minute % 60 === 0 ? 60 : 2]),
    point("TargetResponseTime", slot, startMs, times, TWICE_EACH),
    point("HealthyHostCount", slot, startMs, [2]),
    point("UnHealthyHostCount", slot, startMs, [0]),
  ];
}

function show(what: string, figures: string): void {
  console.log(`${what.padEnd(34)} ${figures}`);
}

/** Prints both figures. */
export async function benchAlarms(): Promise<void> {
  await dayOfAStack();
  await tenThousandAlarms();
}
