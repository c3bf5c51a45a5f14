import type { MetricDatum, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { describe, expect, test } from "vitest";
import { measurementsOf } from "../../lab/cloudwatch/metrics/put.ts";
import { FastMetrics, renderMetrics } from "../../sidecar/fastMetrics.ts";
import { Responses } from "../../sidecar/responses.ts";

function answered(...seconds: readonly number[]): Responses {
  const responses = new Responses();
  for (const one of seconds) responses.count({ failed: false, seconds: one });
  return responses;
}

const named = (data: readonly MetricDatum[], name: string): MetricDatum[] =>
  data.filter((datum) => datum.MetricName === name);

describe("the data of ten seconds", () => {
  test("requests, errors and how often each response time was seen, all by slot", () => {
    const responses = answered(0.012341, 0.012344, 1.5);
    responses.count({ failed: true, seconds: 0.2 });
    responses.count({ failed: true, seconds: null });
    const data = renderMetrics(responses.take(), "checkout", "green");
    const common = {
      Dimensions: [
        { Name: "Environment", Value: "checkout" },
        { Name: "Slot", Value: "green" },
      ],
      StorageResolution: 1,
    };
    expect(data).toEqual([
      { ...common, MetricName: "Requests", Unit: "Count", Value: 5 },
      { ...common, MetricName: "Errors", Unit: "Count", Value: 2 },
      {
        ...common,
        MetricName: "Latency",
        Unit: "Seconds",
        Values: [0.0123, 1.5, 0.2],
        Counts: [2, 1, 1],
      },
    ]);
    expect(measurementsOf({ Namespace: "Backout", MetricData: data }, 0)).toHaveLength(3);
  });

  test("no errors are said too, for a rate needs both; silence is no data at all", () => {
    const responses = answered(0.1);
    const data = renderMetrics(responses.take(), "checkout", "blue");
    expect(named(data, "Errors")).toMatchObject([{ Value: 0 }]);
    expect(renderMetrics(responses.take(), "checkout", "blue")).toEqual([]);
  });

  test("more than 150 response times are several data, and none is lost", () => {
    const times = Array.from({ length: 400 }, (_, index) => (index + 100) / 1000);
    const latency = named(renderMetrics(answered(...times).take(), "checkout", "blue"), "Latency");
    expect(latency.map(({ Values }) => Values?.length)).toEqual([150, 150, 100]);
    expect(latency.flatMap(({ Values }) => Values)).toEqual(times);
  });
});

describe("publishing", () => {
  test("what fails is logged once, is lost, and does not stop what comes after", async () => {
    const log: string[] = [];
    const sent: PutMetricDataCommand[] = [];
    let down = true;
    const responses = answered(0.1);
    const metrics = new FastMetrics({
      client: {
        send: async (command: PutMetricDataCommand) => {
          if (down) throw new Error("no answer");
          sent.push(command);
        },
      },
      responses,
      environment: "checkout",
      slot: "green",
      publishMs: 10_000,
      log: (line) => log.push(line),
    });
    await metrics.publish();
    responses.count({ failed: true, seconds: null });
    await metrics.publish();
    expect(log).toEqual(["the fast metrics were not published: no answer"]);
    down = false;
    await metrics.publish();
    expect(sent).toEqual([]);
    responses.count({ failed: true, seconds: null });
    await metrics.publish();
    expect(sent.map(({ input }) => input)).toMatchObject([
      { Namespace: "Backout", MetricData: [{ Value: 1 }, { Value: 1 }] },
    ]);
  });
});
