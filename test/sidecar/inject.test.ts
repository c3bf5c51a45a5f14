import { describe, expect, test } from "vitest";
import { effectOn } from "../../sidecar/inject.ts";
import type { FaultLease } from "../../sidecar/lease.ts";

const lease: FaultLease = {
  schemaVersion: 1,
  slot: "green",
  leaseId: "l1",
  holder: "run",
  fault: { kind: "errors", share: 0.3, status: 503 },
  expiresAt: "2026-01-01T00:01:00.000Z",
};
const during = Date.parse("2026-01-01T00:00:59.999Z");
const browser = { userAgent: "Mozilla/5.0" };

describe("what a lease does to a request", () => {
  test.each([
    ["a draw below the share is broken", lease, browser, during, 0.299, 503],
    ["a draw at the share passes", lease, browser, during, 0.3, null],
    ["a client without a name is a client", lease, { userAgent: undefined }, during, 0, 503],
    ["the health checker passes", lease, { userAgent: "ELB-HealthChecker/2.0" }, during, 0, null],
    ["a lease ends by itself", lease, browser, during + 1, 0, null],
    ["no lease, no effect", null, browser, during, 0, null],
  ] as const)("%s", (_story, held, request, nowMs, draw, status) => {
    const effect = effectOn(held, request, nowMs, draw);
    expect(effect).toEqual(status === null ? null : { kind: "respond", status });
  });

  test.each([
    ["below the share", browser, 0.299, { kind: "hold", addedMs: 1_500 }],
    ["at the share", browser, 0.3, null],
    ["the health checker is not held up", { userAgent: "ELB-HealthChecker/2.0" }, 0, null],
  ] as const)("latency, %s", (_story, request, draw, effect) => {
    const slow = { ...lease, fault: { kind: "latency" as const, share: 0.3, addedMs: 1_500 } };
    expect(effectOn(slow, request, during, draw)).toEqual(effect);
  });

  test.each([
    [{ kind: "resets" as const, share: 0.3 }, { kind: "reset" }],
    [
      { kind: "content" as const, share: 0.3, body: "x" },
      { kind: "respond", status: 200, body: "x" },
    ],
  ])("%j below its share, and nothing at it", (fault, effect) => {
    expect(effectOn({ ...lease, fault }, browser, during, 0.299)).toEqual(effect);
    expect(effectOn({ ...lease, fault }, browser, during, 0.3)).toBeNull();
  });

  test("a crash changes no response: it ends whoever would have given it", () => {
    const crash = { ...lease, fault: { kind: "crash" as const, exitCode: 1 } };
    expect(effectOn(crash, browser, during, 0)).toBeNull();
  });
});
