import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { errorRateBreachSeconds } from "../../../drills/faults/badReleaseErrors.ts";
import { chooseFault, FAULT_NAMES, listFaults } from "../../../drills/faults/registry.ts";
import { faultSchema } from "../../../sidecar/lease.ts";

describe("choosing a fault", () => {
  it("fills in the defaults and gives the sidecar an effect it understands", () => {
    const fault = chooseFault("bad-release-errors");
    expect(fault.parameters).toEqual({ share: 0.3, status: 500 });
    expect(faultSchema.parse(fault.effect)).toEqual({ kind: "errors", share: 0.3, status: 500 });
  });

  it("takes parameters within their ranges", () => {
    const fault = chooseFault("bad-release-errors", { share: 1, status: 503 });
    expect(fault.effect).toEqual({ kind: "errors", share: 1, status: 503 });
  });

  it("an unknown fault, also one of Object's own names, gets the allowed ones", () => {
    for (const name of ["meteor", "constructor", ""]) {
      expect(() => chooseFault(name)).toThrow(
        expect.objectContaining({ kind: "usage", fix: `allowed: ${FAULT_NAMES.join(", ")}` }),
      );
    }
  });

  it("names every bad parameter at once", () => {
    const given = { share: 0, status: 200, colour: "red" };
    expect(() => chooseFault("bad-release-errors", given)).toThrow(
      expect.objectContaining({
        code: "bad-input",
        message: expect.stringMatching(/share: 0[\s\S]*status: 200[\s\S]*colour/),
      }),
    );
  });

  it("lists what there is", () => {
    expect(listFaults().map((fault) => fault.name)).toEqual(FAULT_NAMES);
  });
});

describe("time to breach of an error-rate alarm", () => {
  it.each([
    { share: 0.3, periodSeconds: 60, threshold: 5, seconds: 10 },
    { share: 1, periodSeconds: 60, threshold: 5, seconds: 3 },
    { share: 0.05, periodSeconds: 60, threshold: 5, seconds: Infinity },
    { share: 0.04, periodSeconds: 60, threshold: 5, seconds: Infinity },
    { share: 0.5, periodSeconds: 10, threshold: 0, seconds: 0 },
  ])("share $share against $threshold %: $seconds s", ({ share, seconds, ...alarm }) => {
    expect(errorRateBreachSeconds(share, alarm)).toBeCloseTo(seconds, 9);
  });

  it("a fault that breaches at all does so within one period, the stronger the sooner", () => {
    const share = fc.double({ min: 0.001, max: 1, noNaN: true });
    const threshold = fc.double({ min: 0, max: 99, noNaN: true });
    fc.assert(
      fc.property(share, share, threshold, (a, b, percent) => {
        const alarm = { periodSeconds: 60, threshold: percent };
        const [weak, strong] = [Math.min(a, b), Math.max(a, b)];
        const seconds = errorRateBreachSeconds(strong, alarm);
        expect(Number.isFinite(seconds) ? seconds : 0).toBeLessThanOrEqual(60);
        expect(seconds).toBeLessThanOrEqual(errorRateBreachSeconds(weak, alarm));
      }),
    );
  });
});
