import { describe, expect, it } from "vitest";
import { slowLimit, upperRate } from "../../judge/control.ts";
import { divergence, twoSampleInformation } from "../../judge/information.ts";
import { mostAllowed } from "./allowed.ts";
import { binomial, seededRandom } from "./random.ts";

describe("the bound of a control sample", () => {
  it.each([
    { what: "no sample says nothing", requests: 0, events: 0, bound: 1 },
    {
      what: "no event: exactly 1 - risk^(1/n)",
      requests: 300,
      events: 0,
      bound: 1 - 0.05 ** (1 / 300),
    },
    { what: "every response", requests: 20, events: 20, bound: 1 },
  ])("$what", ({ requests, events, bound }) => {
    expect(upperRate({ requests, events }, 0.05)).toBeCloseTo(bound, 9);
  });

  it("is below the true rate in at most the risk's share of samples", () => {
    const random = seededRandom(5);
    for (const rate of [0.001, 0.01, 0.05]) {
      let wrong = 0;
      for (let sample = 0; sample < 4000; sample += 1) {
        const events = binomial(random, 2000, rate);
        if (upperRate({ requests: 2000, events }, 0.05) < rate) wrong += 1;
      }
      expect(wrong).toBeLessThanOrEqual(mostAllowed(4000, 0.05));
    }
  });

  it("comes near the observed rate as the sample grows", () => {
    const bounds = [100, 1000, 10_000, 100_000].map((requests) =>
      upperRate({ requests, events: requests / 100 }, 1e-4),
    );
    expect(bounds).toEqual(bounds.toSorted((a, b) => b - a));
    expect(bounds.at(-1)).toBeLessThan(0.0115);
  });
});

describe("the limit for slow responses", () => {
  it("is the quantile of the sample, and what lies above it is the control", () => {
    const sample = Array.from({ length: 200 }, (_, index) => 200 - index);
    expect(slowLimit(sample)).toEqual({ limitMs: 198, control: { requests: 200, events: 2 } });
    expect(slowLimit([7], 0.5)).toEqual({ limitMs: 7, control: { requests: 1, events: 0 } });
  });

  it.each([
    {
      what: "continuous times",
      time: (u: number) => -Math.log(1 - u) * 100,
      above: (l: number) => Math.exp(-l / 100),
    },
    {
      what: "times in tens of milliseconds, many tied",
      time: (u: number) => Math.floor(u * 20) * 10,
      above: (l: number) => 1 - (l / 10 + 1) / 20,
    },
  ])("its bound holds although the limit comes from the same sample: $what", ({ time, above }) => {
    const random = seededRandom(6);
    let wrong = 0;
    for (let run = 0; run < 2000; run += 1) {
      const sample = Array.from({ length: 150 }, () => time(random()));
      const { limitMs, control } = slowLimit(sample, 0.9);
      if (upperRate(control, 0.05) < above(limitMs)) wrong += 1;
    }
    expect(wrong).toBeLessThanOrEqual(mostAllowed(2000, 0.05));
  });

  it("refuses a sample that it cannot order, and names all that is wrong", () => {
    expect(() => slowLimit([], 1)).toThrow(/responseMs: \[\].*\n.*quantile: 1/);
    expect(() => slowLimit([3, Number.NaN])).toThrow(/milliseconds from 0/);
    expect(() => slowLimit([3, -1])).toThrow(/-1/);
  });
});

describe("the information per second", () => {
  it.each([
    { p: 0.3, q: 0.3, nats: 0 },
    { p: 0, q: 0.5, nats: Math.LN2 },
    { p: 1, q: 0.25, nats: Math.log(4) },
    { p: 0.1, q: 0, nats: Infinity },
  ])("of $p against $q", ({ p, q, nats }) => {
    expect(divergence(p, q)).toBeCloseTo(nats, 12);
  });

  it("against a known rate is reached with much stable traffic, and half of it never with none", () => {
    const candidate = { rate: 0.3, requestsPerSecond: 10 };
    const known = 10 * divergence(0.3, 0.02);
    const at = (requestsPerSecond: number) =>
      twoSampleInformation(candidate, { rate: 0.01, requestsPerSecond }, 0.01);
    expect(at(1e7)).toBeCloseTo(known, 3);
    expect(at(10)).toBeLessThan(known);
    expect(at(0)).toBeCloseTo(0, 6);
    expect(twoSampleInformation({ ...candidate, rate: 0.02 }, candidate, 0.01)).toBe(0);
  });
});
