/** Users' requests of a slot: what the load balancer counted, without what the watchdog announced. */
import { CloudWatchClient, type GetMetricStatisticsCommandInput } from "@aws-sdk/client-cloudwatch";
import { expect, test } from "vitest";
import { requestsOf } from "../../guard/requests.ts";

const START = Date.parse("2026-01-01T00:00:00.000Z");
const identity = {
  environment: "shop",
  listenerArn: "arn:aws:elasticloadbalancing:us-east-1:1:listener/app/shop/1/2",
  targetGroupArns: {
    blue: "arn:aws:elasticloadbalancing:us-east-1:1:targetgroup/shop-blue/1",
    green: "arn:aws:elasticloadbalancing:us-east-1:1:targetgroup/shop-green/2",
  },
};

/** A client whose calls are answered from sums per minute, by metric. */
function cloudWatch(metrics: Readonly<Record<string, readonly (number | undefined)[]>>) {
  const client = new CloudWatchClient({ region: "us-east-1" });
  client.middlewareStack.add(
    (_next, _context) => async (args) => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one command that is sent
      const { MetricName = "" } = args.input as GetMetricStatisticsCommandInput;
      const Datapoints = (metrics[MetricName] ?? []).flatMap((Sum, minute) =>
        Sum === undefined ? [] : [{ Timestamp: new Date(START + minute * 60_000), Sum }],
      );
      return { response: {}, output: { $metadata: {}, Datapoints } };
    },
    { step: "initialize" },
  );
  return client;
}

test.each([
  ["no watchdog", { RequestCount: [100, 50] }, 150],
  ["probes beside users", { RequestCount: [100, 50], Probes: [40, 40] }, 70],
  ["probes alone are no traffic", { RequestCount: [40, 40], Probes: [40, 40] }, 0],
  ["a minute that is not counted yet", { RequestCount: [100, undefined], Probes: [40, 40] }, 60],
  ["no minute counts less than nothing", { RequestCount: [10, 100], Probes: [40, 0] }, 100],
])("%s", async (_story, metrics, expected) => {
  const users = await requestsOf(cloudWatch(metrics), identity, "green", START, START + 120_000);
  expect(users).toBe(expected);
});
