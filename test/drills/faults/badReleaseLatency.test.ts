import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { latencyBreachSeconds } from "../../../drills/faults/badReleaseLatency.ts";
import { chooseFault } from "../../../drills/faults/registry.ts";
import { faultSchema } from "../../../sidecar/lease.ts";

describe("the latency fault", () => {
  it("adds a second and a half to every response by default", () => {
    const fault = chooseFault("bad-release-latency");
    expect(faultSchema.parse(fault.effect)).toEqual({ kind: "latency", share: 1, addedMs: 1_500 });
    expect(fault.slowsByMs).toBe(1_500);
  });

  it("takes a delay up to the idle timeout and refuses it from there on, with the reason", () => {
    expect(chooseFault("bad-release-latency", { addedMs: 59_999 }).slowsByMs).toBe(59_999);
    for (const addedMs of [60_000, 120_000]) {
      expect(() => chooseFault("bad-release-latency", { addedMs })).toThrow(
        /addedMs.*below 60000 ms, the load balancer's idle timeout.*answers 504/,
      );
    }
  });

  it("names every bad parameter at once", () => {
    expect(() => chooseFault("bad-release-latency", { addedMs: 0, share: 2, by: 3 })).toThrow(
      /addedMs[\s\S]*share[\s\S]*by/,
    );
  });
});

describe("time to breach of a p99 alarm", () => {
  const alarm = { periodSeconds: 60, threshold: 1, onsetSeconds: 1.5 };
  it.each([
    { addedMs: 1_500, share: 1, seconds: 2.085 },
    { addedMs: 1_500, share: 0.5, seconds: 1.5 + (0.01 * (60 - 0.75)) / 0.5 },
    { addedMs: 1_000, share: 1, seconds: Infinity },
    { addedMs: 59_999, share: 0.01, seconds: Infinity },
  ])("$addedMs ms for $share: $seconds s", ({ addedMs, share, seconds }) => {
    expect(latencyBreachSeconds({ addedMs, share }, alarm)).toBeCloseTo(seconds, 9);
  });

  it("agrees with a count of a minute's answers, one by one", () => {
    const perSecond = 200;
    fc.assert(
      fc.property(
        fc.integer({ min: 1_100, max: 20_000 }),
        fc.constantFrom(0.1, 0.25, 0.5, 1),
        (addedMs, share) => {
          const onsetSeconds = addedMs / 1000;
          const breach = latencyBreachSeconds({ addedMs, share }, { ...alarm, onsetSeconds });
          const p99Late = (actsSeconds: number): boolean => {
            let [answers, late] = [0, 0];
            for (let sent = 0; sent < 60 * perSecond; sent++) {
              const second = sent / perSecond;
              const hit = second >= 60 - actsSeconds && (sent * share) % 1 < share;
              const inTime = second + (hit ? onsetSeconds : 0) < 60;
              answers += inTime ? 1 : 0;
              late += hit && inTime ? 1 : 0;
            }
            return late > 0.01 * answers;
          };
          // Late answers come one at a time: a tenth of a second beside the figure is enough to tell.
          expect(p99Late(breach + 0.1)).toBe(true);
          expect(p99Late(breach - 0.1)).toBe(false);
        },
      ),
      { numRuns: 40 },
    );
  });
});
