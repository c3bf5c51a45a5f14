import { describe, expect, it } from "vitest";
import { chooseFault } from "../../../drills/faults/registry.ts";
import { faultSchema } from "../../../sidecar/lease.ts";

describe("the crash fault", () => {
  it("has the sidecar exit as a failure", () => {
    const fault = chooseFault("bad-release-crash");
    expect(faultSchema.parse(fault.effect)).toEqual({ kind: "crash", exitCode: 1 });
    expect(fault.slowsByMs).toBe(0);
  });

  it.each([0, 256, 1.5, "1"])("exit code %j is no crash", (exitCode) => {
    expect(() => chooseFault("bad-release-crash", { exitCode })).toThrow(/exitCode/);
  });

  it("shows as a minimum of no host at once, or as refused connections of three seconds", () => {
    const fault = chooseFault("bad-release-crash");
    const bounds = { periodSeconds: 60, onsetSeconds: 0 };
    expect(fault.breaks).toBe("unhealthy");
    expect(fault.timeToBreachSeconds({ ...bounds, signal: "unhealthy", threshold: 1 })).toBe(0);
    expect(fault.timeToBreachSeconds({ ...bounds, signal: "errors", threshold: 5 })).toBe(3);
  });
});
