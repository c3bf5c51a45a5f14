import { describe, expect, it } from "vitest";
import { detectionFloor, evaluationCadenceMs } from "../../judge/detection.ts";

describe("the floors of detection", () => {
  it.each([
    {
      what: "1 of 1 on the load balancer's minute",
      m: 1,
      period: 60,
      delay: 0,
      onset: 0,
      best: 10_000,
      worst: 180_000,
    },
    {
      what: "with a delivery delay",
      m: 1,
      period: 60,
      delay: 15_000,
      onset: 0,
      best: 25_000,
      worst: 195_000,
    },
    { what: "3 of 3", m: 3, period: 60, delay: 0, onset: 0, best: 130_000, worst: 300_000 },
    {
      what: "a 10-second metric",
      m: 1,
      period: 10,
      delay: 0,
      onset: 0,
      best: 10_000,
      worst: 30_000,
    },
    {
      what: "a late onset",
      m: 1,
      period: 60,
      delay: 0,
      onset: 4_000,
      best: 10_000,
      worst: 184_000,
    },
  ])("$what", ({ m, period, delay, onset, best, worst }) => {
    const floor = detectionFloor({
      periodSeconds: period,
      datapointsToAlarm: m,
      deliveryDelayMs: delay,
      timeToBreachMs: 10_000,
      onsetMs: onset,
      cadenceMs: evaluationCadenceMs(period),
    });
    expect(floor).toEqual({ detect: best, detectWorst: worst });
  });
});
